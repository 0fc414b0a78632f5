"""The networks on offer, by name; loads no network."""

from dataclasses import dataclass
from types import MappingProxyType

from dreamlab.errors import DreamError, listed, shown
from dreamlab.own_models import own, problems, usable

#: What follows a network's name where its weights are random, as a control of the trained ones.
UNTRAINED = ":untrained"
#: How the addresses of presets of KerasHub begin.
HUBS = ("hf://", "kaggle://")


@dataclass(frozen=True)
class Architecture:
    """A network on offer, and the facts that a dream needs.

    Parameters
    ----------
    label : str
        The network's name on the page.
    builder : str
        The network's function in `keras.applications`; empty for one of our own.
    input_range : str
        What the network is fed, one of `dreamlab.config.input_range.INPUT_RANGES`.
    offered : str
        Regular expression of the layers on offer; other layers are available by name.
    weights_file : str
        File with the ImageNet weights: in this package, or where Keras keeps its downloads.
    shipped : str
        SHA-256 of the weights file in this package; empty for a network that is downloaded.
    smallest : int
        Smallest picture side that the network takes, in pixels.
    notebook_range : bool
        Whether the network is fed the picture in [-1, 1] unless its own range is asked for, as
        the notebook feeds VGG16. Networks that normalise inside see almost nothing then, so they
        always get the input of their training.
    speed : float
        Multiplications a second, as a share of VGG16's, as measured once on a processor with
        AVX-512: only convolutions of 3 x 3 over all channels take Winograd's shortcut.
    classes_file : str
        File in this package with the names of the classes that it tells apart, one a line; empty
        for a network without its head.
    """

    label: str
    builder: str
    input_range: str
    offered: str
    weights_file: str
    shipped: str = ""
    smallest: int = 32
    notebook_range: bool = False
    speed: float = 1.0
    classes_file: str = ""

    @property
    def source(self) -> str:
        """Where its range is known from, in words that follow "as"."""
        return f"{self.builder or self.label} is trained"


ARCHITECTURES = MappingProxyType(
    {
        "vgg16": Architecture(
            label="VGG16",
            builder="VGG16",
            input_range="imagenet",
            offered=r"block\d_(conv\d|pool)",
            weights_file="vgg16_imagenet_notop_f16.weights.h5",
            shipped="65c4f9c6baa882e8104eccf4e474dd55b5824d87497c0fb6229aec2dd54d1d26",
            notebook_range=True,
        ),
        "efficientnet_lite0": Architecture(
            label="EfficientNet-Lite0",
            builder="",
            input_range="0,255",
            offered=r"stem|block\da_project|block\d[a-z]_add|top|predictions",
            weights_file="efficientnet_lite0_imagenet_f16.npz",
            speed=0.18,
            shipped="6cae98ea2c7d90c7246a45de3dead0c1aa2588fea302f42c1716c21011fd7e04",
            classes_file="imagenet_classes.txt",
        ),
        "vgg19": Architecture(
            label="VGG19",
            builder="VGG19",
            input_range="imagenet",
            offered=r"block\d_(conv\d|pool)",
            weights_file="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
            notebook_range=True,
        ),
        "inception_v3": Architecture(
            label="InceptionV3",
            builder="InceptionV3",
            input_range="-1,1",
            offered=r"mixed\d+",
            smallest=75,
            weights_file="inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
            speed=0.4,
        ),
        "resnet50": Architecture(
            label="ResNet50",
            builder="ResNet50",
            input_range="imagenet",
            offered=r"conv1_relu|conv\d_block\d_out",
            weights_file="resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
            speed=0.2,
        ),
        "mobilenet_v2": Architecture(
            label="MobileNetV2",
            builder="MobileNetV2",
            input_range="-1,1",
            offered=r"Conv1_relu|block_\d+_expand_relu|out_relu",
            weights_file="mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
            speed=0.15,
        ),
        "efficientnet_v2_b0": Architecture(
            label="EfficientNetV2-B0",
            builder="EfficientNetV2B0",
            input_range="0,255",
            offered=r"block\d[a-z]_(expand|project)_activation|block\d[a-z]_add|top_activation",
            weights_file="efficientnetv2-b0_notop.h5",
            speed=0.18,
        ),
        "convnext_tiny": Architecture(
            label="ConvNeXt-Tiny",
            builder="ConvNeXtTiny",
            input_range="0,255",
            offered=r"convnext_tiny_stage_\d_block_\d_identity|convnext_tiny_stem",
            weights_file="convnext_tiny_notop.h5",
            speed=0.04,
        ),
    }
)


def shipped() -> list[str]:
    """Return the names of the networks whose weights come with dreamlab."""
    return [name for name, known in ARCHITECTURES.items() if known.shipped]


def is_untrained(model: str) -> bool:
    """Return whether a network's name stands for its untrained twin, as ``vgg16:untrained``."""
    return model.endswith(UNTRAINED)


def base(model: str) -> str:
    """Return the name of a network without the word that its weights are random."""
    return model.removesuffix(UNTRAINED)


def is_address(model: str) -> bool:
    """Return whether a network's name is the address of a preset of KerasHub."""
    return model.startswith(HUBS)


def architecture(model: str) -> Architecture | None:
    """Return the facts about a network of the zoo, trained or not; None for another."""
    return ARCHITECTURES.get(base(model))


def smallest_side(model: str) -> int:
    """Return the smallest picture side that a network takes, in pixels; 32 if unknown."""
    known = architecture(model) or own(base(model))
    return Architecture.smallest if known is None else known.smallest


def speed(model: str) -> float:
    """Return a network's multiplications a second, as a share of VGG16's; 1 if unknown."""
    known = architecture(model)
    return Architecture.speed if known is None else known.speed


def label(model: str) -> str:
    """Return a network's name as the page shows it; a user's own goes by its file's name."""
    known = architecture(model)
    name = base(model) if known is None else known.label
    return f"{name}, untrained" if is_untrained(model) else name


def is_on_offer(model: str) -> bool:
    """Return whether a network is of the zoo, or a usable one of the owner's folder."""
    mine = own(base(model))
    return architecture(model) is not None or mine is not None and not mine.problem


def networks_on_offer() -> tuple[list[str], list[str]]:
    """Return the networks that can be chosen, and why files of the owner's folder cannot.

    Returns
    -------
    (list of str, list of str)
        The names, the zoo's first, without their untrained twins; and a sentence for each file
        that cannot be used.
    """
    return [*ARCHITECTURES, *usable()], problems()


def check_network(model: str, otherwise: str = "") -> None:
    """Raise `DreamError` if no such network is on offer; `otherwise` adds another way out."""
    if is_on_offer(model):
        return
    mine = own(base(model))
    if mine is not None:
        raise DreamError(mine.problem)
    names = [*ARCHITECTURES, *([listed(usable())] if usable() else [])]
    raise DreamError(f"unknown model {shown(model)}; choose from {', '.join(names)}{otherwise}")
