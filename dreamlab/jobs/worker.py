"""What runs in a worker process: the engine, and a view of a run for whoever asks meanwhile.

Importing this module does not import the engine, so that the page can name its functions when
it sends work; the engine, and TensorFlow with it, is imported where it first runs.
"""

import functools
import logging
import os
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis import Advance, Findings, Item, named
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import jpeg, load_image, png, to_pixels
from dreamlab.jobs.events import Checkpoint, Outcome, Progress, Seen, Warmth
from dreamlab.jobs.protocol import AnalysisRequest, Request, Result
from dreamlab.results.recording import Recording
from dreamlab.zoo import is_offered

if TYPE_CHECKING:
    from dreamlab.dream import Step
    from dreamlab.models import Network

logger = logging.getLogger(__name__)

#: Longest side of a preview, in pixels, and the least seconds between two within an octave.
PREVIEW_SIDE = 640
PREVIEW_SECONDS = 1.0

#: Networks kept loaded in a worker process; the one not used for longest goes first.
NETWORKS = 2

#: Side of the picture and steps of the dream that warms a worker up.
_WARM_SIDE = 224
_WARM_STEPS = 3


class _Run:
    """A run in this process: its task's thread writes, the event loop's thread reads."""

    def __init__(self, recording: Recording, checkpoint: Checkpoint | None) -> None:
        self.recording = recording
        self.stop = threading.Event()
        self.began = time.monotonic()
        self.loading = True
        self.checkpoint = checkpoint
        if checkpoint is not None:
            recording.losses += checkpoint.losses
            recording.frames += checkpoint.frames
            recording.seconds = checkpoint.seconds
            self.began -= checkpoint.seconds
        self.lock = threading.Lock()
        self.at = (0, 0, 0, 0, 0.0)
        self.preview: bytes | None = None
        self.previews = 0
        self._previewed = -PREVIEW_SECONDS
        self.doing = ""
        self.items: list[Item] = []

    def advance(self, advance: Advance) -> None:
        """Note a step of an analysis."""
        with self.lock:
            self.at = (0, 0, 0, 0, advance.fraction)
            self.doing = advance.doing
            if advance.item is not None:
                self.items.append(advance.item)

    def note(self, step: "Step") -> None:
        picture = None
        now = time.monotonic()
        if step.ends_octave or now - self._previewed >= PREVIEW_SECONDS:
            picture = jpeg(to_pixels(step.image), max_side=PREVIEW_SIDE)
            self._previewed = now
        checkpoint = self.checkpoint
        if step.ends_octave and step.octave + 1 < step.octaves:
            result = np.array(step.image, np.float32)  # a copy: the engine's own goes
            checkpoint = Checkpoint(step.octave + 1, result, now - self.began)
        with self.lock:
            self.checkpoint = checkpoint
            self.at = (step.octave, step.iteration, step.height, step.width, step.fraction)
            if picture is not None:
                self.preview = picture
                self.previews += 1

    def news(self, seen: Seen) -> Progress:
        recording = self.recording
        with self.lock:
            octave, iteration, height, width, fraction = self.at
            preview = self.preview if self.previews > seen.previews else None
            previews = self.previews
            checkpoint = self.checkpoint
            doing, items = self.doing, tuple(self.items[seen.items :])
        if checkpoint is not None and checkpoint.octave <= seen.checkpoint:
            checkpoint = None
        # Read after the checkpoint, so that all losses and results before it are among them.
        return Progress(
            octave=octave,
            iteration=iteration,
            height=height,
            width=width,
            fraction=fraction,
            seconds=time.monotonic() - self.began,
            losses=tuple(recording.losses[seen.losses :]),
            frames=tuple(
                frame
                for frame in list(recording.frames)
                if frame.ends_octave and frame.octave >= seen.octaves
            ),
            preview=preview,
            previews=previews,
            provenance=recording.provenance,
            checkpoint=checkpoint,
            doing=doing,
            items=items,
            loading=self.loading,
        )


_runs: dict[str, _Run] = {}

#: Jobs that were told to stop before they began.
_stopped: deque[str] = deque(maxlen=256)


def run(
    job: str,
    request: Request | AnalysisRequest,
    max_bytes: int,
    checkpoint: Checkpoint | None = None,
) -> Outcome:
    """Dream a dream, or run an analysis, to its end or until `progress` is told to stop it.

    Parameters
    ----------
    job : str
        Name under which `progress` finds it.
    request : Request or AnalysisRequest
        What to do.
    max_bytes : int
        Most bytes of frames to keep, or of an analysis's pictures.
    checkpoint : Checkpoint, optional
        How far the run came before, in a process that died; what it has is not done again.

    Returns
    -------
    Outcome
        Whatever goes wrong is told in it; nothing is raised.
    """
    every = request.every if isinstance(request, Request) else None
    current = _Run(Recording(every=every, max_bytes=max_bytes), checkpoint)
    _runs[job] = current
    if job in _stopped:
        current.stop.set()
    error = None
    try:
        with _engine_warnings() as said:
            try:
                if isinstance(request, Request):
                    finished = _dream(request, current)
                else:
                    findings = _analyse(request, current, max_bytes)
                    finished = findings is not None and findings.complete
            except Exception as problem:
                finished, error, findings = False, _sentence(problem), None
            if isinstance(request, Request):
                result = _result(current.recording)
            else:
                seconds = time.monotonic() - current.began
                result = findings or request.partial(current.items, seconds)
    except MemoryError as problem:  # the pictures did not fit
        finished, error, result = False, _sentence(problem), None
    finally:
        del _runs[job]
    if current.recording.dropped:
        said.append(f"{current.recording.dropped} frames did not fit in memory and were dropped")
    if checkpoint is not None and every is not None:
        said.append("pictures between octaves are missing up to where its worker was lost")
    state = "failed" if error else "done" if finished else "cancelled"
    seconds = time.monotonic() - current.began
    octaves = request.config.octaves if isinstance(request, Request) else 0
    losses, items = len(current.recording.losses), len(current.items)
    everything = Seen(losses, octaves, checkpoint=octaves, items=items)
    last = current.news(everything)
    return Outcome(state, result, seconds, tuple(dict.fromkeys(said)), error, last)


def progress(job: str, seen: Seen, stop: bool) -> Progress | None:
    """Return what is new in a run and stop it if asked to; None if it is not running here."""
    current = _runs.get(job)
    if current is None:
        if stop:
            _stopped.append(job)
        return None
    if stop:
        current.stop.set()
    return current.news(seen)


def warm_up(model: str, patience: float) -> Warmth:
    """Load the engine and a network, and dream a little, so that the first visitor need not wait.

    Parameters
    ----------
    model : str
        Name of the network, or its path.
    patience : float
        Seconds after which it counts as stuck and ends this process, for another to take its
        place: a thread cannot be broken off. They count from here, not from when it was asked
        for, as another page's dream may come first.

    Raises
    ------
    DreamError
        If the network cannot be loaded.
    """
    stuck = threading.Timer(patience, _end_stuck)
    stuck.daemon = True
    stuck.start()
    try:
        return _warm_up(model)
    finally:
        stuck.cancel()


def _end_stuck() -> None:
    logger.error("the network did not load in time: this worker ends")
    os._exit(1)


def _warm_up(model: str) -> Warmth:
    from dreamlab.dream import dream

    network = load_network(model)
    offered = [layer for layer in network.layers if is_offered(network.name, layer.name)]
    deepest = max(offered, key=lambda layer: layer.operations)
    side = max(_WARM_SIDE, network.smallest)
    image = np.random.default_rng(0).uniform(-1, 1, (side, side, 3)).astype(np.float32)
    config = DreamConfig(layers={deepest.name: 1.0}, octaves=1, iterations=_WARM_STEPS)
    times, precision = [], "float32"
    before = time.perf_counter()
    for step in dream(image, network, config):
        times.append(time.perf_counter() - before)
        before = time.perf_counter()
        precision = step.provenance.precision
    return Warmth(min(times), side * side * deepest.operations, precision)


def load_network(model: str) -> "Network":
    """Load a network, or take it from the few kept; a file that was changed is read again."""
    path = Path(model)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    with _loading:  # so that two threads do not load the same one
        return _loaded(model, changed)


_loading = threading.Lock()


@functools.lru_cache(maxsize=NETWORKS)
def _loaded(model: str, changed: int) -> "Network":
    from dreamlab.models import load_model

    return load_model(model)


def _dream(request: Request, current: _Run) -> bool:
    """Dream and say whether it came to its end."""
    from dreamlab.dream import Resume, dream

    image = load_image(request.image)
    network = load_network(request.model)
    current.loading = False
    if current.stop.is_set():
        return False
    before = current.checkpoint
    resume = None if before is None else Resume(before.octave, before.picture)
    steps = dream(image, network, request.config, resume=resume)
    with closing(current.recording.record(steps)) as steps:
        for step in steps:
            current.note(step)
            if current.stop.is_set():
                return False
    return True


def _analyse(request: AnalysisRequest, current: _Run, max_bytes: int) -> Findings | None:
    """Run an analysis; None if it was told to stop before it began."""
    from dreamlab.analysis.run import analyse

    image = None
    if request.image:
        image = load_image(request.image, max_side=request.settings.max_side)
    network = load_network(request.model)
    current.loading = False
    if current.stop.is_set():
        return None
    held = 0

    def follow(advance: Advance) -> bool:
        nonlocal held
        current.advance(advance)
        if advance.item is not None:
            held += len(advance.item.picture)
        if held > max_bytes:
            raise DreamError(
                f"the pictures take more than {max_bytes / 1e6:,.0f} MB: choose a smaller "
                "max_side or fewer of them"
            )
        return not current.stop.is_set()

    return analyse(
        named(request.analysis),
        image,
        network,
        request.settings,
        found=request.found,
        follow=follow,
    )


def _result(recording: Recording) -> Result | None:
    if recording.original is None:
        return None
    pictures = tuple(png(frame.pixels) for frame in recording.frames)
    return Result(recording, pictures, png(recording.original))


@contextmanager
def _engine_warnings() -> Iterator[list[str]]:
    """Collect what dreamlab itself warns of; a library's warnings say nothing to a visitor."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    home = Path(__file__).parents[1]
    said.extend(str(one.message) for one in caught if home in Path(one.filename).parents)


def _sentence(problem: Exception) -> str:
    if isinstance(problem, DreamError):
        return str(problem)
    kind = type(problem).__name__
    # Only where it happened: a message may quote what the visitor typed.
    where = "".join(traceback.format_tb(problem.__traceback__))
    logger.error("dream failed: %s\n%s", kind, where)
    if isinstance(problem, MemoryError):
        return "the dream needs more memory than there is: choose a smaller picture"
    return (
        f"the dream failed in a way nobody foresaw ({kind}); the log has more: try other settings"
    )
