"""Numbers and facts written as words on the page."""

from dreamlab.comparison.preflight import Check
from dreamlab.layer_info import LayerInfo
from dreamlab.ui import style


def sentence(check: Check) -> str:
    """Summarize a check without a problem: its octaves and its deepest feature map."""
    count = len(check.shapes)
    sizes = [f"{width} × {height}" for height, width in check.shapes]
    octaves = (
        f"1 octave, {sizes[0]}" if count == 1 else f"{count} octaves, {sizes[0]} to {sizes[-1]}"
    )
    deepest = min(check.maps.values(), key=lambda maps: maps[-1][0] * maps[-1][1])
    maps = dict.fromkeys(f"{width} × {height}" for height, width in (deepest[0], deepest[-1]))
    return f"{octaves} px · map {' to '.join(maps)}"


def layer_facts(layer: LayerInfo | None) -> str:
    """Return a layer's depth, channels and receptive field, as a line."""
    if layer is None:
        return layer_sees(layer)
    return f"{style.facts(f'depth {layer.depth}')} · {layer_sees(layer)}"


def layer_sees(layer: LayerInfo | None) -> str:
    """Return a layer's channels and receptive field, as a line."""
    if layer is None:
        return "not in this network"
    field = layer.receptive_field
    sees = "sees it all" if field is None else f"sees {field} px"
    return style.facts(f"{layer.channels} channels", sees)
