"""The untrained twin of a network: the control of what is measured of it."""

from dreamlab.models.cache import cached_model
from dreamlab.models.network import Network
from dreamlab.models.per_network import per_network
from dreamlab.zoo import UNTRAINED, is_untrained


def untrained_twin(network: Network) -> Network | None:
    """Return the network of the same layers with seeded random weights.

    Returns
    -------
    Network or None
        None for a network that is untrained itself, or has layers that cannot be copied.
    """
    if is_untrained(network.name):
        return None
    if network.architecture is not None:
        twin = cached_model(network.name + UNTRAINED)
        # A model of the user's own may go by a name of the zoo.
        if twin.layers == network.layers:
            return twin
    return _copied(network)


@per_network(1)
def _copied(network: Network) -> Network | None:
    return network.twin()
