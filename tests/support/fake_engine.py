"""A stand-in for the engine in a worker process: same steps, no TensorFlow, chosen misfortunes.

A worker that preloads this module dreams with it. The settings say how: a step takes
`DreamConfig.step` seconds, and `DreamConfig.seed` is one of the seeds below.
"""

import os
import signal
import sys
import time
import types
import warnings
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.octaves import plan_octaves
from dreamlab.layer_info import LayerInfo

REFUSES, BREAKS, DIES, HANGS, WARNS, STARVES, FILLS = range(101, 108)

#: What a run that refuses says.
REFUSAL = "the picture is too plain; choose another"
WARNING = "left out 1 octave"
SECRET = "what the visitor typed"
LAYERS = (
    LayerInfo("block1_conv1", "Conv2D", 1, 64, 1, 3, 1728.0, ()),
    LayerInfo("block1_pool", "MaxPooling2D", 2, 64, 2, 6, 38592.0, ()),
)


class Network:
    """What `dreamlab.models.cached_model` returns, as far as a worker looks at it."""

    layers = LAYERS
    smallest = 32
    weights = "random"

    def __init__(self, name: str) -> None:
        self.name = name


def cached_model(model: str = "vgg16") -> Network:
    """Make a network; of a user's own, one named stuck stays, one named missing needs a file."""
    if "stuck" in model:
        time.sleep(3600)
    if "missing" in model and not os.path.exists(model):
        raise DreamError(f"there is no model file {model!r}")
    return Network(model)


class Classifier:
    """What asks a network's head: half of what it sees is a goldfish."""

    def probabilities(self, pixels):
        """Return the same for each crop."""
        each = np.full(1000, 0.5 / 999, np.float32)
        each[1] = 0.5
        return np.stack([each] * 5)


def classifier(network: Network) -> Classifier:
    """Make the head of a network."""
    return Classifier()


class Resume(NamedTuple):
    """Where a run goes on."""

    octave: int
    picture: np.ndarray
    moved: bool = True
    iteration: int = 0
    begun: object = None


class Start(NamedTuple):
    """What a step began from."""

    picture: np.ndarray
    memory_budget: float
    shift: tuple[int, int]
    turn: tuple[bool, float, float] = (False, 0.0, 1.0)
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class Step:
    """A step, whose picture stays."""

    octave: int
    octaves: int
    height: int
    width: int
    iteration: int
    fraction: float
    loss: float
    losses: dict[str, float]
    ends_octave: bool
    moved: bool
    reached: bool
    original_picture: Picture
    provenance: Provenance
    image: np.ndarray
    _start: Start | None = field(repr=False)

    @property
    def ends_dream(self) -> bool:
        """Whether it is the last."""
        return self.ends_octave and self.octave == self.octaves - 1

    @property
    def original(self) -> np.ndarray:
        """The picture at the start of the run, as floats."""
        return self.original_picture.as_float()

    guide = None

    @property
    def start(self) -> Start:
        """What it began from, if the run keeps that."""
        if self._start is None:
            raise DreamError("what this step began from is not kept")
        return self._start


def dream(
    image,
    model="vgg16",
    config="mixed",
    *,
    resume=None,
    starts=False,
    memory=None,
    search=None,
    guide=None,
    mask=None,
    parent=None,
):
    """Dream of a picture as red as the original, and ever brighter; a loss is a process's id."""
    image = image if isinstance(image, Picture) else Picture.of(image)
    plan = plan_octaves(*image.shape, config, model=model.name, smallest=model.smallest)
    if config.seed == REFUSES:
        raise DreamError(REFUSAL)
    if config.seed == WARNS:
        warnings.warn(WARNING, UserWarning, stacklevel=2)
        warnings.warn_explicit("library gossip", UserWarning, "/elsewhere/library.py", 1)
    first, behind = (resume.octave, resume.iteration) if resume else (0, 0)
    return _steps(image, model, config, plan, first, behind, starts)


def _steps(image, model, config, plan, first, behind, starts):
    provenance = Provenance(config, model.name, "random", "float32")
    total, done = len(plan.shapes) * config.iterations, first * config.iterations + behind
    red = image.as_float()[..., 0].mean()
    for octave, (height, width) in list(enumerate(plan.shapes))[first:]:
        for iteration in range(behind if octave == first else 0, config.iterations):
            time.sleep(config.step)
            if octave == 1:
                _misfortune(config.seed)
            before = np.full((height, width, 3), (red, done / total, 0), np.float32)
            done += 1
            yield Step(
                octave=octave,
                octaves=len(plan.shapes),
                height=height,
                width=width,
                iteration=iteration,
                fraction=done / total,
                loss=float(os.getpid()),
                losses={name: float(os.getpid()) for name in config.layers},
                ends_octave=iteration == config.iterations - 1,
                moved=True,
                reached=False,
                original_picture=image,
                provenance=provenance,
                image=np.full((height, width, 3), (red, done / total, 0), np.float32),
                _start=Start(before, 0.0, (0, 0)) if starts else None,
            )


def _misfortune(seed: int) -> None:
    if seed == BREAKS:
        raise RuntimeError(SECRET)
    if seed == STARVES:
        raise MemoryError
    if seed == DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == HANGS:
        time.sleep(3600)
    if seed == FILLS:
        hoard = []
        while True:
            hoard.append(np.ones(2**22))  # 32 MB, written to


def dask_setup(worker) -> None:
    """Take the engine's place; Dask calls this in a worker that preloads the module."""
    for name, parts in {
        "dreamlab.models": [cached_model],
        "dreamlab.models.classifier": [classifier],
        "dreamlab.dream": [dream, Resume, Start, Step],
    }.items():
        module = types.ModuleType(name)
        for part in parts:
            setattr(module, part.__name__, part)
        sys.modules[name] = module
