"""The one error that reaches users, and the one sentence for what is not installed."""

import importlib.util

#: What each extra is for, as the sentence about a missing package says.
_EXTRAS = {
    "cpu": "dreaming needs TensorFlow",
    "page": "the page needs Streamlit and Dask",
}


class DreamError(Exception):
    """A problem the user can fix, described in one sentence.

    The message names what failed, the value that was given, and the way out:
    ``"octaves is 0; choose 1 to 20"``. Whoever shows it shows the message alone.
    """


def needed(*modules: str, extra: str) -> None:
    """Check that modules are installed, without importing them.

    Parameters
    ----------
    *modules : str
        Names of top-level modules.
    extra : str
        The extra of dreamlab that brings them, ``"cpu"`` or ``"page"``.

    Raises
    ------
    DreamError
        If one is missing; the message names the extra.
    """
    for module in modules:
        if importlib.util.find_spec(module) is None:
            other = ", or 'dreamlab[gpu]' for an NVIDIA GPU" if extra == "cpu" else ""
            raise DreamError(
                f"{_EXTRAS[extra]}, and {module} is not installed: "
                f"pip install 'dreamlab[{extra}]'{other}"
            )
