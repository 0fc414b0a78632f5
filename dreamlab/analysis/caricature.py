"""Caricature: the picture with what one layer sees in it exaggerated.

The picture changes so that its feature map points along the original's, only further: the dot
product of the two times a power of their cosine grows, as in the caricature recipe of Lucid (2018),
https://github.com/tensorflow/lucid. No unit is chosen. From the picture itself, each layer ends
where the picture has moved by the same root mean square, so that layers differ by what they see and
not by how large their gradients are; from noise, all layers take equal steps.
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
from dreamlab.config.specs import choice, number
from dreamlab.images import Shape, to_pixels
from dreamlab.images.distance import distance, line_search
from dreamlab.images.ssim import ssim
from dreamlab.images.tint import colour_error
from dreamlab.layer_info import LayerInfo
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network

STARTS = ("picture", "noise")

#: Length of each step of Adam from the picture, and of the first one from noise.
_RATE, _FROM_NOISE = 0.1, 0.15

#: Steps that the default amount takes from the picture.
_TYPICAL_STEPS = 15


@checked
class CaricatureSettings(RedrawingSettings):
    """Settings of the caricature: the layers, and how far each goes."""

    start: str = choice("picture", STARTS, "What is redrawn: the picture itself, or noise.")
    amount: float = number(
        0.3, 0.001, 2.0, "From the picture: root mean square by which it moves (-1 to 1)."
    )
    power: float = number(2.0, 0.0, 8.0, "Power of the cosine; 0 lets the direction turn freely.")
    steps: int = number(40, 1, 1000, "Most steps of each picture; from noise all of them.")
    draws: int = number(1, 1, 8, "From noise: pictures of each layer, from other noise each.")

    @property
    def pictures(self) -> int:
        """Draws that differ: from the picture itself there is only one."""
        return self.draws if self.start == "noise" else 1


def run(
    image: np.ndarray,
    network: "Network",
    settings: CaricatureSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Exaggerate what each layer sees, and its untrained twin's; see `Analysis`."""

    def draw(part: Part, of: "Network") -> Iterator[tuple[float, Item | None]]:
        from dreamlab.dream.inversion import settling
        from dreamlab.dream.likeness import Exaggeration

        made = part.redrawer(of, image, settings, Exaggeration(settings.power), memory)
        from_picture = settings.start == "picture"
        if from_picture:
            start, lengths = made.coefficients(image), [_RATE] * settings.steps
        else:
            start = made.noise(image, (settings.seed, part.draw))
            lengths = settling(_FROM_NOISE, settings.steps)
        gains: list[float] = []
        cosines: list[float] = []
        before = made.picture(start)
        for figures, after in made.redraw(image, start, lengths):
            gains.append(float(figures[0]))
            cosines.append(float(figures[1]))
            moved = distance(after, image)
            ends = from_picture and moved >= settings.amount
            if ends and distance(before, image) < settings.amount:
                share = line_search(image, before, after, settings.amount)
                after = before + np.float32(share) * (after - before)
            before = after
            if ends:
                break
            share = len(gains) / settings.steps
            yield max(share, min(1.0, moved / settings.amount) * from_picture), None
        gain, cosine = made.figures(image, before).tolist()
        yield 1.0, _item(part, image, before, [*gains, gain], [*cosines, cosine], settings)

    yield from redrawn(settings, settings.pictures, network, resume_from, draw)


def _item(
    part: Part,
    image: np.ndarray,
    picture: np.ndarray,
    gains: Sequence[float],
    cosines: Sequence[float],
    settings: CaricatureSettings,
) -> Item:
    """Return the item of a picture; a layer that no step changes has no figures."""
    found, original = to_pixels(picture), to_pixels(image)
    moved = distance(picture, image)
    answers = len(set(gains)) > 1
    values = {
        "gain": gains[-1] if answers else None,
        "cosine": cosines[-1] if answers else None,
        "moved": moved if answers else None,
        "steps": len(gains) - 1 if answers else None,
        "ssim": ssim(found, original) if answers else None,
        "colour_error": colour_error(found, original) if answers else None,
        "gains": list(gains) if answers else None,
    }
    facts = ["no answer"]
    if answers:
        facts = [f"{gains[-1]:.3g} times as strong", f"cosine {cosines[-1]:.2f}"]
        if settings.start == "picture" and moved < 0.99 * settings.amount:
            facts.append(f"moved only {moved:.3g}")
    return part.item(found, values, facts, settings.pictures)


def plan(
    shape: Shape, settings: CaricatureSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of each layer's steps."""
    steps = settings.steps
    if settings.start == "picture":
        steps = min(steps, _TYPICAL_STEPS)
    return work(parts(settings, settings.pictures, model, layers), shape, steps)


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return gain, cosine, similarity and colour error by depth, and the gain by step."""
    return some(
        depth_table(findings, "gain", "How many times as strongly a layer answers"),
        depth_table(findings, "cosine", "How well the feature map keeps its direction (cosine)"),
        depth_table(findings, "ssim", "How alike the caricature is to the picture (SSIM)"),
        depth_table(findings, "colour_error", "How far the colours have moved (RMS)"),
        step_table(findings, "gains", "gains", "Gain of each layer, step by step"),
    )


def sentence(findings: AnalysisData) -> str:
    """Return which layer is exaggerated most, and the control."""
    gains = means(findings, "gain", own_kind(findings.model))
    if not gains:
        return "No layer here answers to this picture, so there is nothing to exaggerate."
    most = max(gains, key=lambda layer: gains[layer])
    which = f"{most} is exaggerated most"
    if gains[most] <= 1:  # from noise, few steps may not even come to what the original has
        which = f"No layer is exaggerated, {most} comes nearest"
    said = f"{which}: it answers {gains[most]:.3g} times as strongly as to the original"
    if len(gains) > 1:
        least = min(gains, key=lambda layer: gains[layer])
        said += f", and {least} least ({gains[least]:.3g} times)"
    said += "."
    control = means(findings, "gain", KINDS[1])
    if own_kind(findings.model) == KINDS[0] and most in control:
        said += f" Untrained, {most} answers {control[most]:.3g} times as strongly."
    return said + without_twin(findings)


def contrasted(first: AnalysisData, second: AnalysisData) -> Contrast:
    """Return which of two networks is exaggerated more; see `Analysis`."""
    return contrast(first, second, "gain", "is exaggerated more", "gain")


ANALYSIS = Analysis(
    name="caricature",
    title="Caricature",
    question="What does a layer make most of in the picture?",
    summary="The picture with all that each layer sees in it exaggerated.",
    settings=CaricatureSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layers", "amount"),
    contrast=contrasted,
    film=True,
)
