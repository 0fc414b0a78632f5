"""The layers an analysis is about."""

import difflib
from collections.abc import Sequence

from dreamlab.errors import DreamError
from dreamlab.zoo import LayerInfo, is_offered


def chosen_layers(
    model: str, layers: Sequence[LayerInfo], names: Sequence[str]
) -> tuple[LayerInfo, ...]:
    """Return the layers of these names in network order; those on offer if none are named.

    Raises
    ------
    DreamError
        If the network has no such layer.
    """
    known = [layer.name for layer in layers]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else "choose one from its list"
            raise DreamError(f"{model} has no layer {name[:60]!r}: {hint}")
    return tuple(
        layer
        for layer in layers
        if layer.name in names or not names and is_offered(model, layer.name)
    )
