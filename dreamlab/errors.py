"""The error that reaches users, and helpers that write its sentences."""

import importlib.util
from collections.abc import Iterable
from typing import Any

#: The reason for each extra, in the sentence about a missing package.
_EXTRAS = {
    "cpu": "dreaming needs TensorFlow",
    "page": "the page needs Streamlit and Dask",
    "hub": "presets need KerasHub",
}

#: The reason for a package that an extra brings besides.
_REASONS = {"numba": "Winograd's convolutions need Numba"}


#: Most names in a list in words, and most characters of each.
_MOST_NAMES, _MOST_LETTERS = 3, 48


class DreamError(Exception):
    """A problem the user can fix, described in one sentence.

    The message names what failed, its value, and the way out: ``"octaves is 0; choose 1 to 20"``.
    Users see the message alone.
    """


def needed(*modules: str, extra: str) -> None:
    """Check that modules are installed, without importing them.

    Parameters
    ----------
    *modules : str
        Names of top-level modules.
    extra : str
        The extra of dreamlab that installs them: ``"cpu"``, ``"page"`` or ``"hub"``.

    Raises
    ------
    DreamError
        If one is missing; the message names the extra.
    """
    for module in modules:
        if importlib.util.find_spec(module) is None:
            other = ", or 'dreamlab[gpu]' for an NVIDIA GPU" if extra == "cpu" else ""
            raise DreamError(
                f"{_REASONS.get(module, _EXTRAS[extra])}, and {module} is not installed: "
                f"pip install 'dreamlab[{extra}]'{other}"
            )


def shown(value: Any) -> str:
    """Return a value's `repr` for a sentence, cut to at most 60 characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # thousands of digits, or lists in lists
        return "something that is too long to show"
    return text if len(text) <= 60 else text[:57] + "..."


def listed(names: Iterable[object], most: int = _MOST_NAMES) -> str:
    """Return names as a list in words, each cut to at most 48 characters.

    Parameters
    ----------
    names : iterable
        The names; of further ones only the number is told.
    most : int
        Most names, at least 1.
    """
    words = []
    for name in map(str, names):
        plain = name if name.isprintable() else shown(name)
        cut = plain if len(plain) <= _MOST_LETTERS else plain[: _MOST_LETTERS - 3] + "..."
        words.append(cut)
    if len(words) > most:
        words[most:] = [f"{len(words) - most} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
