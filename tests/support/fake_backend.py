"""A backend that dreams nothing: synthetic pictures and losses, the same every time."""

import dataclasses
import io
import math
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np

from dreamlab.analysis import Findings, Item
from dreamlab.classes import class_names
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture, jpeg, resize_pixels
from dreamlab.jobs import Status
from dreamlab.results.frame import Frame
from dreamlab.results.predictions import BEFORE, CENTRE, FIVE_CROPS, Likely, Prediction
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Event
from dreamlab.tasks.task import Result, Task
from tests.support import fake_findings

ROOT = Path(__file__).parents[2]


class FakeBackend:
    """Runs jobs by hand with `advance`, or by the clock if `seconds` a job is given."""

    def __init__(self, *, seconds: float | None = None, estimate: float | None = 4.0) -> None:
        self.requests: dict[str, Task] = {}
        self.resumed: dict[str, tuple[Event, ...]] = {}
        self.owners: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        self.forgotten: list[str] = []
        self.done: dict[str, int] = {}
        self.ended: dict[str, tuple[str, str | None]] = {}
        self.orphans: list[tuple[Collection[str], Callable[[], bool]]] = []
        self.full = False
        self.too_long = ""  # why no task is let in
        self.settings = DeploymentSettings()
        self.workers = frozenset({"tcp://127.0.0.1:1"})
        self.problem: str | None = None
        self.says: dict[str, dict] = {}  # more of a job's status, by job
        self._seconds = seconds
        self._estimate = estimate
        self._began: dict[str, float] = {}
        self._recordings: dict[tuple[str, int], Recording] = {}
        self._items: dict[str, list[Item]] = {}

    # what the page calls

    def submit(
        self, owner: str, task: Task, resume: Sequence[Event] = (), *, address: str = ""
    ) -> str:
        if self.full:
            raise DreamError("the queue is full; try again in a minute")
        job = f"job{len(self.owners) + 1}"
        self.requests[job], self.owners[job], self.resumed[job] = task, owner, tuple(resume)
        self.done[job], self.addresses[job] = 0, address
        return job

    def status(self, job: str) -> Status:
        if job not in self.requests:
            raise DreamError("this dream is no longer kept; dream it again")
        self._tick()
        waiting = [
            other for other in self.requests if other not in self.ended | {self._first(): None}
        ]
        state, error = self.ended.get(job, ("running", None))
        more: dict = {"fraction": self.done[job] / max(1, self.length(job))}
        if job in waiting:
            state, more = "queued", {"place": waiting.index(job) + 1}
        elif isinstance(self.requests[job], AnalysisTask):
            found = self.findings(job).items
            more |= {"doing": found[-1].key if found else "", "seconds": 1.0 * self.done[job]}
        else:
            steps, recording = self.steps(job)[: self.done[job]], self.recording(job)
            config = self.requests[job].config
            if steps:
                doing = f"Octave {steps[-1].octave + 1} of {config.octaves}"
                if config.iterations:
                    doing += f" · step {steps[-1].iteration + 1} of {config.iterations}"
                more |= {"doing": doing}
            left = 0.4 * (len(self.steps(job)) - len(steps))
            more |= {
                "preview": jpeg(recording.final.pixels) if recording.frames else None,
                "seconds": 0.4 * self.done[job],
                "seconds_left": left if state == "running" else None,
            }
        if state in ("done", "cancelled", "failed"):
            more["kept_seconds"] = self.settings.store_seconds
        more |= self.says.get(job, {})
        task = self.requests[job]
        picture = task.plan.image if isinstance(task, DreamTask) else task.picture
        return Status(job, state, self.result(job), picture, error=error, **more)

    def cancel(self, job: str) -> None:
        self.ended.setdefault(job, ("cancelled", None))

    def forget(self, job: str) -> None:
        if job not in self.requests:
            raise DreamError("this dream is no longer kept; dream it again")
        self.requests.pop(job)
        self.ended.setdefault(job, ("cancelled", None))
        self.forgotten.append(job)

    def estimate(self, task: Task) -> float | None:
        if self.too_long:
            raise DreamError(self.too_long)
        return self._estimate

    def ready(self) -> bool:
        return True

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        self.orphans.append((jobs, back))

    def counters(self) -> dict[str, float]:
        return {}

    def close(self) -> None:
        pass

    # what a test calls

    def result(self, job: str) -> Result | None:
        """Return the result of a job so far."""
        if isinstance(self.requests[job], AnalysisTask):
            return self.findings(job) if self.done[job] else None
        return self.recording(job) if self.recording(job).frames else None

    def advance(self, steps: int = 1) -> None:
        """Take steps of the first job in line; a job that takes its last is done."""
        for _ in range(steps):
            job = self._first()
            if job is None:
                return
            self.done[job] += 1
            if self.done[job] >= self.length(job):
                self.ended[job] = ("done", None)

    def finish(self) -> None:
        """Run every job to its end."""
        while self._first():
            self.advance()

    def fail(self, job: str, error: str) -> None:
        """End a job with an error."""
        self.ended[job] = ("failed", error)

    def items(self, job: str) -> list[Item]:
        """Return all that an analysis will have found."""
        if job not in self._items:
            self._items[job] = fake_findings.items(self.requests[job])
        return self._items[job]

    def length(self, job: str) -> int:
        """Return how many steps a job has; those of an analysis each find an item."""
        analysis = isinstance(self.requests[job], AnalysisTask)
        return len(self.items(job) if analysis else self.steps(job))

    def findings(self, job: str) -> Findings:
        """Return what an analysis has found in the steps it has taken."""
        task, done = self.requests[job], self.done[job]
        items = tuple(self.items(job)[:done])
        settings, complete = task.settings.to_dict(), done == self.length(job)
        return Findings(
            task.analysis, settings, task.model, "0" * 64, items, complete, done, task.picture
        )

    def steps(self, job: str) -> list[LossPoint]:
        """Return all the losses a job will have."""
        task = self.requests[job]
        config, plan = task.config, task.plan
        return [
            LossPoint(octave, *shape, step, sum(parts.values()), parts)
            for octave, shape in enumerate(plan.shapes, plan.begins.octave)
            for step in range(max(1, config.iterations))
            if (octave, step) >= plan.begins
            for parts in [_losses(config.layers, octave, step)]
        ]

    def recording(self, job: str) -> Recording:
        """Return the recording of the steps that a job has taken."""
        done = self.done[job]
        if (job, done) in self._recordings:
            return self._recordings[job, done]
        task, every = self.requests[job], self.requests[job].every
        recording = Recording(every=every)
        recording.original = task.plan.image
        recording.provenance = Provenance(
            task.config, task.model, "0" * 64, "float32", parent=task.parent
        )
        steps = self.steps(job)
        recording.losses = [
            dataclasses.replace(point) for point in steps[:done] if task.config.iterations
        ]
        for index, point in enumerate(steps[:done]):
            ends = index + 1 == len(steps) or steps[index + 1].octave != point.octave
            kept = every is not None and (point.iteration + 1) % every == 0
            if ends or kept or index + 1 == done:
                picture = _dreamt(recording.original, point, index / len(steps), task.config)
                recording.frames.append(Frame(point.octave, point.iteration, ends, picture))
        recording.predictions = _called(task.model, recording.frames)
        recording.seconds, recording.finished = 0.4 * done, done == len(steps)
        self._recordings = {(job, done): recording, **dict(list(self._recordings.items())[:30])}
        return recording

    def _first(self) -> str | None:
        return next((job for job in self.requests if job not in self.ended), None)

    def _tick(self) -> None:
        job = self._first()
        if self._seconds is None or job is None:
            return
        began = self._began.setdefault(job, time.monotonic())
        length = self.length(job)
        wanted = int((time.monotonic() - began) / self._seconds * length)
        self.advance(max(0, min(wanted, length) - self.done[job]))


def _called(model: str, frames: Sequence[Frame]) -> list[Prediction]:
    """A network with a head sees a tiger cat, and after each octave more of a goldfish."""
    names, found = class_names(model), []
    ends = [frame.octave for frame in frames if frame.ends_octave]
    for octave in [BEFORE, *ends] if frames and names else []:
        fish = 0.25 * (octave + 1)
        classes = [Likely(1, "goldfish", fish), Likely(282, "tiger cat", 0.6 - fish)]
        classes.sort(key=lambda likely: -likely.probability)
        classes += [Likely(number, names[number], 0.01) for number in (0, 2, 3)]
        crops = (CENTRE, FIVE_CROPS) if octave in (BEFORE, *ends[-1:]) else (CENTRE,)
        found += [Prediction(octave, crop, tuple(classes)) for crop in crops]
    return found


def _losses(layers: dict[str, float], octave: int, step: int) -> dict[str, float]:
    return {
        name: weight * (octave + 1) * (1 + (0.1 + 0.05 * index) * step)
        for index, (name, weight) in enumerate(layers.items())
    }


def _dreamt(original: Picture, point: LossPoint, share: float, config) -> Picture:
    pixels = resize_pixels(original.pixels, point.height, point.width)
    image = Picture(pixels).as_float()
    rows, columns = np.mgrid[0 : point.height, 0 : point.width]
    for name, weight in config.layers.items():
        depth = int("".join(char for char in name if char.isdigit())[:1] or 3)
        wave = math.tau / (3 * 1.7**depth) * (point.width / original.shape.width) ** 0.3
        texture = np.sin(wave * rows + 2 * np.sin(wave * columns / 2)) * np.sin(wave * columns)
        tint = np.array([0.6, 0.3 + 0.1 * depth, 1.0 - 0.15 * depth], np.float32)
        strength = 0.35 * (0.3 + share) * min(1.0, abs(weight))
        image += (strength * texture[..., None] * tint).astype(np.float32)
    return Picture.of(image)


def upload(width: int = 96, height: int = 64, kind: str = "PNG") -> bytes:
    """Return a small picture file."""
    from PIL import Image

    shades = np.linspace(0, 255, width * height * 3).astype(np.uint8).reshape(height, width, 3)
    file = io.BytesIO()
    Image.fromarray(shades).save(file, kind)
    return file.getvalue()


def names(page) -> list[str]:
    """Return the names of the variants, in order."""
    return [page.session_state[f"v{variant}.name"] for variant in page.session_state["variants"]]


def edit(page, variant: int):
    """Open the editor of a variant, by its number, and return the page."""
    return page.button(key=f"v{variant}.edit").click().run()


def open_page(
    monkeypatch, fake: FakeBackend, *, browser: str = "mine", head_start: float = 0, **query: str
):
    """Return the page over a fake backend, run once, with the parameters of its address."""
    from streamlit import config
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.scriptrunner import script_runner
    from streamlit.testing.v1 import AppTest

    from dreamlab.ui.session import backend, presence

    # Looking through all installed packages for components takes longer than the page.
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)
    # After each run Streamlit clears Keras and collects garbage. A server has no Keras to clear,
    # but the process of the tests has: it takes half a second, and more with every graph made.
    monkeypatch.setattr(script_runner, "_clean_problem_modules", lambda: None)
    config.set_option("runner.postScriptGC", False)
    monkeypatch.setattr(backend, "get", lambda: fake)
    monkeypatch.setattr(presence, "browser", lambda: browser)
    monkeypatch.setattr("dreamlab.ui.page.HEAD_START", head_start)
    page = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return sound(page.run())


def sound(page):
    """Return the page, having checked that nothing on it failed."""
    assert not page.exception, page.exception[0].stack_trace
    return page


def uploader(page):
    """Return the control that takes pictures, which is another one after each upload."""
    (found,) = [box for box in page.file_uploader if (box.key or "").split(".")[0] == "upload"]
    return found


def large(page) -> list:
    """Return the pictures of the page that are opened beside their originals."""
    return [each for each in page.get("bidi_component") if "before_alt" in str(each.proto)]


def words(page) -> str:
    """Return all plain text and HTML of the page, to look for a sentence in."""
    import html

    shown = [text.value for text in page.text] + [block.proto.body for block in page.get("html")]
    return html.unescape("\n".join(shown)).replace("\u00a0", " ")
