"""Jobs on real Dask workers: a stand-in for the engine dreams, or the engine itself."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.images import Picture, load_image
from dreamlab.jobs import Status, dispatcher, local_cluster, worker_handle
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.service import JobService
from dreamlab.tasks.dream_task import DreamTask
from tests.support import fake_engine
from tests.support.cluster import Cluster
from tests.support.jobs import (
    PATIENCE,
    PRELOAD,
    begun,
    ended,
    grey,
    losses,
    request,
    running,
    slow,
    until,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PICTURE = grey((160, 200))


@pytest.fixture(scope="module")
def fake():
    """Make the workers started within this module's tests dream with the stand-in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PRELOAD, "tests.support.fake_engine")
        yield


@pytest.fixture(scope="module")
def jobs(fake):
    with running() as jobs:
        yield jobs


def test_a_long_dream_gives_way_to_a_short_one_and_goes_on(jobs, monkeypatch):
    monkeypatch.setattr("dreamlab.jobs.runs.SLICE_SECONDS", 0.5)
    # The machine's speed is known from a run of the stand-in, which sleeps, and not from others.
    ended(jobs, jobs.submit("a", request(octaves=1, iterations=20, step=0.05)))
    long = jobs.submit("a", request(octaves=1, iterations=100, step=0.05))
    begun(jobs, long, count=3)
    short = jobs.submit("b", request(octaves=1, iterations=1))
    assert ended(jobs, short).state == "done"
    assert jobs.status(long).active
    status = ended(jobs, long)
    assert (status.state, [point.iteration for point in losses(status)]) == ("done", [*range(100)])


def test_a_dream_from_queue_to_result(jobs):
    job = jobs.submit("a", request())
    status = ended(jobs, job)
    assert (status.state, status.fraction) == ("done", 1.0)
    assert status.doing == "Octave 3 of 3 · step 5 of 5"
    recording = status.result
    assert len(recording.losses) == 15
    assert recording.finished
    assert [frame.octave for frame in recording.frames] == [0, 1, 2]
    assert np.array_equal(recording.original.pixels, PICTURE)
    assert load_image(recording.final.picture.png).shape == PICTURE.shape
    assert jobs.problem is None


def test_a_dream_leaves_the_page_the_time_it_wants(jobs):
    pid = begun(jobs, job := jobs.submit("a", slow()))
    assert psutil.Process(pid).nice() > psutil.Process().nice()
    jobs.cancel(job)
    ended(jobs, job)


def test_progress_and_previews_arrive_while_it_runs(jobs):
    job = jobs.submit("a", request(iterations=10, step=0.1))
    lengths, previews, octaves = set(), set(), set()

    def look() -> bool:
        status = jobs.status(job)
        if status.state == "running" and losses(status):
            lengths.add(len(losses(status)))
            previews.add(status.preview)
            octaves.add(int(status.doing.split()[1]) - 1)
            assert status.seconds > 0
        return not status.active

    until(look)
    assert len(lengths) >= 4 and octaves == {0, 1, 2} and len(previews) >= 3
    assert all(load_image(preview) is not None for preview in previews)


def test_cancelling_takes_less_than_a_second_and_keeps_the_part_done(jobs):
    job = jobs.submit("a", slow())
    begun(jobs, job)
    began = time.monotonic()
    jobs.cancel(job)
    assert jobs.status(job).stopping
    assert ended(jobs, job).state == "cancelled"
    assert time.monotonic() - began < 1.0
    recording = jobs.status(job).result
    assert len(recording.frames) == 1
    assert len(recording.losses) >= 1


def test_cancelling_at_once_cancels_too(jobs):
    job = jobs.submit("a", slow())
    until(lambda: jobs.status(job).state == "running")
    jobs.cancel(job)
    assert until(lambda: not jobs.status(job).active) < 1.0
    following = jobs.submit("a", request())
    assert ended(jobs, following).state == "done"


def test_two_visitors_take_turns(jobs):
    first = [jobs.submit("a", request()) for _ in range(3)]
    second = jobs.submit("b", request())
    ended(jobs, second)
    assert jobs.status(first[2]).active
    assert ended(jobs, first[2]).state == "done"


@pytest.mark.parametrize(
    ("seed", "error"),
    [
        (fake_engine.REFUSES, fake_engine.REFUSAL),
        (fake_engine.BREAKS, "in a way nobody foresaw (RuntimeError)"),
        (fake_engine.STARVES, "needs more memory than there is"),
    ],
)
def test_a_dream_that_fails_says_why_and_the_next_one_runs(jobs, seed, error):
    job, following = jobs.submit("a", request(seed)), jobs.submit("a", request())
    status = ended(jobs, job)
    assert status.state == "failed"
    assert error in status.error
    assert ended(jobs, following).state == "done"


def test_warnings_of_the_engine_are_passed_on(jobs):
    assert ended(jobs, jobs.submit("a", request(fake_engine.WARNS))).warnings == (
        fake_engine.WARNING,
    )


def test_a_killed_worker_is_replaced_and_its_dream_tried_again(jobs):
    job = jobs.submit("a", request(iterations=10, step=0.1))
    first, said = begun(jobs, job, count=3), []
    os.kill(first, signal.SIGKILL)
    noticed = until(
        lambda: (seen := jobs.status(job)).state == "queued" and said.append(seen) is None
    )
    assert noticed < 5
    # From the first moment nothing is said that only a worker which is there could hold.
    assert "tried once more" in said[0].notice and "the worker is being started" in said[0].notice
    assert said[0].expected_wait is None
    assert len(losses(jobs.status(job))) >= 3 and jobs.status(job).preview
    assert not jobs.ready()
    status = ended(jobs, job)
    assert status.state == "done"
    assert {point.loss for point in losses(status)}.isdisjoint({float(first)})
    assert jobs.ready()


def test_an_idle_worker_that_is_killed_is_told_of_at_once(jobs):
    ended(jobs, job := jobs.submit("a", request()))
    os.kill(int(losses(jobs.status(job))[-1].loss), signal.SIGKILL)
    assert until(lambda: jobs.problem) < dispatcher.IDLE_SECONDS
    assert not jobs.ready()
    job = jobs.submit("a", request())
    assert jobs.status(job).expected_wait is None
    # Another one took so long before that it says about how long.
    assert re.fullmatch(r"the worker is being started, which takes about \d+ s", jobs.problem)
    assert ended(jobs, job).state == "done"


def test_a_dream_goes_on_after_its_last_octave_in_another_worker(jobs):
    job = jobs.submit("a", request(iterations=10, step=0.1))
    first = begun(jobs, job, count=22)
    os.kill(first, signal.SIGKILL)
    until(lambda: jobs.status(job).state == "queued")
    assert "tried once more from octave 3" in jobs.status(job).notice
    status = ended(jobs, job)
    assert status.state == "done"
    steps = [(octave, iteration) for octave in range(3) for iteration in range(10)]
    assert [(point.octave, point.iteration) for point in losses(status)] == steps
    assert {point.loss for point in losses(status) if point.octave < 2} == {float(first)}
    assert float(first) not in {point.loss for point in losses(status) if point.octave == 2}
    recording = jobs.status(job).result
    assert [(point.octave, point.iteration) for point in recording.losses] == steps
    assert [frame.octave for frame in recording.frames] == [0, 1, 2]
    assert recording.finished and recording.seconds > 3.0


def test_a_dream_that_kills_two_workers_fails_and_the_next_one_runs(jobs):
    job = jobs.submit("a", request(fake_engine.DIES, step=0.05))  # a step after its first octave
    following = jobs.submit("a", request())
    status = ended(jobs, job)
    assert status.state == "failed"
    assert "its worker died 2 times" in status.error
    assert losses(status) and status.preview
    # It dies in the second octave, so the first one's picture is kept.
    assert len(jobs.status(job).result.frames) == 1
    assert ended(jobs, following).state == "done"


def test_the_local_scheduler_is_started_again(fake):
    before = psutil.Process().children()
    with running() as jobs:
        job = jobs.submit("a", request(iterations=10, step=0.1))
        begun(jobs, job)
        (process,) = set(psutil.Process().children()) - set(before)
        process.kill()
        assert until(lambda: jobs.problem) < 5
        assert not jobs.ready()
        assert ended(jobs, job).state == "done"
        assert jobs.problem is None


def test_a_dream_over_its_time_is_stopped(fake):
    with running(job_seconds=0.5) as jobs:
        status = ended(jobs, job := jobs.submit("a", slow()))
        assert status.state == "failed"
        assert "longer than the 0.5 s it may" in status.error
        assert jobs.status(job).result is not None


def test_a_dream_that_does_not_stop_is_stopped_with_its_worker(fake):
    with running(stop_seconds=0.5) as jobs:
        job = jobs.submit("a", request(fake_engine.HANGS))
        begun(jobs, job, count=5)
        jobs.cancel(job)
        assert ended(jobs, job).state == "cancelled"
        assert len(jobs.status(job).result.frames) == 1
        assert ended(jobs, jobs.submit("a", request())).state == "done"


def test_a_worker_that_freezes_before_its_first_news_is_replaced(fake, monkeypatch):
    monkeypatch.setattr(worker_handle, "SILENT_SECONDS", 2.5)
    with running(job_seconds=3, stop_seconds=1) as jobs:
        pid = begun(jobs, job := jobs.submit("a", request()))
        ended(jobs, job)
        os.kill(pid, signal.SIGSTOP)
        job = jobs.submit("a", request())
        until(lambda: jobs.status(job).state == "running")
        jobs.cancel(job)
        assert jobs.status(job).state == "cancelled"
        assert until(lambda: "no worker answers" in (jobs.problem or "")) < 5
        assert not jobs.ready()
        following = jobs.submit("a", request())
        assert ended(jobs, following).state == "done"
        until(lambda: jobs.problem is None, 2)
        until(lambda: not psutil.pid_exists(pid), 10)


def test_a_worker_that_froze_while_idle_is_told_of_and_given_nothing(fake, monkeypatch):
    monkeypatch.setattr(worker_handle, "SILENT_SECONDS", 2.5)
    with running() as jobs:
        pid = begun(jobs, job := jobs.submit("a", request()))
        ended(jobs, job)
        os.kill(pid, signal.SIGSTOP)
        until(lambda: "no worker answers" in (jobs.problem or ""), 5)
        job = jobs.submit("a", request())
        time.sleep(0.5)  # that nothing happens is what is tested
        assert jobs.status(job).state == "queued" and not jobs.ready()
        os.kill(pid, signal.SIGCONT)
        assert ended(jobs, job).state == "done"
        until(lambda: jobs.problem is None, 2)


def test_a_worker_that_stays_frozen_is_replaced_and_its_dream_goes_on(fake, monkeypatch):
    monkeypatch.setattr(local_cluster, "FROZEN_SECONDS", 5.0)
    with running() as jobs:
        pid = begun(jobs, job := jobs.submit("a", request(iterations=10, step=0.1)))
        os.kill(pid, signal.SIGSTOP)
        assert ended(jobs, job).state == "done"


def test_a_network_that_does_not_load_is_told_of_and_tried_again(fake, monkeypatch):
    monkeypatch.setattr(local_cluster, "LOAD_SECONDS", 3.0)
    with closing(JobService(DeploymentSettings(warm_model="stuck.keras"))) as jobs:
        until(lambda: jobs.problem == "the worker did not start; it is tried again")
        until(lambda: jobs.problem == "the worker is being started")
        assert not jobs.ready() and not jobs.workers


def test_a_network_that_cannot_be_loaded_is_told_of_until_it_can(fake, monkeypatch, tmp_path):
    monkeypatch.setattr(worker_handle, "RETRY_SECONDS", 0.5)
    own = tmp_path / "missing.keras"
    error = f"there is no model file '{own}'"
    told = "there is no model file 'missing.keras'"  # strangers may read it
    settings = DeploymentSettings(warm_model=str(own), own_models=True)
    with closing(JobService(settings)) as jobs:
        until(lambda: jobs.problem == told)
        assert jobs.workers and not jobs.ready()
        status = ended(jobs, jobs.submit("a", request(model=str(own))))
        assert (status.state, status.error) == ("failed", error)
        assert ended(jobs, jobs.submit("a", request())).state == "done"  # another network
        assert jobs.problem == told
        own.write_bytes(b"")
        until(lambda: jobs.problem is None, 5)
        until(jobs.ready, 1)
        assert ended(jobs, jobs.submit("a", request(model=str(own)))).state == "done"
        assert jobs.estimate(request(model=str(own))) > 0


def command(process: psutil.Process) -> str:
    """Return how a process was started; nothing for one that has just ended."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def test_a_worker_that_dies_while_it_loads_is_told_of_and_tried_again(fake):
    before = set(psutil.Process().children(recursive=True))

    def workers() -> list[psutil.Process]:
        children = set(psutil.Process().children(recursive=True)) - before
        return [child for child in children if "spawn_main" in command(child)]

    with closing(JobService(DeploymentSettings(warm_model="stuck.keras"))) as jobs:
        until(lambda: jobs.problem == "the worker is being started" and workers())
        for worker in workers():
            worker.kill()
        until(lambda: jobs.problem == "the worker did not start; it is tried again")
        until(lambda: jobs.problem == "the worker is being started")


def test_a_network_that_is_none_cannot_warm_workers_up():
    with pytest.raises(DreamError, match="DREAMLAB_WARM_MODEL is 'vgg61'; choose from vgg16"):
        JobService(DeploymentSettings(warm_model="vgg61"))


def test_a_folder_of_networks_that_is_none_is_told_of_at_once(tmp_path):
    with pytest.raises(DreamError, match="the networks' folder .* cannot be read"):
        JobService(DeploymentSettings(models=str(tmp_path / "absent")))


def test_the_local_worker_has_the_folder_of_the_page(monkeypatch, tmp_path):
    told = {}
    monkeypatch.setattr(local_cluster.tempfile, "mkdtemp", lambda **_: str(tmp_path))
    monkeypatch.setattr(local_cluster.subprocess, "Popen", lambda *_, env, **__: told.update(env))
    local_cluster.LocalCluster(DeploymentSettings(models="networks", input_range="0,1"))
    assert (told["DREAMLAB_MODELS"], told["DREAMLAB_INPUT_RANGE"]) == ("networks", "0,1")


def test_a_fault_in_the_dispatcher_is_told_of_and_tried_again(fake, monkeypatch, caplog):
    def fail(*args):
        raise ValueError(fake_engine.SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(dispatcher, "_quieten", fail)
        jobs = JobService(DeploymentSettings())
        told = until(lambda: "no dream can run (ValueError)" in (jobs.problem or ""))
        assert told < 5
    with closing(jobs):
        monkeypatch.setattr(Jobs, "tick", fail)
        assert ended(jobs, jobs.submit("a", request())).state == "done"
        assert jobs.problem is None
    assert "the dispatcher failed: ValueError" in caplog.text
    assert fake_engine.SECRET not in caplog.text


def test_a_dispatcher_that_ends_all_the_same_says_so(monkeypatch):
    async def fail(self):
        raise SystemExit

    monkeypatch.setattr(dispatcher.Dispatcher, "_serve", fail)
    with closing(JobService(DeploymentSettings(own_models=True))) as jobs:
        until(lambda: "no dream can run (SystemExit)" in (jobs.problem or ""))
        until(lambda: not jobs._dispatcher._thread.is_alive())


def test_a_dream_that_takes_all_memory_ends_alone(fake):
    share = 0.6e9 / psutil.virtual_memory().total
    with running(worker_memory=share) as jobs:
        job = jobs.submit("a", request(fake_engine.FILLS))
        following = jobs.submit("b", request())
        assert ended(jobs, job).state == "failed"
        assert "want of memory" in jobs.status(job).error
        assert ended(jobs, following).state == "done"


def test_a_visitor_who_left_has_the_dream_cancelled(fake):
    with running(orphan_seconds=0.2) as jobs:
        job = jobs.submit("a", slow())
        begun(jobs, job)
        jobs.orphan([job], lambda: False)
        assert until(lambda: not jobs.status(job).active) < 2
        assert jobs.status(job).state == "cancelled"


def test_nothing_is_left_behind(fake, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / "dreamlab-node-999999999-x"
    left.mkdir()
    before = psutil.Process().children(recursive=True)
    with running() as jobs:
        assert not left.exists()
        begun(jobs, jobs.submit("a", slow()))
        children = set(psutil.Process().children(recursive=True)) - set(before)
        assert len(children) >= 2
        assert list(tmp_path.iterdir())
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive
    assert not list(tmp_path.iterdir())


_PAGE = """
import sys, time
from dreamlab.jobs.service import JobService
from dreamlab.config.deployment import DeploymentSettings
jobs = JobService(DeploymentSettings())
while not jobs.ready():
    time.sleep(0.01)
print([name for name in ("tensorflow", "keras", "streamlit") if name in sys.modules], flush=True)
"""


def page(more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PAGE + more],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_page_imports_no_engine_and_ends_without_a_word(fake):
    process = page("jobs.close()")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "[]\n", "")


def test_the_worker_ends_with_a_page_that_is_killed(fake):
    process = page("time.sleep(60)")
    assert process.stdout.readline() == "[]\n"
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert len(children) >= 2 and not alive


def test_a_page_that_ends_while_its_worker_loads_does_not_wait_for_it(fake):
    before = set(psutil.Process().children(recursive=True))
    with closing(JobService(DeploymentSettings(warm_model="stuck.keras"))) as jobs:
        until(lambda: jobs.problem == "the worker is being started")
        until(lambda: len(set(psutil.Process().children(recursive=True)) - before) >= 3)
        children = set(psutil.Process().children(recursive=True)) - before
        began = time.monotonic()
    assert time.monotonic() - began < local_cluster.STOP_SECONDS
    _, alive = psutil.wait_procs(children, timeout=2)
    assert not alive


def test_the_engine_itself_dreams_stops_and_is_timed(monkeypatch):
    monkeypatch.delenv(PRELOAD, raising=False)
    config = DreamConfig(layers={"block3_conv3": 1.0}, octaves=2, iterations=4)
    picture = np.random.default_rng(0).integers(0, 256, PICTURE.shape, np.uint8)
    with closing(JobService(DeploymentSettings())) as jobs:
        until(jobs.ready, 120)
        small = DreamTask(Picture(picture), config)
        assert 0 < jobs.estimate(small) < 60
        status = ended(jobs, job := jobs.submit("a", small))
        assert (status.state, status.error, len(losses(status))) == ("done", None, 8)
        for octave in (0, 1):
            octave_losses = [point.loss for point in losses(status) if point.octave == octave]
            assert octave_losses[-1] > octave_losses[0]
        provenance = jobs.status(job).result.provenance
        assert (provenance.model, provenance.config) == ("vgg16", config)
        assert load_image(status.preview).shape == PICTURE.shape

        long = DreamConfig(layers={"block3_conv3": 1.0}, octaves=12, iterations=100)
        status = ended_after_cancel(jobs, jobs.submit("a", DreamTask(Picture(picture), long)))
        assert "octaves" in status.warnings[0] and "left out" in status.warnings[0]


def test_the_engine_is_loaded_whatever_keras_is_set_to(monkeypatch, tmp_path):
    monkeypatch.delenv(PRELOAD, raising=False)
    settings = {"backend": "torch", "image_data_format": "channels_first", "floatx": "float16"}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with closing(JobService(DeploymentSettings())) as jobs:
        until(lambda: jobs.ready() or "started" not in (jobs.problem or "started"), 120)
        assert jobs.problem is None
        assert ended(jobs, jobs.submit("a", request(octaves=1))).state == "done"


def test_a_dream_whose_worker_is_killed_ends_as_if_it_had_not_been(monkeypatch):
    monkeypatch.delenv(PRELOAD, raising=False)
    layers = {"block2_conv2": 1.0, "block3_conv3": 0.5}
    config = DreamConfig(
        layers=layers,
        octaves=4,
        octave_scale=1.3,
        iterations=25,
        gaussian_noise=0.05,
        salt_pepper=0.002,
        jitter=4,
        precision="float32",
    )
    picture = np.random.default_rng(0).integers(0, 256, PICTURE.shape, np.uint8)
    with closing(JobService(DeploymentSettings())) as jobs:
        until(jobs.ready, 120)
        runs = []
        for killed in (False, True):
            job = jobs.submit("a", DreamTask(Picture(picture), config))
            if killed:
                until(lambda job=job: len(losses(jobs.status(job))) > 50, 120)
                busiest = max(psutil.Process().children(recursive=True), key=_memory)
                busiest.kill()
                until(lambda job=job: jobs.status(job).state == "queued")
                assert "from octave 3" in jobs.status(job).notice
            until(lambda job=job: not jobs.status(job).active, 120)
            assert jobs.status(job).state == "done"
            runs.append(jobs.status(job).result)
    whole, resumed = ([point.loss for point in run.losses] for run in runs)
    assert len(whole) == len(resumed) == 100
    assert resumed == pytest.approx(whole, rel=1e-6)
    assert np.array_equal(runs[0].final.pixels, runs[1].final.pixels)


def _memory(process: psutil.Process) -> int:
    return process.memory_info().rss


def ended_after_cancel(jobs: Jobs, job: str) -> Status:
    until(lambda: losses(jobs.status(job)))
    jobs.cancel(job)
    assert until(lambda: not jobs.status(job).active) < 1
    assert jobs.status(job).state == "cancelled"
    assert jobs.status(job).result.frames
    return jobs.status(job)


@pytest.fixture
def cluster(fake, tmp_path):
    """A scheduler and two workers started apart from the page."""
    with closing(Cluster(tmp_path, "one", "two")) as cluster:
        yield cluster


def test_a_cluster_shares_the_dreams_and_outlives_a_worker(cluster):
    processes = cluster.processes
    with running(scheduler=cluster.address) as jobs:
        until(lambda: len(jobs.workers) == 2)
        both = [jobs.submit("a", request(iterations=20, step=0.1)) for _ in range(2)]
        pids = {begun(jobs, job) for job in both}
        assert pids == {processes["one"].pid, processes["two"].pid}
        processes["one"].kill()
        states = [ended(jobs, job) for job in both]
        assert [status.state for status in states] == ["done", "done"]
        assert {point.loss for status in states for point in losses(status)} == {
            float(processes["two"].pid)
        }
        job = jobs.submit("a", slow())
        begun(jobs, job)
        jobs.cancel(job)
        assert until(lambda: not jobs.status(job).active) < 1


def test_a_worker_that_cannot_load_leaves_the_dreams_to_one_that_can(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, '["tests.support.fake_engine", "dreamlab.jobs.preload"]')
    own = tmp_path / "missing.keras"
    monkeypatch.setenv("DREAMLAB_WARM_MODEL", str(own))
    with closing(Cluster(tmp_path, "broken")) as cluster:
        settings = DeploymentSettings(scheduler=cluster.address)
        with closing(JobService(settings)) as jobs:
            until(lambda: jobs.problem == f"there is no model file '{own.name}'")
            monkeypatch.delenv("DREAMLAB_WARM_MODEL")
            good = cluster.start("good")
            until(jobs.ready)
            until(lambda: jobs.problem is None, 2)
            time.sleep(1)  # so that both would take jobs
            both = [jobs.submit("a", request(step=0.1)) for _ in range(2)]
            states = [ended(jobs, job) for job in both]
            pids = {point.loss for status in states for point in losses(status)}
            assert pids == {float(good.pid)}


def test_a_worker_without_a_nanny_that_does_not_stop_is_given_up(cluster):
    with running(scheduler=cluster.address, stop_seconds=0.5) as jobs:
        until(lambda: len(jobs.workers) == 2)
        begun(jobs, job := jobs.submit("a", request(fake_engine.HANGS)), count=5)
        jobs.cancel(job)
        assert ended(jobs, job).state == "cancelled"
        until(lambda: len(jobs.workers) == 1, 5)
        assert ended(jobs, jobs.submit("a", request())).state == "done"


def test_a_scheduler_that_is_gone_is_said_so_and_found_again(cluster):
    processes = cluster.processes
    with running(scheduler=cluster.address) as jobs:
        job = jobs.submit("a", request(iterations=10, step=0.1))
        begun(jobs, job)
        processes["scheduler"].kill()
        processes["scheduler"].wait()
        assert until(lambda: "cannot be reached" in (jobs.status(job).notice or "")) < 5
        for name in ("scheduler", "one"):
            processes[name].kill()
            processes[name].wait()
            cluster.start(name)
        assert ended(jobs, job).state == "done"
        assert jobs.problem is None
