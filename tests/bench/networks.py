"""The networks that come with dreamlab, step by step, in turns in one process.

`python -m tests.bench.networks` prints seconds of a step of each network's mixed preset at 600 x
400, as dreamlab takes it, its multiplications, and how many times as fast it is as VGG16. Figures
are medians; nothing is asserted, as they depend on the machine and on what else it does.
"""

import os
from collections.abc import Generator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dreamlab.config import DreamConfig  # noqa: E402
from dreamlab.config.presets import mixed_preset  # noqa: E402
from dreamlab.dream import Step, dream  # noqa: E402
from dreamlab.images import Picture, load_image  # noqa: E402
from dreamlab.layers import deepest_operations  # noqa: E402
from dreamlab.zoo import label, shipped  # noqa: E402
from tests.bench.convolutions import in_turns  # noqa: E402

_CAT = Path(__file__).parents[1] / "data" / "cat_600x400.png"


def steps(model: str, picture: Picture) -> Generator[Step]:
    """Return the steps of a network's mixed preset in a single octave that never ends."""
    config = DreamConfig.preset(mixed_preset(model) or "", octaves=1, iterations=1000)
    return dream(picture, model, config)


def main() -> None:
    """Measure and print."""
    picture = Picture.of(load_image(_CAT))
    models = shipped()
    runs = [steps(model, picture) for model in models]
    taken = in_turns(*(run.__next__ for run in runs))
    print("network               s a step  multiplications   times as fast")
    for model, seconds in zip(models, taken, strict=True):
        layers = DreamConfig.preset(mixed_preset(model) or "").layers
        work = (deepest_operations(model, layers) or 0) * picture.shape.area
        print(
            f"{label(model):20} {seconds:9.3f} {work / 1e9:14.1f} G {taken[0] / seconds:15.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
