"""Mix attribution: who drives the picture in a mixed run, and who fights whom."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.contract import (
    Advance,
    Analysis,
    Findings,
    Item,
    Settings,
    Table,
    Work,
    as_in_dreams,
    weights,
)
from dreamlab.analysis.layers import chosen_layers
from dreamlab.config import PRESETS, SETTINGS_KEY, DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import png, to_pixels
from dreamlab.octaves import octave_shapes
from dreamlab.zoo import LayerInfo

if TYPE_CHECKING:
    from dreamlab.models import Network

#: Settings of a dream that an attribution takes as they are.
_OF_THE_DREAM = (
    "octaves",
    "octave_scale",
    "iterations",
    "step",
    "gaussian_noise",
    "salt_pepper",
    "jitter",
    "seed",
    "precision",
    "preprocessing",
)


@dataclass(frozen=True, kw_only=True)
class AttributionSettings(Settings):
    """The mixed run that is looked into: as a dream's settings."""

    layers: dict[str, float] = weights(PRESETS["mixed"]["layers"], "Layers with their weights.")
    octaves: int = as_in_dreams("octaves", 3)
    octave_scale: float = as_in_dreams("octave_scale", 1.4)
    iterations: int = as_in_dreams("iterations", 5)
    step: float = as_in_dreams("step", 0.02)
    gaussian_noise: float = as_in_dreams("gaussian_noise", 0.0)
    salt_pepper: float = as_in_dreams("salt_pepper", 0.0)
    jitter: int = as_in_dreams("jitter", 0)
    seed: int = as_in_dreams("seed", 0)


def run(
    image: np.ndarray,
    network: "Network",
    settings: AttributionSettings,
    found: Mapping[str, Item],
) -> Iterator[Advance]:
    """Dream and look at each layer's gradient after each step; see `Analysis`.

    A step depends on all before it, so an earlier run's items cannot be passed on.
    """
    from dreamlab.dream import dream

    config = DreamConfig(
        layers=settings.layers, **{name: getattr(settings, name) for name in _OF_THE_DREAM}
    )
    looks = _Looks(network, config)
    with closing(dream(image, network, config)) as steps:
        for count, step in enumerate(steps, 1):
            picture = np.array(step.image)
            shares, gradients = looks.at(picture)
            values = {
                "step": count,
                "octave": step.octave,
                "height": step.height,
                "width": step.width,
                "iteration": step.iteration,
                "losses": shares,
                **pulls(gradients),
            }
            last = step.fraction >= 1.0
            text = {SETTINGS_KEY: step.provenance.to_json()}
            item = Item(
                key=f"step_{count:03d}",
                caption=f"step {count}, octave {step.octave + 1} of {step.octaves}",
                values=values,
                picture=png(to_pixels(picture), text=text) if last else b"",
            )
            yield Advance(step.fraction, item.caption, item)


class _Looks:
    """Each layer's loss and gradient alone, in the engine's own way: tiles and all."""

    def __init__(self, network: "Network", config: DreamConfig) -> None:
        from dreamlab.gradients import Octave, compile_ascent
        from dreamlab.precision import resolve

        precision = resolve(config.precision)
        self._octave = Octave
        self._alone = []
        for name, weight in config.layers.items():
            # Its weight comes in afterwards, as a config of weight 0 alone is none.
            alone = DreamConfig(layers={name: 1.0}, preprocessing=config.preprocessing)
            self._alone.append((name, weight, alone, compile_ascent(network, alone, precision)))

    def at(self, picture: np.ndarray) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        """Return each layer's weighted loss and gradient, float32 (H, W, 3), at a picture."""
        losses, gradients = {}, {}
        for name, weight, alone, ascent in self._alone:
            octave = self._octave(ascent, alone, picture.shape[:2])
            shares, gradient = octave.gradient(picture)
            losses[name] = weight * float(shares[0])
            gradients[name] = np.float32(weight) * gradient
        return losses, gradients


def pulls(gradients: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return how hard each layer pulls, and how far each two pull the same way.

    Parameters
    ----------
    gradients : mapping of str to numpy.ndarray
        Each layer's weighted gradient, all of one shape.

    Returns
    -------
    dict
        ``norms``: each gradient's Euclidean norm by layer. ``cosines``: rows of the matrix of
        cosines between each two, None for a layer without gradient.
    """
    flat = [gradient.ravel().astype(np.float64) for gradient in gradients.values()]
    norms = [float(np.linalg.norm(one)) for one in flat]
    pairs = list(zip(flat, norms, strict=True))
    cosines = [
        [float(one @ other / (n * m)) if n and m else None for other, m in pairs]
        for one, n in pairs
    ]
    return {"norms": dict(zip(gradients, norms, strict=True)), "cosines": cosines}


def balance(weights: Mapping[str, float], norms: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return weights with which all layers pull equally hard.

    Each weight is divided by the geometric mean of its layer's gradient norms, so that a layer is
    as often too strong as too weak, in ratio; then all are scaled so that they add up to what
    they did. Signs and weights of 0 stay.

    Parameters
    ----------
    weights : mapping of str to float
        The weights of the run.
    norms : sequence of mapping of str to float
        Each layer's weighted gradient norm, for each step of it.

    Raises
    ------
    DreamError
        If there are no steps, or a layer with a weight never had a gradient.
    """
    if not norms:
        raise DreamError("there are 0 steps to balance by; run the attribution first")
    balanced = {}
    for name, weight in weights.items():
        logs = [math.log(one[name]) for one in norms if one[name] > 0]
        if weight and not logs:
            raise DreamError(f"{name} has no gradient at any step; leave it out of the mix")
        balanced[name] = weight / math.exp(sum(logs) / len(logs)) if weight else 0.0
    scale = sum(map(abs, weights.values())) / sum(map(abs, balanced.values()))
    return {name: weight * scale for name, weight in balanced.items()}


def plan(
    shape: tuple[int, int], settings: AttributionSettings, model: str, layers: Sequence[LayerInfo]
) -> list[Work]:
    """Return the work of the dream and of each layer's own gradient."""
    chosen = chosen_layers(model, layers, tuple(settings.layers))
    shapes = octave_shapes(*shape, settings.octaves, settings.octave_scale)
    pixels = sum(height * width for height, width in shapes) * settings.iterations
    deepest = max(layer.operations for layer in chosen)
    return [(pixels, deepest), *((pixels, layer.operations) for layer in chosen)]


def tables(findings: Findings) -> tuple[Table, ...]:
    """Return each layer's share of loss and gradient by step, the mean cosines and the balance."""
    if not findings.items:
        return ()
    weighted = findings.settings["layers"]
    layers = tuple(weighted)
    steps = [item.values for item in findings.items]
    mean = [
        [_mean([one["cosines"][row][column] for one in steps]) for column in range(len(layers))]
        for row in range(len(layers))
    ]
    norms = [one["norms"] for one in steps]
    found = [
        Table(
            "loss_share",
            "Each layer's share of the loss",
            ("step", *layers),
            tuple((one["step"], *_shares(one["losses"])) for one in steps),
            "lines",
        ),
        Table(
            "gradient_share",
            "Each layer's share of the gradient, by norm",
            ("step", *layers),
            tuple((one["step"], *_shares(one["norms"])) for one in steps),
            "lines",
        ),
        Table(
            "cosines",
            "Cosine between the layers' gradients, mean over the steps",
            ("layer", *layers),
            tuple((name, *row) for name, row in zip(layers, mean, strict=True)),
            "cosines",
        ),
    ]
    if all(any(one[name] for one in norms) for name, weight in weighted.items() if weight):
        balanced = balance(weighted, norms)
        rows = tuple((name, weighted[name], balanced[name]) for name in layers)
        title = "Weights with which all layers pull equally"
        found.append(Table("balance", title, ("layer", "weight", "balanced"), rows))
    return tuple(found)


def _shares(figures: Mapping[str, float]) -> list[float]:
    """Return each figure as a share of the sum of their sizes; its sign stays."""
    total = sum(map(abs, figures.values()))
    return [figure / total if total else 0.0 for figure in figures.values()]


def _mean(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) / len(known) if known else None


ANALYSIS = Analysis(
    name="attribution",
    title="Mix attribution",
    summary="Who drives the picture in a mixed run, and who fights whom.",
    settings=AttributionSettings,
    run=run,
    plan=plan,
    tables=tables,
)
