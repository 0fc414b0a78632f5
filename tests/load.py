"""A crowd of visitors and a row of faults, against a page of this machine: python -m tests.load.

A stand-in for the engine dreams, but where it says otherwise, so that it is the queue, the
worker's process and the page that are under load. All of it is bounded: so many visitors, so many
dreams, and `_LONGEST` seconds for any of them; nothing but this machine's own address is spoken
to. Prints a report and ends with 1 if anything was lost, mixed up or not survived.
"""

import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.images import Picture
from dreamlab.jobs.service import JobService
from dreamlab.tasks.dream_task import DreamTask
from tests.support.cluster import Cluster
from tests.support.faults import FAULTS, variable
from tests.support.jobs import PRELOAD
from tests.support.server import FLAGS, Server
from tests.support.visitor import Visitor, get

VISITORS, VARIANTS, BROWSERS, DREAMS, CLUSTER_DREAMS = 50, 3, 10, 200, 16

#: Seconds after which anything that is waited for counts as lost.
_LONGEST = 120.0

_failures: list[str] = []


def main() -> int:
    """Put the page under load and print what came of it."""
    os.environ[PRELOAD] = "tests.support.fake_engine"
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{os.getloadavg()[0]:.1f} processes at work before it began\n"
    )
    _crowd()
    _browsers()
    for engine in ("stand-in", "engine itself"):
        _many(engine)
    _two_workers()
    print("Faults, each injected while dreams ran or waited")
    for name, inject in FAULTS.items():
        began = time.monotonic()
        try:
            outcome, survived = inject(), True
        except Exception as error:
            outcome, survived = f"{type(error).__name__}: {error}", False
        _line(name, f"{outcome} ({time.monotonic() - began:.0f} s)", survived)
    print(f"\n{len(_failures)} failures" if _failures else "\nnothing was lost or mixed up")
    return 1 if _failures else 0


def _line(what: str, value: str, good: bool = True) -> None:
    if not good:
        _failures.append(what)
    print(f"  {what:<44} {'' if good else 'FAILED: '}{value}", flush=True)


def _crowd() -> None:
    print(f"{VISITORS} visitors at once with {VARIANTS} dreams each, on one worker")
    total = VISITORS * VARIANTS
    with closing(JobService(DeploymentSettings(waiting=total))) as jobs:
        _await(jobs.ready)
        began = time.monotonic()
        with ThreadPoolExecutor(VISITORS) as crowd:
            visits = list(crowd.map(lambda number: _visit(jobs, number), range(VISITORS)))
        seconds = time.monotonic() - began
        counters = jobs.counters()
    done = sum(visit["done"] for visit in visits)
    _line("dreams done", f"{done} of {total} in {seconds:.0f} s", done == total)
    _line("lost or failed", f"{total - counters['done']:.0f}", counters["done"] == total)
    mixed = sum(visit["mixed"] for visit in visits)
    _line("mixed up between visitors", f"{mixed}", mixed == 0)
    starts = sorted(start for visit in visits for start in visit["starts"])
    # Before one's first dream each other visitor may start one, before the second two, and so on;
    # and one dream may have been with the worker already, though it had not begun.
    turns = [
        sum(asked < start < own for start in starts)
        - sum(asked < start < own for start in visit["starts"])
        for visit in visits
        for asked, own in zip(visit["asked"], visit["starts"], strict=True)
    ]
    bounds = [(VISITORS - 1) * (place + 1) + 1 for _ in visits for place in range(VARIANTS)]
    fair = all(turn <= bound for turn, bound in zip(turns, bounds, strict=True))
    most = ", ".join(str(max(turns[place::VARIANTS])) for place in range(VARIANTS))
    most_allowed = ", ".join(map(str, bounds[:VARIANTS]))
    _line("others' dreams before a first, second, third", f"{most}; at most {most_allowed}", fair)
    waits = [wait for visit in visits for wait in visit["waits"]]
    lengths = np.diff(starts)
    bound = total * max(lengths)
    _line(
        "longest wait for a first, second, third",
        ", ".join(f"{max(visit['waits'][k] for visit in visits):.1f} s" for k in range(VARIANTS))
        + f" (a dream {statistics.mean(lengths):.2f} s; bound {bound:.0f} s)",
        max(waits) <= bound,
    )
    print()


def _visit(jobs: JobService, number: int) -> dict:
    """Be a visitor: send some dreams off, wait for them, and check whose they are."""
    pixels = np.full((64, 96, 3), number * 5, np.uint8)
    seeds = [1000 + number * VARIANTS + variant for variant in range(VARIANTS)]
    names, asked = [], []
    for seed in seeds:
        settings = {"octaves": 1, "iterations": 3, "step": 0.02, "seed": seed}
        config = DreamConfig(layers={"block1_conv1": 1.0}, **settings)
        names.append(jobs.submit(f"visitor {number}", DreamTask(Picture(pixels), config)))
        asked.append(time.monotonic())
    starts: dict[str, float] = {}
    deadline = asked[0] + _LONGEST
    while time.monotonic() < deadline:
        states = [jobs.status(name) for name in names]
        for state in states:
            if state.state != "queued" and state.seconds is not None:
                starts.setdefault(state.id, time.monotonic() - state.seconds)
        if not any(state.active for state in states):
            break
        time.sleep(0.1)
    mixed = done = 0
    for name, seed in zip(names, seeds, strict=True):
        status = jobs.status(name)
        if status.result is None or status.state != "done":
            continue
        done += 1
        # The stand-in's dream is the picture it was sent, a little brighter.
        own = np.array_equal(status.result.final.pixels[:, :, 0], pixels[:, :, 0])
        mixed += not (own and status.result.provenance.config.seed == seed)
    return {
        "asked": asked,
        "done": done,
        "mixed": mixed,
        "starts": [starts[name] for name in names],
        "waits": [starts[name] - at for name, at in zip(names, asked, strict=True)],
    }


def _browsers() -> None:
    chromium = shutil.which("chromium")
    print(f"{BROWSERS} browsers, each with a picture of its own and 4 dreams")
    if chromium is None:
        print("  skipped: there is no chromium\n")
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(closing(Server(folder / "log")))
        server.wait()
        _await(lambda: get(f"{server.address}/_stcore/health")[0] == 200)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        # Visitors' browsers run on machines of their own: here they make way for the page.
        for process in psutil.Process().children(recursive=True):
            if "chrom" in process.name():
                process.nice(19)
        times = stack.enter_context(_probed(server.address))
        pages, shown = [], []
        for number in range(BROWSERS):
            file = folder / f"{number}.png"
            Image.new("RGB", (96, 64), (number * 25, 80, 160)).save(file)
            page = browser.new_context().new_page()
            page.set_default_timeout(_LONGEST * 1000)
            began = time.monotonic()
            page.goto(server.address)
            page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
            page.get_by_text("96 × 64 px", exact=True).wait_for()
            shown.append(time.monotonic() - began)
            pages.append(page)
        began = time.monotonic()
        for page in pages:
            page.get_by_role("button", name="Dream", exact=True).click()
        for page in pages:
            page.get_by_role("button", name="Before and after").nth(3).wait_for()
        seconds = time.monotonic() - began
        own = [_colours(page) for page in pages]
        mixed = sum(
            abs(colour - number * 25) > 6
            for number, colours in enumerate(own)
            for colour in colours
        )
        errors = sum(page.get_by_test_id("stException").count() for page in pages)
        browser.close()
        log = (folder / "log").read_text()
        if "Traceback" in log:
            print(log[log.index("Traceback") :][-12_000:], file=sys.stderr)
    shown_too = sum(map(len, own)) - BROWSERS  # beside each original
    _line("dreams done and shown", f"{shown_too} in {seconds:.0f} s", shown_too == 4 * BROWSERS)
    _line("pictures mixed up between visitors", f"{mixed}", mixed == 0)
    lines = log.count(" dream done: ")
    _line("lines in the log, one a dream", f"{lines}", lines == 4 * BROWSERS)
    wrong = errors + log.count("Traceback")
    _line("errors on pages and in the log", f"{wrong}", wrong == 0)
    _line("opened, with an upload shown", f"median {statistics.median(shown):.1f} s")
    for name, taken in times.items():
        ordered = sorted(taken)
        late = ordered[int(0.95 * len(ordered))]
        value = f"median {statistics.median(ordered):.2f} s, 95 % {late:.2f} s of {len(ordered)}"
        _line(name, value, late < 1.0)
    print()


def _colours(page: Page) -> list[int]:
    """Return how red the original and the dreams are on a page, which tells whose they are."""
    return page.evaluate(
        """async () => {
            const shown = [...document.querySelectorAll('[class*="st-key-edged"] img')];
            await Promise.all(shown.map(image => image.decode()));
            return shown.map(image => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 1;
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0, 1, 1);
                return context.getImageData(0, 0, 1, 1).data[0];
            });
        }"""
    )


def _many(engine: str) -> None:
    print(f"{DREAMS} dreams of the {engine} in a row on the served page, 4 MB kept")
    variant = Variant(name="One", layers={"block1_conv1": 1.0})
    common = {"octaves": 2, "iterations": 2, "step": 0.001}
    setup = Comparison(variants=(variant,), common=common, max_side=128).encode()
    sizes = []
    with ExitStack() as stack:
        stack.enter_context(_dreaming_with(engine))
        stack.enter_context(variable("DREAMLAB_STORE_MB", "4"))
        log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "log"
        server = stack.enter_context(closing(Server(log)))
        server.wait()
        _await(lambda: get(f"{server.address}/_stcore/health")[0] == 200)
        visitor = stack.enter_context(closing(Visitor(server.address, query=f"setup={setup}")))
        visitor.draw()
        page = psutil.Process(server.pid)
        worker = max(page.children(recursive=True), key=lambda one: one.memory_info().rss)
        for number in range(1, DREAMS + 1):
            visitor.click("Dream")
            _await(lambda number=number: log.read_text().count(" dream done: ") == number)
            visitor.draw()
            if number in (20, DREAMS):
                sizes.append([one.memory_info().rss for one in (page, worker)])
    for name, before, after in zip(("page", "worker"), *sizes, strict=True):
        change = after / before - 1
        value = f"{before / 1e6:.0f} MB after 20, {after / 1e6:.0f} MB at the end ({change:+.1%})"
        _line(f"memory of the {name}'s process", value, change < 0.05)
    print()


def _two_workers() -> None:
    print(f"A cluster apart from the page: {CLUSTER_DREAMS} dreams of the engine itself")
    pixels = np.random.default_rng(0).integers(0, 256, (100, 150, 3), np.uint8)
    config = DreamConfig.preset("layer3")
    taken = []
    for names in (("one",), ("one", "two")):
        with (
            _dreaming_with("engine itself"),
            tempfile.TemporaryDirectory() as folder,
            closing(Cluster(Path(folder), *names)) as cluster,
        ):
            # Each worker has a core of its own, as one of two machines would.
            for core, name in enumerate(names):
                psutil.Process(cluster.processes[name].pid).cpu_affinity([core])
            with closing(JobService(DeploymentSettings(scheduler=cluster.address))) as jobs:
                _await(lambda jobs=jobs, names=names: len(jobs.workers) == len(names))
                _dreamt(jobs, Picture(pixels), config, 2 * len(names))  # all is loaded by then
                began = time.monotonic()
                done = _dreamt(jobs, Picture(pixels), config, CLUSTER_DREAMS)
                taken.append(time.monotonic() - began)
        value = f"{done} of {CLUSTER_DREAMS} in {taken[-1]:.1f} s"
        _line(f"workers: {len(names)}", value, done == CLUSTER_DREAMS)
    _line("two workers against one", f"{taken[0] / taken[1]:.2f} times as many dreams a second")
    print()


def _dreamt(jobs: JobService, picture: Picture, config: DreamConfig, count: int) -> int:
    """Send dreams off, wait for all of them, and say how many are done."""
    names = [
        jobs.submit(f"visitor {number}", DreamTask(picture, config)) for number in range(count)
    ]
    _await(lambda: not any(jobs.status(name).active for name in names))
    return sum(jobs.status(name).state == "done" for name in names)


def _dreaming_with(engine: str) -> AbstractContextManager[None]:
    """Have workers that are started meanwhile dream with the stand-in or with the engine."""
    return variable(PRELOAD, "tests.support.fake_engine" if engine == "stand-in" else None)


@contextmanager
def _probed(address: str) -> Iterator[dict[str, list[float]]]:
    """Have one more visitor draw the page twice a second, and time the answers."""
    times: dict[str, list[float]] = {"answer to a request": [], "page drawn anew, whole": []}
    over = threading.Event()

    def probe() -> None:
        with closing(Visitor(address)) as visitor:
            while not over.wait(0.5):
                began = time.perf_counter()
                get(address)
                times["answer to a request"].append(time.perf_counter() - began)
                times["page drawn anew, whole"].append(visitor.draw())

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join()


def _await(condition) -> None:
    deadline = time.monotonic() + _LONGEST
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("waited too long")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
