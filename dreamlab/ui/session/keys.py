"""Keys of the widgets, which are the names of their values in the session."""

#: Keys of a comparison's own settings: each is the setting's name.
PAGE = ("model", "source", "max_side", "every")


def common(setting: str) -> str:
    """Return the key of a setting that all variants share."""
    return f"common.{setting}"


def film(setting: str) -> str:
    """Return the key of a setting of the films to download."""
    return f"film.{setting}"
