"""Findings of the layer profile made by hand."""

from dreamlab.analysis.base import Item
from dreamlab.analysis.findings import Findings
from dreamlab.images.cues import CUES


def made(figures, *, model="one", spread=0.1):
    """Findings with the figures of each cue, at all strengths, by depth."""
    items = [
        Item(
            f"{cue}-{place}",
            "",
            {
                "cue": cue,
                "group": CUES[cue].group,
                "strength": strength,
                "rms": 0.1,
                "layers": {
                    f"layer{depth}": {
                        "depth": depth,
                        "map": figure,
                        "pooled": figure,
                        "pooled_low": None if figure is None else figure - spread,
                        "pooled_high": None if figure is None else figure + spread,
                    }
                    for depth, figure in by_depth.items()
                },
            },
        )
        for cue, by_depth in figures.items()
        for place, strength in enumerate(CUES[cue].strengths, 1)
    ]
    return Findings("profile", {}, model, "random", tuple(items), True, 1.0)
