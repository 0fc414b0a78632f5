"""Inversion: the picture rebuilt from what one layer knows of it.

From noise, a picture is sought whose whole feature map is that of the original, after Mahendran and
Vedaldi, "Understanding Deep Image Representations by Inverting Them" (CVPR 2015),
https://arxiv.org/abs/1412.0035, and Olah, Mordvintsev and Schubert, "Feature Visualization"
(Distill, 2017), https://distill.pub/2017/feature-visualization. All layers take equal steps from
the same noise. A low similarity may be the layer's or the search's: the feature error tells how far
the search came, and the untrained twin how much the architecture alone keeps.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Contrast, Item, Work
from dreamlab.analysis.by_depth import (
    KINDS,
    contrast,
    depth_table,
    means,
    own_kind,
    step_table,
)
from dreamlab.analysis.redrawing import (
    Part,
    RedrawingSettings,
    parts,
    redrawn,
    some,
    without_twin,
    work,
)
from dreamlab.config.base import checked
from dreamlab.config.specs import number
from dreamlab.images import Shape, to_pixels
from dreamlab.images.ssim import ssim
from dreamlab.images.tint import colour_error
from dreamlab.layer_info import LayerInfo
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network

#: Length of the first step of Adam.
_RATE = 0.15

#: SSIM under which a layer is said to keep less than half.
_HALF = 0.5


@checked
class InversionSettings(RedrawingSettings):
    """Settings of the inversion: the layers, and how they are inverted."""

    steps: int = number(60, 1, 1000, "Steps from noise to each picture.")
    variation: float = number(
        0.3, 0.0, 1000.0, "Weight of smoothness (total variation), times the layer's stride."
    )


def run(
    image: np.ndarray,
    network: "Network",
    settings: InversionSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Invert each layer of the network and of its untrained twin; see `Analysis`."""
    pixels = to_pixels(image)

    def draw(part: Part, of: "Network") -> Iterator[tuple[float, Item | None]]:
        from dreamlab.dream.inversion import settling
        from dreamlab.dream.likeness import Likeness

        # The fewer positions a map has, the more of the picture is left to smoothness: Mahendran
        # and Vedaldi too give it more weight in deeper layers.
        objective = Likeness(settings.variation * part.layer.stride)
        made = part.redrawer(of, image, settings, objective, memory)
        start = made.noise(image, (settings.seed, part.draw))
        errors: list[float] = []
        for figures, picture in made.redraw(image, start, settling(_RATE, settings.steps)):
            errors.append(float(figures[0]))
            last = picture
            yield len(errors) / settings.steps, None
        errors.append(float(made.figures(image, last)[0]))
        yield 1.0, _item(part, pixels, last, errors, settings.draws)

    yield from redrawn(settings, settings.draws, network, resume_from, draw)


def _item(
    part: Part, pixels: np.ndarray, picture: np.ndarray, errors: Sequence[float], draws: int
) -> Item:
    """Return the item of a picture; a layer that no step changes has no figures."""
    found = to_pixels(picture)
    answers = len(set(errors)) > 1
    values = {
        "ssim": ssim(found, pixels) if answers else None,
        "feature_error": errors[-1] if answers else None,
        "colour_error": colour_error(found, pixels) if answers else None,
        "errors": list(errors) if answers else None,
    }
    facts = ["no answer"]
    if answers:
        facts = [f"SSIM {values['ssim']:.2f}", f"feature error {errors[-1]:.0%}"]
    return part.item(found, values, facts, draws)


def plan(
    shape: Shape, settings: InversionSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of each layer's steps."""
    return work(parts(settings, settings.draws, model, layers), shape, settings.steps)


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return similarity, feature error and colour error by depth, and feature error by step."""
    return some(
        depth_table(findings, "ssim", "How much of the picture each layer keeps (SSIM)"),
        depth_table(
            findings, "feature_error", "How far the feature map of the rebuilt picture is off"
        ),
        depth_table(
            findings, "colour_error", "How far the colours of the rebuilt picture are off (RMS)"
        ),
        step_table(findings, "errors", "errors", "Feature error, step by step"),
    )


def sentence(findings: AnalysisData) -> str:
    """Return which layer keeps most, from where on less than half is left, and the control."""
    kept = means(findings, "ssim", own_kind(findings.model))
    if not kept:
        return "No layer here answers to this picture, so nothing could be rebuilt."
    most = max(kept, key=lambda layer: kept[layer])
    said = f"{most} keeps the picture best (SSIM {kept[most]:.2f})"
    told = most
    if len(kept) > 1:
        late = _late(kept)
        told = late[0] if late else min(kept, key=lambda layer: kept[layer])
        if len(late) > 1 and late[0] != most:
            said += f"; from {told} on less than half of it is left ({kept[told]:.2f})"
        else:
            told = min(kept, key=lambda layer: kept[layer])
            said += f", {told} least ({kept[told]:.2f})"
    said += "."
    control = means(findings, "ssim", KINDS[1])
    if own_kind(findings.model) == KINDS[0] and told in control:
        said += f" Untrained, {told} keeps {control[told]:.2f}."
    return said + without_twin(findings)


def _late(kept: dict[str, float]) -> list[str]:
    """Return the last layers, as many as keep less than half each."""
    late: list[str] = []
    for layer in reversed(kept):
        if kept[layer] >= _HALF:
            break
        late.insert(0, layer)
    return late


def contrasted(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return which of two networks keeps more of the picture; see `Analysis`."""
    return contrast(first, second, "ssim", "keeps more of the picture", "SSIM")


ANALYSIS = Analysis(
    name="inversion",
    title="Inversion",
    question="What does a layer still know of the picture?",
    summary="The picture rebuilt from each layer alone, and how much of it is left.",
    settings=InversionSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layers", "steps"),
    contrast=contrasted,
    film=True,
)
