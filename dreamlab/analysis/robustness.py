"""Noise robustness: the similarity of dreams on a noisy and on a clean picture."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.noisy import KINDS, noisy_pictures
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config import DreamConfig
from dreamlab.config.base import checked
from dreamlab.config.specs import names, numbers
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape, to_pixels
from dreamlab.images.bounds import check_smallest
from dreamlab.images.ssim import WINDOW, ssim
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import spread_layers
from dreamlab.report.table import Table

if TYPE_CHECKING:
    from dreamlab.models import Network


@checked
class RobustnessSettings(Settings):
    """Settings of the robustness analysis: the layers, and the levels of noise."""

    layers: tuple[str, ...] = names((), "Layers to dream; none means four from early to late.")
    gaussian: tuple[float, ...] = numbers(
        (0.0, 0.05, 0.1, 0.2, 0.4), 0.0, 1.0, "Standard deviations of Gaussian noise of mean 0."
    )
    salt_pepper: tuple[float, ...] = numbers(
        (0.0, 0.002, 0.01, 0.05, 0.2), 0.0, 1.0, "Shares of pixels turned white or black."
    )
    iterations: int = as_in_dreams("iterations", 4)
    step: float = as_in_dreams("step", 0.03)
    seed: int = as_in_dreams("seed", 0)

    def levels(self) -> list[tuple[str, float]]:
        """Return each kind of noise with each of its levels."""
        return [(kind, level) for kind in KINDS for level in getattr(self, kind)]


def run(
    image: np.ndarray,
    network: "Network",
    settings: RobustnessSettings,
    resume_from: Mapping[str, Item],
    memory: float | None,
) -> Generator[AnalysisStep]:
    """Dream on noisy pictures and compare with a clean dream; see `Analysis`."""
    layers = spread_layers(network.name, network.layers, settings.layers)
    levels = settings.levels()
    # `repr` keeps all digits, so that nearly equal levels have different keys.
    ends = [f"-{kind}-{level!r}" for kind, level in levels]
    keys = {layer.name: [layer.name + end for end in ends] for layer in layers}
    missing = [name for name in keys if any(key not in resume_from for key in keys[name])]
    noises = noisy_pictures(image, network, missing, settings, memory) if missing else []
    total, done = sum(layer.operations for layer in layers), 0.0
    for layer in layers:
        dreamt: dict[int | None, np.ndarray] = {}
        moved: set[int | None] = set()
        if layer.name in missing:
            pictures: dict[int | None, np.ndarray] = {None: image}  # no place among the levels
            for place, key in enumerate(keys[layer.name]):
                if key not in resume_from and levels[place][1] > 0:
                    pictures[place] = noises[place].picture
            for share, ended, woken in _dreamt(pictures, network, layer, settings, memory):
                dreamt, moved = ended, woken
                fraction = (done + share * layer.operations) / total
                yield AnalysisStep(fraction, f"{layer.name}, dreams of {len(pictures)} pictures")
        done += layer.operations
        for place, (kind, level) in enumerate(levels):
            caption = f"{layer.name} · {KINDS[kind][0]} {level:g}"
            item = resume_from.get(keys[layer.name][place])
            if item is None:
                noisy = place if place in dreamt else None
                answers = not settings.iterations or {None, noisy} <= moved
                pixels = dreamt[noisy]
                values = {
                    "layer": layer.name,
                    "kind": kind,
                    "level": level,
                    "ssim": ssim(pixels, dreamt[None]) if answers else None,
                    "ssim_pictures": noises[place].ssim,
                    "shift": noises[place].shifts[layer.name],
                }
                caption += "" if answers else " · no answer"
                item = Item(
                    keys[layer.name][place], caption, values, Picture(pixels), of_original=True
                )
            last = place + 1 == len(levels)
            yield AnalysisStep(done / total, caption, item, resumable=last)


def _dreamt(
    images: Mapping[int | None, np.ndarray],
    network: "Network",
    layer: LayerInfo,
    settings: RobustnessSettings,
    memory: float | None,
) -> Iterator[tuple[float, dict[int | None, np.ndarray], set[int | None]]]:
    """Yield the finished share after each step, and of the dreams the pixels and which moved.

    Pixels are those of the dreams that have ended.
    """
    from dreamlab.dream.run import attempts

    config = DreamConfig(
        layers={layer.name: 1.0},
        octaves=1,
        iterations=settings.iterations,
        step=settings.step,
        seed=settings.seed,
        precision=settings.precision,
        preprocessing=settings.preprocessing,
    )
    places, pixels, moved = list(images), {}, set()
    shares = dict.fromkeys(images, 0.0)
    with closing(attempts(list(images.values()), network, config, memory=memory)) as steps:
        for number, step in steps:
            place = places[number]
            shares[place] = step.fraction
            if step.moved:
                moved.add(place)
            if step.ends_octave:
                pixels[place] = to_pixels(step.image)
            yield sum(shares.values()) / len(shares), pixels, moved


def plan(
    shape: Shape, settings: RobustnessSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of a dream for each layer and each level of noise."""
    check_smallest(shape, WINDOW, "SSIM")
    if not settings.levels():
        raise DreamError(
            "there are 0 levels of noise; give at least one, of Gaussian noise or salt and pepper"
        )
    pixels = shape.area * settings.iterations * (len(settings.levels()) + 1)
    return [(pixels, layer.operations) for layer in spread_layers(model, layers, settings.layers)]


def tables(findings: AnalysisData) -> tuple[Table, ...]:
    """Return for each kind of noise the dreams' similarity and the activations' change."""
    results = []
    for kind, (label, _) in KINDS.items():
        values = [item.values for item in findings.items if item.values["kind"] == kind]
        layers = tuple(dict.fromkeys(row["layer"] for row in values))
        levels = sorted({row["level"] for row in values})
        by_place = {(row["layer"], row["level"]): row for row in values}
        for name, title in (
            ("ssim", f"How alike dreams stay (SSIM) with {label}"),
            ("shift", f"How far activations shift (relative norm) with {label}"),
        ):
            rows = tuple(
                (level, *(by_place.get((layer, level), {}).get(name) for layer in layers))
                for level in levels
            )
            silent = tuple(
                layer
                for layer in layers
                if all(row[name] is None for row in values if row["layer"] == layer)
            )
            if rows:
                columns = ("noise", *layers)
                results.append(Table(f"{name}_{kind}", title, columns, rows, "lines", silent))
    return tuple(results)


def sentence(findings: AnalysisData) -> str:
    """Return whose dream stays most alike under the strongest noise, and whose least."""
    noisy = [item.values for item in findings.items if item.values["level"] > 0]
    heard = [values for values in noisy if values["ssim"] is not None]
    if not heard:
        return "No layer was dreamt on a noisy picture that it answers to."
    kind = heard[0]["kind"]
    level = max(values["level"] for values in heard if values["kind"] == kind)
    by_layer = {
        values["layer"]: values["ssim"]
        for values in heard
        if values["kind"] == kind and values["level"] == level
    }
    picture = next(
        values["ssim_pictures"]
        for values in heard
        if values["kind"] == kind and values["level"] == level
    )
    least, most = (of(by_layer, key=lambda layer: by_layer[layer]) for of in (min, max))
    noise = f"{KINDS[kind][0]} of {level:g}"
    if least == most:
        return (
            f"With {noise}, the dream of {least} stays alike to an SSIM of {by_layer[least]:.2f}; "
            f"the noisy picture itself, to {picture:.2f}."
        )
    return (
        f"With {noise}, the dream of {most} stays most alike (SSIM {by_layer[most]:.2f}) and that "
        f"of {least} least ({by_layer[least]:.2f}); the noisy picture itself has {picture:.2f}."
    )


ANALYSIS = Analysis(
    name="robustness",
    title="Noise robustness",
    question="How much noise can a layer's dream take?",
    summary="How alike the dreams stay, and how far activations shift, when noise is added.",
    settings=RobustnessSettings,
    run=run,
    plan=plan,
    tables=tables,
    sentence=sentence,
    essentials=("layers", "iterations"),
    columns=5,
)
