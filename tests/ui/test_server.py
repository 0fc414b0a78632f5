"""The served page: headers, limits, addresses of pictures, health and shutdown."""

import asyncio
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from keras import layers as kl
from starlette.requests import Request

from dreamlab import own_models
from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.models import load_model
from dreamlab.own_models import Own, offer
from dreamlab.ui import server
from dreamlab.ui.headers import security
from dreamlab.ui.session import decoding
from dreamlab.ui.session.visitors import COOKIE
from tests.support.jobs import PRELOAD, until
from tests.support.own import classifier
from tests.support.server import PACKAGE, ROOT, Server
from tests.support.visitor import Visitor, get

#: The fake engine takes as many seconds per step as the setting `step` says.
SLOW = Variant(name="Slow", layers={"block1_conv1": 1.0})


class FakeJobs:
    """The part of the job service that the health check uses."""

    def __init__(self, problem=None, workers=frozenset({"tcp://127.0.0.1:1"})):
        self.problem = problem
        self.workers = workers


def test_what_is_wrong_with_the_worker():
    assert server.problem(FakeJobs()) is None
    assert server.problem(FakeJobs(workers=frozenset())) == "the worker is being started"
    assert server.problem(FakeJobs("gone", frozenset())) == "gone"


def test_small_messages_are_sent_at_once():
    with socket.socket() as listener, socket.socket() as browser:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server.answer_at_once()
        browser.connect(listener.getsockname())
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_worker_starts_and_ends_with_the_server_and_dreams_are_logged(monkeypatch, capfd):
    calls, processes, logger = [], [], logging.getLogger("dreamlab")
    monkeypatch.setattr(server.backend, "get", lambda: calls.append("started") or jobs)
    jobs = FakeJobs()
    jobs.close = lambda: calls.append("ended")
    monkeypatch.setattr(logger, "handlers", [])
    before = logger.level, logger.propagate

    async def serve():
        async with server.lifespan(None):
            assert calls == ["started"]
            processes.extend(decoder.process for decoder in decoding.decoders().all)
            assert len(processes) == 2 and {process.poll() for process in processes} == {None}
            logging.getLogger("dreamlab.jobs").info("dream done")

    try:
        asyncio.run(serve())
    finally:
        logger.setLevel(before[0])
        logger.propagate = before[1]
    assert calls == ["started", "ended"]
    assert all(process.returncode is not None for process in processes)
    assert capfd.readouterr().err.endswith(" dream done\n")


def test_the_page_is_loaded_before_the_worker_starts_and_anyone_is_answered():
    script = """
import asyncio, sys
from dreamlab.ui import server
from dreamlab.ui.headers import security
wanted = {"pandas", "altair", "dreamlab.ui.page"}
class Jobs:
    def __init__(self):
        assert not wanted - set(sys.modules)
    def close(self):
        pass
server.backend.get = Jobs
async def serve():
    async with server.lifespan(None):
        heavy = {"tensorflow", "keras", "scipy", "numba", "distributed", "matplotlib"}
        assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert not wanted & set(sys.modules), "loading them is what the test is about"
asyncio.run(serve())
assert "dreamlab.ui.page" in sys.modules
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_a_wrong_setting_is_said_in_one_line_and_nothing_is_started():
    ran = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0"],
        env=os.environ | {"DREAMLAB_STORE_MB": "much"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 1 and "Traceback" not in ran.stderr
    assert ran.stderr.splitlines()[-1] == "dreamlab: DREAMLAB_STORE_MB is 'much'; choose a number"


def test_a_wrong_setting_among_the_secrets_is_said_in_one_line(tmp_path):
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text('DREAMLAB_FRAMES = "moodle.example.org"\n')
    ran = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0"],
        env=os.environ | {"HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 1 and not ran.stdout
    assert ran.stderr.splitlines() == [
        "dreamlab: DREAMLAB_FRAMES is 'moodle.example.org'; choose one such as "
        "https://moodle.example.org, or leave it empty"
    ]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """The log file of the page."""
    return tmp_path_factory.mktemp("served") / "log"


@pytest.fixture(scope="module")
def address(log):
    """The page, served by its start command, with the fake engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PRELOAD, "tests.support.fake_engine")
        patch.setenv("DREAMLAB_STATUS", "1")
        patch.setenv("DREAMLAB_ORPHAN_SECONDS", "1")
        with closing(Server(log)) as served:
            served.wait()
            until(lambda: health(served.address)[0] == 200)
            yield served.address
            assert "Traceback" not in log.read_text()


def health(address: str, **headers: str) -> tuple[int, str]:
    status, _, body = get(f"{address}/_stcore/health", **headers)
    return status, body.decode()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/media/none.png", "/nowhere"])
def test_every_answer_has_the_headers(address, path):
    _, given, _ = get(address + path)
    for name, value in security().items():
        assert given[name.lower()] == value


@pytest.mark.slow
def test_streamlits_metrics_are_there_where_the_owner_shows_the_status(address):
    status, _, told = get(address + "/_stcore/metrics")
    assert status == 200 and b"active_sessions" in told


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    ["auth/login", "auth/logout", "oauth2callback", "oauth2callback/?state=none"]
    + [f"_stcore/agent/{name}" for name in ("interact", "mcp", "openapi.json")],
)
def test_what_the_page_has_no_use_for_is_not_there(address, log, path):
    before = log.stat().st_size
    assert get(f"{address}/{path}")[::2] == (404, b"Not Found")
    assert log.stat().st_size == before


@pytest.mark.slow
def test_a_link_has_a_preview(address):
    status, _, page = get(address + "/?setup=none")
    assert status == 200
    image = re.search(r'property="og:image" content="([^"]+)"', page.decode())[1]
    assert image == f"{address}/preview.jpg"
    status, headers, data = get(image)
    assert (status, headers["content-type"], data[:2]) == (200, "image/jpeg", b"\xff\xd8")


@pytest.mark.slow
def test_uploads_end_at_100_mb(address):
    with closing(Visitor(address)) as visitor:
        visitor.draw()
        assert visitor.upload(bytes(100_000)) == 204
        assert visitor.upload(b"", claimed=101 * 2**20) == 413
        stranger = visitor.session[:-1] + ("0" if visitor.session[-1] != "0" else "1")
        visitor.session = stranger
        assert visitor.upload(bytes(10)) == 400


@pytest.mark.slow
def test_a_session_holds_few_uploads(address):
    with closing(Visitor(address)) as visitor:
        visitor.draw()
        assert [visitor.upload(bytes(45_000_000)) for _ in range(3)] == [204, 204, 413]


def test_uploads_stay_in_memory():
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = part + bytes(20 * 2**20) + b"\r\n--b--\r\n"
    message = {"type": "http.request", "body": body}
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]

    async def receive():
        return message

    async def read():
        async with Request({"type": "http", "headers": headers}, receive).form() as form:
            assert form["file"].size == 20 * 2**20
            assert not form["file"].file._rolled  # else it is on disk

    asyncio.run(read())


@pytest.mark.slow
def test_each_browser_gets_a_cookie_with_the_page(address):
    _, headers, _ = get(address + "/")
    cookie = re.fullmatch(
        rf"{COOKIE}=([\w-]{{22}}); Max-Age=93600; Path=/; HttpOnly; SameSite=Lax",
        headers["set-cookie"],
    )
    assert get(address + "/")[1]["set-cookie"] != cookie[0]
    _, again, _ = get(address + "/", Cookie=f"{COOKIE}={cookie[1]}")
    assert again["set-cookie"] == cookie[0]
    # A browser that has lost the cookie may still have the page in its cache.
    condition = {"If-None-Match": headers["etag"]}
    status, again, _ = get(address + "/", Cookie=f"{COOKIE}={cookie[1]}", **condition)
    assert (status, again["set-cookie"]) == (304, cookie[0])
    assert COOKIE in get(address + "/", **condition)[1]["set-cookie"]
    assert COOKIE not in get(address + "/_stcore/health", Referer=address)[1]["set-cookie"]


@pytest.mark.slow
def test_dreams_end_when_no_tab_is_left(address, log):
    common = {"octaves": 1, "iterations": 1000, "step": 0.1}
    setup = Comparison(variants=(SLOW,), common=common, max_side=128).encode()
    with closing(Visitor(address, query=f"setup={setup}", browser="mine")) as first:
        first.draw()
        first.click("Dream")
        with closing(Visitor(address, query=f"visit={first.visit}", browser="mine")) as second:
            second.draw()
            assert "Cancel all" in second.buttons
        with closing(Visitor(address, query=f"visit={first.visit}", browser="other")) as stranger:
            stranger.draw()
            assert "Cancel all" not in stranger.buttons
        # The first tab is open, but silent, like a hidden tab.
        time.sleep(3)
        assert "dream cancelled" not in log.read_text()
    until(lambda: "dream cancelled" in log.read_text(), 10)


@pytest.mark.slow
def test_pictures_have_addresses_that_only_who_has_them_knows(address):
    with closing(Visitor(address)) as visitor:
        visitor.draw()
        assert visitor.media
        for picture in visitor.media:
            status, headers, body = get(address + picture)
            assert status == 200 and headers["content-type"].startswith("image/")
            assert b"Exif" not in body[:2000]
            name = picture.removeprefix("/media/").partition(".")[0]
            assert len(name) >= 32  # 128 bits, made from the picture itself
            other = name[:-1] + ("0" if name[-1] != "0" else "1")
            assert get(f"{address}/media/{other}.jpg")[0] == 404
    for guess in ("", ".", "..", "%2e%2e/app.py", "*", "0.png"):
        status, _, body = get(f"{address}/media/{guess}")
        assert status in (400, 403, 404) or b"<title>Streamlit</title>" in body


@pytest.mark.slow
def test_health_is_that_of_the_worker_too(address):
    assert health(address) == (200, "ok")
    (page,) = [
        process
        for process in psutil.Process().children(recursive=True)
        if "streamlit" in process.cmdline()
    ]
    nodes = [
        process
        for process in page.children(recursive=True)
        if "dreamlab.jobs.cluster_process" in process.cmdline()
    ]
    (node,) = nodes
    node.kill()
    until(lambda: health(address)[0] == 503, 5)
    # Visitors still get the page, and read the problem there.
    assert health(address, Referer=address) == (200, "ok")
    with closing(Visitor(address)) as visitor:
        assert visitor.draw() < 5
    until(lambda: health(address) == (200, "ok"))


@pytest.mark.slow
def test_health_says_why_the_worker_cannot_load_until_it_can(monkeypatch, tmp_path):
    own = tmp_path / "missing.h5"
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    monkeypatch.setenv("DREAMLAB_WARM_MODEL", str(own))
    with closing(Server(tmp_path / "log")) as served:
        served.wait()
        until(lambda: health(served.address) == (503, f"there is no model file '{own.name}'"))
        assert health(served.address, Referer=served.address) == (200, "ok")
        own.write_bytes(b"")
        until(lambda: health(served.address) == (200, "ok"))
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.slow
def test_a_server_that_ends_takes_its_worker_and_folders_with_it(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    monkeypatch.delenv("DREAMLAB_STATUS", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = psutil.Process().children(recursive=True)
    served = Server(tmp_path / "log")
    try:
        served.wait()
        until(lambda: list(tmp_path.glob("dreamlab-node-*")))
        for path in ("/_stcore/metrics", "/page/_stcore/metrics", "/_stcore/metrics%0A"):
            # as nobody asked for the status
            assert get(f"{served.address}{path}")[::2] == (404, b"Not Found")
        children = set(psutil.Process().children(recursive=True)) - set(before)
    finally:
        served.close()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert len(children) >= 2 and not alive
    assert list(tmp_path.iterdir()) == [tmp_path / "log"]
    assert "Traceback" not in Path(tmp_path / "log").read_text()


@pytest.mark.slow
def test_a_page_offers_the_networks_of_a_folder(monkeypatch, tmp_path):
    folder = tmp_path / "networks"
    folder.mkdir()
    classifier(kl.Rescaling(1 / 255)).save(folder / "mine.keras")
    (folder / "cut.h5").write_bytes(b"")
    monkeypatch.setattr(own_models, "_known", {})
    monkeypatch.delenv(PRELOAD, raising=False)  # another test's stand-in is no match for this
    offer(Own("mine.keras", load_model(folder / "mine.keras").layers))
    variant = Variant(name="Mine", layers={"conv_b": 1.0}, model="mine.keras")
    common = {"octaves": 1, "iterations": 2}
    setup = Comparison(variants=(variant,), common=common, max_side=128).encode()
    monkeypatch.setenv("DREAMLAB_WARM_MODEL", str(folder / "mine.keras"))
    log = tmp_path / "log"
    with closing(Server(log, (*PACKAGE, "--models", str(folder)))) as served:
        served.wait()
        assert "cut.h5 is empty: copy or download it again" in log.read_text()
        loaded = [Path(file.path).parts for file in psutil.Process(served.pid).memory_maps()]
        assert not any("tensorflow" in parts for parts in loaded)
        until(lambda: health(served.address) == (200, "ok"))
        with closing(Visitor(served.address, query=f"setup={setup}")) as visitor:
            visitor.draw()
            visitor.click("Dream")
            until(lambda: "dream " in log.read_text())
    assert "dream done: 1 octaves, 2 steps each" in log.read_text()
    assert "Traceback" not in log.read_text()
