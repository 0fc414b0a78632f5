"""Names of dreams that say of which network they are."""

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


def told_apart(dreams: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names of dreams, each as (name, network), with networks if there are several."""
    if len({model for _, model in dreams}) < 2:
        return [name for name, _ in dreams]
    return [with_network(name, model) for name, model in dreams]
