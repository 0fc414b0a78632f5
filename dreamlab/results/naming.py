"""Names of dreams: with their networks, and as those of files."""

import re
from collections.abc import Sequence

from dreamlab.zoo import label


def with_network(name: str, model: str) -> str:
    """Return a dream's name with its network behind it, unless that is its name already.

    Parameters
    ----------
    name : str
        Name of the dream.
    model : str
        Name of its network.
    """
    network = label(model)
    return name if name.lower() == network.lower() else f"{name} · {network}"


def file_name(name: str) -> str:
    """Return a name as part of a file's name: a to z, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "dream"


def told_apart(dreams: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names of dreams, each as (name, network), with networks if there are several."""
    if len({model for _, model in dreams}) < 2:
        return [name for name, _ in dreams]
    return [with_network(name, model) for name, model in dreams]
