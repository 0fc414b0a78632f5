"""Noise robustness: the similarity of dreams on a noisy and on a clean picture."""

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisData, AnalysisStep, Item, Work
from dreamlab.analysis.settings import Settings, as_in_dreams
from dreamlab.config import DreamConfig
from dreamlab.config.base import checked
from dreamlab.config.specs import names, numbers
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape, to_pixels
from dreamlab.images.bounds import check_smallest
from dreamlab.images.noise import add_gaussian, add_salt_and_pepper
from dreamlab.images.ssim import WINDOW, ssim
from dreamlab.report.table import Table
from dreamlab.zoo import LayerInfo, chosen_layers

if TYPE_CHECKING:
    from dreamlab.models import Network


def add_gaussian_of_mean_0(
    image: np.ndarray, standard_deviation: float, generator: np.random.Generator
) -> np.ndarray:
    """Add Gaussian noise of mean 0, which keeps the picture's brightness.

    The notebook's noise, which dreams use, darkens the picture by its standard deviation
    (`dreamlab.images.noise.add_gaussian`). The sample cat, darkened by 0.4 without noise, has an
    SSIM of 0.76 to itself, which would count as an effect of the noise here.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    standard_deviation : float
        Standard deviation, for a picture in [-1, 1].
    generator : numpy.random.Generator
        Source of randomness.
    """
    return add_gaussian(image, standard_deviation, generator) + np.float32(standard_deviation)


#: Each kind of noise with its label and the function that adds it.
KINDS: Mapping[str, tuple[str, Callable]] = {
    "gaussian": ("Gaussian noise", add_gaussian_of_mean_0),
    "salt_pepper": ("salt and pepper", add_salt_and_pepper),
}


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
    layers = _layers(network.name, network.layers, settings)
    levels = settings.levels()
    total = sum(layer.operations for layer in layers) * (len(levels) + 1)
    done = 0.0
    for layer in layers:
        # `repr` keeps all digits, so that nearly equal levels have different keys.
        keys = [f"{layer.name}-{kind}-{level!r}" for kind, level in levels]
        clean = np.empty(0, np.uint8)
        if not all(key in resume_from for key in keys):
            doing = f"{layer.name}, no noise"
            clean = yield from _dreamt(image, network, layer, settings, memory, done, total, doing)
        done += layer.operations
        for place, (kind, level) in enumerate(levels):
            label, add = KINDS[kind]
            doing = f"{layer.name}, {label} {level:g}"
            item = resume_from.get(keys[place])
            if item is None:
                noisy = add(image, level, np.random.default_rng((settings.seed, place)))
                dreamt = clean
                if level > 0:
                    dreamt = yield from _dreamt(
                        noisy, network, layer, settings, memory, done, total, doing
                    )
                values = {
                    "layer": layer.name,
                    "kind": kind,
                    "level": level,
                    "ssim": ssim(dreamt, clean),
                    "ssim_pictures": ssim(to_pixels(noisy), to_pixels(image)),
                    "shift": _relative_change(network, layer, settings, image, noisy),
                }
                item = Item(keys[place], doing, values, Picture(dreamt))
            done += layer.operations
            yield AnalysisStep(done / total, doing, item)


def _relative_change(
    network: "Network",
    layer: LayerInfo,
    settings: RobustnessSettings,
    image: np.ndarray,
    noisy: np.ndarray,
) -> float:
    from dreamlab.dream.activations import activations

    names = (layer.name,)
    measured = activations(network, names, settings.precision, settings.preprocessing)
    return measured.relative_change(image, noisy)[layer.name]


def _dreamt(
    image: np.ndarray,
    network: "Network",
    layer: LayerInfo,
    settings: RobustnessSettings,
    memory: float | None,
    done: float,
    total: float,
    doing: str,
) -> Generator[AnalysisStep, None, np.ndarray]:
    """Yield progress from `done` of the `total` work; return the dream's pixels."""
    from dreamlab.dream import dream

    config = DreamConfig(
        layers={layer.name: 1.0},
        octaves=1,
        iterations=settings.iterations,
        step=settings.step,
        seed=settings.seed,
        precision=settings.precision,
        preprocessing=settings.preprocessing,
    )
    pixels = to_pixels(image)
    for step in dream(image, network, config, memory=memory):
        if step.ends_octave:
            pixels = to_pixels(step.image)
        yield AnalysisStep((done + step.fraction * layer.operations) / total, doing)
    return pixels


def _layers(
    model: str, layers: Sequence[LayerInfo], settings: RobustnessSettings
) -> tuple[LayerInfo, ...]:
    if settings.layers:
        return chosen_layers(model, layers, settings.layers)
    offered = chosen_layers(model, layers, ())
    # One early, two middle and one late layer take little time.
    places = {round(share * (len(offered) - 1)) for share in (0.25, 0.5, 0.75, 1.0)}
    return tuple(offered[place] for place in sorted(places))


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
    return [(pixels, layer.operations) for layer in _layers(model, layers, settings)]


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
            if rows:
                results.append(Table(f"{name}_{kind}", title, ("noise", *layers), rows, "lines"))
    return tuple(results)


ANALYSIS = Analysis(
    name="robustness",
    title="Noise robustness",
    summary="How alike the dreams stay, and how far activations shift, when noise is added.",
    settings=RobustnessSettings,
    run=run,
    plan=plan,
    tables=tables,
    columns=5,
)
