"""*My dreams*: what the visitor's browser has dreamt, as far as it is kept.

Inside: what is on the shelf, how it is drawn, and what can be done with it.
May be imported from it: the names below.
"""

from dreamlab.ui.shelf.actions import say_what_was_deleted
from dreamlab.ui.shelf.contents import contents
from dreamlab.ui.shelf.panel import count, show

__all__ = ["contents", "count", "say_what_was_deleted", "show"]
