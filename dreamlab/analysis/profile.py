"""The layer profile: how much a layer relies on colour, fine texture, global shape and place.

A cue is taken from the picture, and the layer's answer shifts: as a map, by the norm of the
difference over that of the map; pooled, by the same of its channels' means over the positions. Each
is divided by the layer's shift under Gaussian noise that changes the picture by the same root mean
square. So 1 says that the layer minds no more than it minds noise, and noise itself is a cue, which
has to come out at 1.

The picture is looked at in several draws of the noise, and of what is done by chance; the lowest
and the highest figure of the draws are the spread of an item.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisStep, Item, Work
from dreamlab.analysis.profile_contrast import contrast
from dreamlab.analysis.profile_looks import Looks, item_key
from dreamlab.analysis.profile_settings import ProfileSettings
from dreamlab.analysis.profile_tables import sentence, tables
from dreamlab.analysis.profile_tuning import KEY, PIXELS, tuning
from dreamlab.images import Shape
from dreamlab.images.cues import CUES
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import chosen_layers

if TYPE_CHECKING:
    from dreamlab.models import Network

#: Levels of noise that the cues of a usual picture lie between.
_TYPICAL_LEVELS = 12

#: A look as a share of a step of a dream, about: the maps of all layers are compared.
_LOOK = 0.7


def run(
    image: np.ndarray,
    network: "Network",
    settings: ProfileSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Take each cue from the picture, and measure all layers; see `Analysis`."""
    from dreamlab.dream.moves import moves

    layers = chosen_layers(network.name, network.layers, settings.layers)
    deepest = max(1, *(layer.depth for layer in network.layers))
    depths = {layer.name: layer.depth / deepest for layer in layers}
    chosen = settings.chosen()
    missing = [pair for pair in chosen if item_key(*pair) not in resume_from]
    measured = moves(network, tuple(depths), settings.precision, settings.preprocessing)
    looks = Looks(image, settings, grey=network.feeding.grey)
    moved = measured.moves(image, looks.pictures(missing), memory)
    total, done, count = _pictures(settings) + PIXELS / Shape.of(image).area, 0.0, 0
    for cue, at in chosen:
        item = resume_from.get(item_key(cue, at))
        if item is None:
            # The last pictures may need no look, and are made only when one more is asked for.
            while not looks.ready(cue, at) and (shift := next(moved, None)) is not None:
                looks.take(shift)
                count += 1
                yield AnalysisStep(done, CUES[cue].label)
                done = max(done, min(0.9, count / total))
            item = looks.item(cue, at, depths)
        yield AnalysisStep(done, CUES[cue].label, item)
    if KEY in resume_from:
        yield AnalysisStep(1.0, "gratings", resume_from[KEY])
        return
    for share, item in tuning(network, depths, settings, memory):
        yield AnalysisStep(done + share * (1 - done), "gratings", item)


def plan(
    shape: Shape, settings: ProfileSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of looks at all pictures and gratings."""
    chosen = chosen_layers(model, layers, settings.layers)
    deepest = max(layer.operations for layer in chosen)
    pixels = shape.area * (1 + _pictures(settings)) + PIXELS
    return [(_LOOK * pixels, deepest)]


def _pictures(settings: ProfileSettings) -> int:
    """Return how many pictures are looked at, about, but for the gratings."""
    cues = sum(settings.draws_of(cue) for cue, _ in settings.chosen())
    return cues + settings.draws * _TYPICAL_LEVELS


ANALYSIS = Analysis(
    name="profile",
    title="Layer profile",
    question="Does a layer go by colour, texture, shape or place?",
    summary="How far each layer's answer shifts when colour, texture, shape or place is changed.",
    settings=ProfileSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layers", "cues"),
    contrast=contrast,
    columns=3,
    face="profile",
)
