"""The untrained twin of a network: the control of what is measured of it."""

from dreamlab.models.cache import cached_model
from dreamlab.models.network import Network
from dreamlab.zoo import UNTRAINED, is_untrained


def untrained_twin(network: Network) -> Network | None:
    """Return the network of the same layers with seeded random weights.

    Returns
    -------
    Network or None
        None for a network that is untrained itself, or not of the zoo: it was handed in, and its
        layers cannot be made anew from its name.
    """
    if network.architecture is None or is_untrained(network.name):
        return None
    twin = cached_model(network.name + UNTRAINED)
    # A model of the user's own may go by a name of the zoo.
    return twin if twin.layers == network.layers else None
