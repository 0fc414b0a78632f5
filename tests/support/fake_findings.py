"""What the analyses of the fake backend find: made-up figures, the same every time."""

import numpy as np

from dreamlab.analysis import Item
from dreamlab.analysis.noisy import KINDS
from dreamlab.analysis.shipped import example
from dreamlab.config import DreamConfig
from dreamlab.images import Picture, load_image
from dreamlab.layers import chosen_layers, known_layers
from dreamlab.tasks.analysis_task import AnalysisTask


def items(task: AnalysisTask) -> list[Item]:
    """Return all that an analysis will find, in order."""
    if task.analysis in _FOUND:
        return _FOUND[task.analysis](task)
    findings = example(task.analysis)
    return [] if findings is None else list(findings.items)


def _picture(task: AnalysisTask, place: int) -> Picture:
    pixels = np.full((32, 32, 3), 128, np.uint8) if task.picture is None else task.picture.pixels
    image = load_image(pixels, max_side=task.settings.max_side)
    image[:, :, place % 3] += 0.1 * (place % 7 + 1)
    return Picture.of(image)


def _atlas(task: AnalysisTask) -> list[Item]:
    settings, found = task.settings, []
    layers = known_layers(task.model)
    for place, layer in enumerate(chosen_layers(task.model, layers, settings.layers), 1):
        config = DreamConfig(
            layers={layer.name: 1.0},
            octaves=1,
            iterations=place,
            step=settings.step,
            jitter=settings.jitter,
            seed=settings.seed,
        )
        values = {
            "layer": layer.name,
            "depth": layer.depth,
            "receptive_field": layer.receptive_field,
            "steps": place,
            "moved": settings.amount,
            "first_loss": 1.0,
            "last_loss": 1.0 + place,
            "config": config.to_dict(),
        }
        caption = f"{layer.name} · depth {layer.depth} · sees {layer.receptive_field} px"
        picture = _picture(task, place)
        found.append(Item(layer.name, caption, values, picture, of_original=True))
    return found


def _excitation(task: AnalysisTask) -> list[Item]:
    found = _atlas(task)
    names = [layer.name for layer in chosen_layers(task.model, known_layers(task.model), ())]
    for place, item in enumerate(found):
        item.values["ratios"] = {
            name: 2.0 ** (2 - abs(place - other)) for other, name in enumerate(names)
        }
    return found


def _channels(task: AnalysisTask) -> list[Item]:
    settings, found = task.settings, []
    channels = settings.channels or range(10, 10 + settings.count)
    for kind in ("map", "grown") if settings.grown else ("map",):
        for place, channel in enumerate(channels, 1):
            values = {"layer": settings.layer, "channel": channel, "kind": kind}
            cell = f"{settings.layer}-{channel}"
            if kind == "map":
                values |= {"answer": 1.0 / place, "share": 0.1 / place}
            else:
                values |= {"first_objective": 0.0, "last_objective": 1.0 * place}
                values |= {"reached": 6.0, "natural": 2.0, "times": 3.0}
            picture = _picture(task, place)
            found.append(Item(f"{cell}-{kind}", f"channel {channel}", values, picture, cell=cell))
    return found


def _attribution(task: AnalysisTask) -> list[Item]:
    """Every layer's loss is its weight, its gradient's norm twice that, so all fight."""
    weights = task.settings.layers
    count = task.settings.octaves * task.settings.iterations
    cosines = [[1.0 if layer == other else -0.5 for other in weights] for layer in weights]
    norms = {name: 2.0 * weight for name, weight in weights.items()}
    return [
        Item(
            f"step_{step:03d}",
            f"step {step}",
            {"step": step, "losses": dict(weights), "norms": norms, "cosines": cosines},
            _picture(task, step) if step % task.settings.iterations == 0 else None,
        )
        for step in range(1, count + 1)
    ]


def _robustness(task: AnalysisTask) -> list[Item]:
    settings = task.settings
    layers = settings.layers or ("block2_conv2", "block5_conv2")
    return [
        Item(
            f"{layer}-{kind}-{level:g}",
            f"{layer} · {KINDS[kind][0]} {level:g}",
            {
                "layer": layer,
                "kind": kind,
                "level": level,
                "ssim": 1 - level,
                "ssim_pictures": 1 - level / 2,
                "shift": level,
            },
            _picture(task, place),
            of_original=True,
        )
        for layer in layers
        for place, (kind, level) in enumerate(settings.levels())
    ]


#: What each analysis finds; those that are not here find what their shipped example has.
_FOUND = {
    "atlas": _atlas,
    "channels": _channels,
    "excitation": _excitation,
    "attribution": _attribution,
    "robustness": _robustness,
}
