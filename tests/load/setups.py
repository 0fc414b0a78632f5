"""Comparisons as the page's address has them, written here so that any version reads them."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence


def setup(
    variants: Sequence[Mapping], *, max_side: int = 128, source: str = "cat", **common
) -> str:
    """Return the parameter of the address.

    Parameters
    ----------
    variants : sequence of mapping
        The variants, each with its name and layers, and what it overrides.
    max_side : int
        Longest side of the picture, in pixels.
    source : str
        Where the picture comes from.
    **common
        Settings that all variants share.
    """
    values = {"variants": list(variants), "common": common, "max_side": max_side, "source": source}
    packed = zlib.compress(json.dumps(values).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def layer(name: str, **overrides) -> dict:
    """Return a variant of one layer."""
    return {"name": name, "layers": {name: 2.0}, "overrides": overrides}


#: The layers of the comparison that the page begins with.
LAYERS = ("block2_conv2", "block3_conv3", "block4_conv3", "block5_conv2")

#: A dream of a second or less.
QUICK = setup([layer("block3_conv3")], octaves=2, iterations=3)


def small(number: int, *, max_side: int = 160, iterations: int = 5) -> str:
    """Return four dreams of the default layers, small ones, different for each number."""
    step = round(0.01 + 0.0001 * number, 6)
    return setup(
        [layer(name) for name in LAYERS],
        max_side=max_side,
        octaves=1,
        iterations=iterations,
        step=step,
    )
