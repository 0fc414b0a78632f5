"""What runs in a worker process: the engine, and a view of a run for whoever asks meanwhile.

Importing this module does not import the engine, so that the page can name its functions when
it sends work; the engine, and TensorFlow with it, is imported where it first runs.
"""

import logging
import traceback
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dreamlab.analysis import AnalysisStep, Findings, named
from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.images import load_image
from dreamlab.jobs.events import Checkpoint, Outcome, Progress, Seen
from dreamlab.jobs.protocol import AnalysisRequest, Ended, Request, Result
from dreamlab.jobs.run_state import RunState
from dreamlab.results.recording import Recording

logger = logging.getLogger(__name__)

_runs: dict[str, RunState] = {}

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
    current = RunState(Recording(every=every, max_bytes=max_bytes), checkpoint)
    _runs[job] = current
    if job in _stopped:
        current.stop.set()
    finished, error, findings = False, None, None
    result: Result | Findings | None
    try:
        with _engine_warnings() as said:
            try:
                if isinstance(request, Request):
                    finished = _dream(request, current)
                else:
                    findings = _analyse(request, current, max_bytes)
                    finished = findings is not None and findings.complete
            except Exception as problem:
                error = _sentence(problem)
            if isinstance(request, Request):
                result = None if current.recording.empty else Result.of(current.recording)
            else:
                result = findings or request.partial(current.items, current.seconds)
    except MemoryError as problem:  # the pictures did not fit
        finished, error, result = False, _sentence(problem), None
    finally:
        del _runs[job]
    if current.recording.dropped:
        said.append(f"{current.recording.dropped} frames did not fit in memory and were dropped")
    if checkpoint is not None and every is not None:
        said.append("pictures between octaves are missing up to where its worker was lost")
    state: Ended = "failed" if error else "done" if finished else "cancelled"
    octaves = request.config.octaves if isinstance(request, Request) else 0
    losses, items = len(current.recording.losses), len(current.items)
    everything = Seen(losses, octaves, checkpoint=octaves, items=items)
    last = current.news(everything)
    return Outcome(state, result, current.seconds, tuple(dict.fromkeys(said)), error, last)


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


def _dream(request: Request, current: RunState) -> bool:
    """Dream and say whether it came to its end."""
    from dreamlab.dream import Resume, dream
    from dreamlab.models import cached_model

    image = load_image(request.image)
    network = cached_model(request.model)
    current.loading = False
    if current.stop.is_set():
        return False
    before = current.checkpoint
    resume = None if before is None else Resume(before.octave, before.picture)
    memory = Limits.from_environment().memory
    steps = dream(image, network, request.config, resume=resume, memory=memory)
    with closing(current.recording.record(steps)) as steps:
        for step in steps:
            current.note(step)
            if current.stop.is_set():
                return False
    return True


def _analyse(request: AnalysisRequest, current: RunState, max_bytes: int) -> Findings | None:
    """Run an analysis; None if it was told to stop before it began."""
    from dreamlab.analysis.run import analyse
    from dreamlab.models import cached_model

    network = cached_model(request.model)
    current.loading = False
    if current.stop.is_set():
        return None
    held = 0

    def follow(advance: AnalysisStep) -> bool:
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

    analysis, settings = named(request.analysis), request.settings
    image = request.image or None
    return analyse(
        analysis,
        image,
        network,
        settings,
        resume_from=request.found,
        on_step=follow,
        memory=Limits.from_environment().memory,
    )


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
