"""The page's own scripts, which it has before any of Streamlit's."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """A script that the server answers for.

    Parameters
    ----------
    name : str
        Its name, at the end of an address.
    text : str
        What it does, in JavaScript.
    """

    name: str
    text: str

    @property
    def tag(self) -> str:
        """The tag that loads it; another script has another address: browsers may keep it."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:8]
        return f'<script src="./{self.name}?{digest}"></script>'
