"""What the analyses of the fake backend find: made-up figures, the same every time."""

from dreamlab.analysis import Item
from dreamlab.analysis.robustness import KINDS
from dreamlab.config import DreamConfig
from dreamlab.images import from_pixels, load_image, png, to_pixels
from dreamlab.jobs import AnalysisRequest
from dreamlab.zoo import chosen_layers, known_layers


def items(request: AnalysisRequest) -> list[Item]:
    """Return all that an analysis will find, in order."""
    return _FOUND[request.analysis](request)


def _picture(request: AnalysisRequest, place: int) -> bytes:
    image = from_pixels(to_pixels(load_image(request.image, max_side=request.settings.max_side)))
    image[:, :, place % 3] += 0.1 * (place % 7 + 1)
    return png(to_pixels(image))


def _atlas(request: AnalysisRequest) -> list[Item]:
    settings, found = request.settings, []
    layers = known_layers(request.model)
    for place, layer in enumerate(chosen_layers(request.model, layers, settings.layers), 1):
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
        found.append(Item(layer.name, caption, values, _picture(request, place)))
    return found


def _excitation(request: AnalysisRequest) -> list[Item]:
    found = _atlas(request)
    names = [layer.name for layer in chosen_layers(request.model, known_layers(request.model), ())]
    for place, item in enumerate(found):
        item.values["ratios"] = {
            name: 2.0 ** (2 - abs(place - other)) for other, name in enumerate(names)
        }
    return found


def _channels(request: AnalysisRequest) -> list[Item]:
    settings, found = request.settings, []
    channels = settings.channels or range(10, 10 + settings.count)
    for kind in ("map", "grown") if settings.grown == "yes" else ("map",):
        for place, channel in enumerate(channels, 1):
            values = {"layer": settings.layer, "channel": channel, "kind": kind}
            values |= {"answer": 1.0 / place, "share": 0.1 / place} if kind == "map" else {}
            key = f"{settings.layer}-{channel}-{kind}"
            found.append(Item(key, f"channel {channel}", values, _picture(request, place)))
    return found


def _attribution(request: AnalysisRequest) -> list[Item]:
    """Every layer's loss is its weight, its gradient's norm twice that, so all fight."""
    weights = request.settings.layers
    count = request.settings.octaves * request.settings.iterations
    cosines = [[1.0 if one == other else -0.5 for other in weights] for one in weights]
    norms = {name: 2.0 * weight for name, weight in weights.items()}
    return [
        Item(
            f"step_{step:03d}",
            f"step {step}",
            {"step": step, "losses": dict(weights), "norms": norms, "cosines": cosines},
            _picture(request, step) if step % request.settings.iterations == 0 else b"",
        )
        for step in range(1, count + 1)
    ]


def _robustness(request: AnalysisRequest) -> list[Item]:
    settings = request.settings
    layers = settings.layers or ("block2_conv2", "block5_conv2")
    return [
        Item(
            f"{layer}-{kind}-{level:g}",
            f"{layer}, {KINDS[kind][0]} {level:g}",
            {"layer": layer, "kind": kind, "level": level, "ssim": 1 - level, "shift": level},
            _picture(request, place),
        )
        for layer in layers
        for place, (kind, level) in enumerate(settings.levels())
    ]


_FOUND = {
    "atlas": _atlas,
    "channels": _channels,
    "excitation": _excitation,
    "attribution": _attribution,
    "robustness": _robustness,
}
