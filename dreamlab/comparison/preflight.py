"""The preflight: checks and octaves of a dream before it runs."""

from dataclasses import dataclass, field
from functools import partial

from dreamlab.classes import channel_numbers, is_head
from dreamlab.comparison.comparison import MAX_SIDE
from dreamlab.config import DreamConfig
from dreamlab.config.beside import area
from dreamlab.config.guide import guided_layers, without_effect
from dreamlab.errors import DreamError
from dreamlab.images.masks import mask_at
from dreamlab.images.octaves import plan_octaves
from dreamlab.images.shape import Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import find_layer
from dreamlab.zoo import smallest_side


@dataclass(frozen=True)
class Check:
    """Result of the preflight of a dream.

    Parameters
    ----------
    shapes : tuple of Shape
        Height and width of each octave, in pixels, smallest first; empty if there is a problem.
    maps : dict of str to tuple of Shape
        Height and width of each layer's feature map at each octave.
    warning : str
        How the run will differ from the settings, in one sentence, or empty.
    problem : str
        Why the dream cannot run, in one sentence, or empty.
    """

    shapes: tuple[Shape, ...] = ()
    maps: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    warning: str = ""
    problem: str = ""


def check(
    height: int,
    width: int,
    config: DreamConfig,
    model: str,
    layers: tuple[LayerInfo, ...],
    *,
    full: Shape | None = None,
) -> Check:
    """Check a dream before it runs.

    Parameters
    ----------
    height, width : int
        Size of the picture, in pixels.
    config : DreamConfig
        The settings.
    model : str
        Name of the network in the zoo.
    layers : tuple of LayerInfo
        All layers of the network.
    full : Shape, optional
        Size of the picture before it was scaled down to a longest side, in pixels.

    Returns
    -------
    Check
        The result; ``problem`` is not empty if the dream cannot run.
    """
    try:
        layer_infos = {name: find_layer(model, layers, name) for name in config.layers}
        for name, channels in config.channels.items():
            channel_numbers(model, layer_infos[name], channels)
        smallest = smallest_side(model)
        plan = plan_octaves(
            *(height, width, config), model=model, smallest=smallest, full=full, most=MAX_SIDE
        )
        where = area(config.mask)
        if where is not None and where.layer:
            find_layer(model, layers, where.layer)
        if where is not None and where.box is not None:
            mask_at(config, plan.shapes[0])
    except DreamError as error:
        return Check(problem=str(error))
    maps = {
        name: tuple(Shape(*map(layer_infos[name].map_side, shape)) for shape in plan.shapes)
        for name in config.layers
    }
    for name, sizes in maps.items():
        if min(sizes[0]) < 1:
            return Check(
                problem=f"the smallest octave leaves {name} nothing to see; "
                "choose fewer octaves or a larger picture"
            )
    useless = without_effect(config, guided_layers(config, partial(is_head, model)))
    return Check(plan.shapes, maps, "; ".join(filter(None, (plan.warning, useless))))
