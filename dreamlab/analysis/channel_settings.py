"""The settings of the channel explorer."""

from collections.abc import Mapping

from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config.base import checked
from dreamlab.config.channels import channel_weights, channels
from dreamlab.config.layers import LayerName
from dreamlab.config.specs import choice, flag, number, setting

#: How many times as many steps good quality takes.
_GOOD_STEPS = 3


@checked
class ChannelSettings(Settings):
    """Settings of the channel explorer: the layer, its channels, and what is grown."""

    layer: str = setting(LayerName(default="block4_conv3", help="Layer to explore."))
    channels: tuple[int | str, ...] = channels(
        "Channels to look at; none means those that respond to the picture most."
    )
    direction: Mapping[int | str, float] = channel_weights(
        "Channels with weights, looked at as one, in place of single channels."
    )
    count: int = number(9, 1, 64, "How many, where no channels are named.")
    grown: bool = flag(True, "Whether a picture is grown for each channel.")
    quality: str = choice(
        "fast",
        ("fast", "good"),
        "Good turns and scales the picture in its first steps, and takes 3 times as many steps.",
    )
    negative: bool = flag(False, "Whether to grow also what each channel answers to least.")
    diverse: int = number(1, 1, 4, "Pictures of each channel, which are to differ.")
    start: str = choice("noise", ("noise", "photo"), "What the pictures are grown from.")
    steps: int = number(40, 1, 500, "Steps a picture is grown for.")
    side: int = number(128, 32, 512, "Side of the pictures that are grown, in pixels.")
    jitter: int = as_in_dreams("jitter", 8)
    seed: int = as_in_dreams("seed", 0)

    @property
    def all_steps(self) -> int:
        """Steps of a picture in the quality that is chosen."""
        return self.steps * _GOOD_STEPS if self.quality == "good" else self.steps
