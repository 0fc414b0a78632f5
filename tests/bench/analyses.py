"""What each analysis costs on the sample cat with VGG16: `python -m tests.bench.analyses`.

All run with their default settings, each in a process of its own whose engine is warm, as a
worker's is. *First* is the first run in the process; *again* is the next one, on the mirrored cat,
when all graphs and kernels are there. Each has its seconds, and the seconds of all processors
together, which say more on a machine that others use too. `--against TREE` measures another
checkout of dreamlab as well, such as a worktree of an older commit, in turns with this one, and
prints how many times as much it takes. `--precision float32` is what processors without hardware
for bfloat16 take, whatever this one has. Figures are the least of some rounds. Last comes the
excitation matrix of a picture whose atlas was run just before, which takes over its dreams, and
separability of as many pictures as a set may have, by two networks. Nothing is asserted: the
figures depend on the machine and on what else it does.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dreamlab.analysis import ANALYSES

_HERE = Path(__file__).parents[2]
_CAT = _HERE / "dreamlab" / "samples" / "cat.png"

#: Most seconds that an analysis may take, where that is laid down.
_BARS = {"atlas": 30.0, "inversion": 60.0, "profile": 10.0}

#: Most seconds for 200 pictures through VGG16 and EfficientNet-Lite0, on two cores.
_WHOLE_SET_BAR = 60.0

#: What each process does; it has to run with older checkouts too.
_PROGRAM = """
import json
import sys
import time

from dreamlab.analysis import named
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.images import load_image
from dreamlab.models import load_model

path, mirrored, precision, *names = json.loads(sys.argv[1])
network = load_model("vgg16")
cat = load_image(path, max_side=300)
# A step, so that TensorFlow is up and the number format is chosen.
config = DreamConfig(
    layers={network.layers[0].name: 1.0}, octaves=1, iterations=1, precision=precision
)
for _ in dream(load_image(path, max_side=64), network, config):
    pass
seconds = []
for place, name in enumerate(names):
    image = cat[:, ::-1] if mirrored and place else cat
    if any(getattr(named(name), kind, False) for kind in ("several", "of_set")):
        image = None  # crops of the samples, or the shipped set
    began = time.process_time()
    seconds.append(analyse(name, image, network, precision=precision).seconds)
    seconds.append(time.process_time() - began)
print(json.dumps(seconds))
"""


#: Separability of a whole set by the two networks that come with dreamlab.
_WHOLE_SET = """
import json
import sys

import numpy as np

from dreamlab.analysis.run import analyse
from dreamlab.images.picture_set import MOST_PICTURES, SIDE, PictureSet

generator = np.random.default_rng(0)
pixels = generator.integers(0, 256, (MOST_PICTURES, SIDE, SIDE, 3), np.uint8)
names = tuple(f"{number}.png" for number in range(MOST_PICTURES))
pictures = PictureSet(pixels, names, ("a", "b") * (MOST_PICTURES // 2))
values = {"beside": ("efficientnet_lite0",), "precision": sys.argv[1]}
print(json.dumps([
    analyse("separability", pictures, "vgg16", reliance=reliance, **values).seconds
    for reliance in (False, True)
]))
"""


def seconds(tree: Path, precision: str, *names: str, mirrored: bool) -> list[float]:
    """Return the seconds of each of some analyses, and of all processors, in one process."""
    return _printed(tree, _PROGRAM, json.dumps([str(_CAT), mirrored, precision, *names]))


def _printed(tree: Path, program: str, *arguments: str) -> list[float]:
    """Return what a program prints last, run with a checkout of dreamlab."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        sys.exit(f"{tree}: {arguments} failed\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def compare(trees: Sequence[Path], precision: str, names: Sequence[str], rounds: int) -> None:
    """Print a row for each analysis and checkout: seconds, and ratios to those of the first."""
    columns = ("first", "cpu", "again", "cpu")
    heads = "".join(f"{column:>8}" for column in columns)
    print(f"{'analysis':12} {'checkout':12}{heads}   times as much as here")
    for name in names:
        taken: list[list[list[float]]] = [[] for _ in trees]
        for _ in range(rounds):
            for tree, runs in zip(trees, taken, strict=True):
                runs.append(seconds(tree, precision, name, name, mirrored=True))
        best = [[min(column) for column in zip(*runs, strict=True)] for runs in taken]
        for tree, figures in zip(trees, best, strict=True):
            row = "".join(f"{figure:8.1f}" for figure in figures)
            ratios = "".join(
                f"{figure / ours:6.2f}" for figure, ours in zip(figures, best[0], strict=True)
            )
            bar = f"   bar {_BARS[name]:g} s" if name in _BARS else ""
            print(f"{name:12} {tree.name:12}{row}  {ratios}{bar}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.analyses", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(ANALYSES), help="analyses; by default all")
    parser.add_argument(
        "--against", type=Path, nargs="+", default=[], metavar="TREE", help="other checkouts"
    )
    parser.add_argument("--rounds", type=int, default=1, help="runs of each, in turns")
    parser.add_argument("--precision", default="auto", help="auto, float32 or bfloat16")
    options = parser.parse_args()
    trees = [_HERE, *(tree.resolve() for tree in options.against)]
    compare(trees, options.precision, options.names, options.rounds)
    if "excitation" in options.names:
        *_, after, _ = seconds(_HERE, options.precision, "atlas", "excitation", mirrored=False)
        print(f"excitation after the atlas of the same picture: {after:.1f} s")
    if "separability" in options.names:
        looked, relied = _printed(_HERE, _WHOLE_SET, options.precision)
        print(
            f"separability of 200 pictures by two networks: {looked:.1f} s   bar "
            f"{_WHOLE_SET_BAR:g} s; with what they rely on: {relied:.1f} s"
        )


if __name__ == "__main__":
    main()
