"""Names of dreams that say of which network they are."""

from collections.abc import Sequence

from dreamlab.zoo import UNTRAINED, is_untrained, label


def with_network(name: str, model: str) -> str:
    """Return a dream's name with its network behind it, unless the name has it already.

    Parameters
    ----------
    name : str
        Name of the dream.
    model : str
        Name of its network.
    """
    network, said = label(model), name.lower()
    if not is_untrained(model):  # whose twin has its name in it
        said = said.replace(label(model + UNTRAINED).lower(), "")
    return name if network.lower() in said else f"{name} · {network}"


def told_apart(dreams: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names of dreams, each as (name, network), with networks if there are several."""
    if len({model for _, model in dreams}) < 2:
        return [name for name, _ in dreams]
    return [with_network(name, model) for name, model in dreams]
