"""The settings of the examples."""

from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config.base import checked
from dreamlab.config.channels import channels
from dreamlab.config.layers import LayerName
from dreamlab.config.specs import flag, number, setting
from dreamlab.images.picture_set import SIDE


@checked
class ExampleSettings(Settings):
    """Settings of the examples: the layer, its channels, and whether pictures are grown."""

    layer: str = setting(LayerName(default="block4_conv3", help="Layer to look into."))
    channels: tuple[int | str, ...] = channels(
        "Channels to look into; none means the layer as a whole and its 3 most selective channels."
    )
    grown: bool = flag(True, "Whether a picture is grown for each.")
    max_side: int = number(SIDE, 32, SIDE, "Side that pictures are scaled to, in pixels.")
    preprocessing: str = as_in_dreams("preprocessing", "imagenet")
    seed: int = as_in_dreams("seed", 0)
