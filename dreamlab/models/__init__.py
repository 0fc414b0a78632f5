"""Networks, loaded: with `dreamlab.dream` the only folder that imports TensorFlow.

Inside: the class of a network, its loading, and the receptive field of each of its layers.
May be imported from it: the names below.
"""

from dreamlab.models import backend

backend.import_keras()

from dreamlab.models.cache import cached_model  # noqa: E402
from dreamlab.models.loading import load_model  # noqa: E402
from dreamlab.models.network import Network  # noqa: E402
from dreamlab.models.own_network import LayersLeftOut  # noqa: E402

__all__ = ["LayersLeftOut", "Network", "cached_model", "load_model"]
