"""What goes wrong in a run, said in one sentence."""

import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreamlab.errors import DreamError

logger = logging.getLogger("dreamlab.jobs")


def sentence(error: Exception, noun: str) -> str:
    """Return what a visitor reads of an error in a run, and log one that nobody foresaw.

    Parameters
    ----------
    error : Exception
        The error.
    noun : str
        What was run, such as ``dream``.
    """
    if isinstance(error, DreamError):
        return str(error)
    kind = log_fault(noun, error)
    if isinstance(error, MemoryError):
        return f"the {noun} needs more memory than there is: choose a smaller picture"
    return (
        f"the {noun} failed in a way nobody foresaw ({kind}); the log has more: try other settings"
    )


def log_fault(what: str, error: BaseException) -> str:
    """Log the kind of an error and where it happened, and return its kind.

    Its message is left out: it may quote what the visitor typed.
    """
    kind = type(error).__name__
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, kind, where)
    return kind


@contextmanager
def own_warnings() -> Iterator[list[str]]:
    """Collect the warnings of dreamlab itself; a library's warnings say nothing to a visitor."""
    sentences: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield sentences
    home = Path(__file__).parents[1]
    sentences.extend(
        str(warning.message) for warning in caught if home in Path(warning.filename).parents
    )
