"""The README's proxy, as it stands there, in front of two replicas of the page."""

import re
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import RemoteDisconnected
from pathlib import Path

import pytest
import streamlit

from dreamlab.ui.session.visitors import COOKIE
from tests.support.jobs import PRELOAD, until
from tests.support.nginx import PROGRAM, Nginx
from tests.support.server import Server
from tests.support.visitor import Visitor, get

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="there is no nginx (apt-get install nginx)"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl"),
]

#: Names of browsers, and how many connections one address may have open, and all.
BROWSERS = [f"browser{number}" for number in range(16)]
OF_ADDRESS, OF_ALL = 250, 350


@pytest.fixture(scope="module")
def replicas(tmp_path_factory):
    """Two pages with the fake engine."""
    folder = tmp_path_factory.mktemp("replicas")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as opened:
        patch.setenv(PRELOAD, "tests.support.fake_engine")
        patch.setenv("DREAMLAB_STATUS", "1")
        servers = [opened.enter_context(closing(Server(folder / name))) for name in ("a", "b")]
        for server in servers:
            server.wait()
        yield [server.address for server in servers]
        logs = "".join(server.log.read_text() for server in servers)
        # An upload that breaks off may be told; nothing else is.
        assert logs.count("Traceback") == logs.count("\nstarlette.requests.ClientDisconnect")


@pytest.fixture(scope="module")
def nginx(replicas, tmp_path_factory):
    with closing(Nginx(tmp_path_factory.mktemp("nginx"), replicas)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def half_open(nginx):
    """A request that does not go on, and the status of an upload that does not."""
    with (
        opened(nginx) as begun,
        closing(Visitor(nginx.address, browser="slow", tls=nginx.tls)) as visitor,
        ThreadPoolExecutor() as threads,
    ):
        visitor.draw()
        begun.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        yield begun, threads.submit(visitor.upload, b"", claimed=10_000)


def opened(nginx, source="127.0.0.1", receives=None):
    """Connect to the proxy from an address of this machine, with room for so many bytes."""
    plain = socket.socket()
    if receives is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    plain.settimeout(60)
    plain.bind((source, 0))
    plain.connect(("127.0.0.1", int(nginx.address.rpartition(":")[2])))
    return nginx.tls.wrap_socket(plain, server_hostname="localhost")


def handshake(connection, nginx, browser):
    """Ask for a WebSocket and return the status of the answer."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {nginx.address.removeprefix('https://')}",
        f"Origin: {nginx.address}",
        f"Cookie: {COOKIE}={browser}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: streamlit",
    ]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return int(connection.recv(4096).split()[1])


def sessions(replica):
    """How many sessions a replica has."""
    _, _, told = get(f"{replica}/_stcore/metrics?families=active_sessions")
    return int(re.search(rb"^active_sessions (\d+)", told, re.MULTILINE)[1])


def test_the_page_comes_with_a_secure_cookie_and_its_files(nginx, half_open):
    status, headers, page = get(nginx.address + "/", tls=nginx.tls)
    assert status == 200 and b"<title>dreamlab</title>" in page
    assert re.fullmatch(
        rf"{COOKIE}=[\w-]{{22}}; Max-Age=93600; Path=/; HttpOnly; SameSite=Lax; Secure",
        headers["set-cookie"],
    )
    assert nginx.address.encode() in page  # the address of the preview's picture
    for name in re.findall(rb'src="\./(static/js/[^"]+)"', page):
        assert get(f"{nginx.address}/{name.decode()}", tls=nginx.tls)[0] == 200


def test_a_browser_stays_with_one_replica(nginx, replicas):
    first = get(nginx.address + "/", tls=nginx.tls)[1]["set-cookie"].partition(";")[0]
    # A browser without cookies stays with one too; the page came before there was a cookie.
    for browser in (first.partition("=")[2], *BROWSERS[:2], ""):
        with closing(Visitor(nginx.address, browser=browser, tls=nginx.tls)) as visitor:
            visitor.draw()
            # Larger than what nginx keeps in memory: its folder for such bodies is not there.
            assert visitor.upload(bytes(3_000_000)) == 204
            cookie = {"Cookie": f"{COOKIE}={browser}"} if browser else {}
            assert visitor.media
            for picture in visitor.media:
                assert get(nginx.address + picture, tls=nginx.tls, **cookie)[0] == 200


def test_the_browsers_of_one_address_are_shared_out(nginx, replicas):
    before = [sessions(replica) for replica in replicas]
    with ExitStack() as stack:
        for browser in BROWSERS:
            connection = stack.enter_context(opened(nginx))
            assert handshake(connection, nginx, browser) == 101
        shares = [sessions(replica) - old for replica, old in zip(replicas, before, strict=True)]
        assert sum(shares) == len(BROWSERS) and min(shares) > 0


def test_an_upload_that_is_too_large_is_refused(nginx):
    with closing(Visitor(nginx.address, browser="large", tls=nginx.tls)) as visitor:
        visitor.draw()
        assert visitor.upload(b"", claimed=102 * 2**20) == 413


def test_streamlits_metrics_are_refused(nginx, replicas):
    for path in ("/_stcore/metrics", "/_stcore/metrics%0A", "//_stcore/metrics"):
        assert get(nginx.address + path, tls=nginx.tls)[0] == 403
    assert get(f"{replicas[0]}/_stcore/metrics")[0] == 200


def test_what_is_fetched_slowly_waits_in_no_file(nginx):
    files = (Path(streamlit.__file__).parent / "static" / "static" / "js").iterdir()
    size, name = max((file.stat().st_size, file.name) for file in files)
    with opened(nginx, receives=20_000) as connection:
        connection.sendall(f"GET /static/js/{name} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        read = bytearray()
        while data := connection.recv(4096):  # the page is much faster with it than this
            read += data
    assert len(read.partition(b"\r\n\r\n")[2]) == size > 2_000_000


def test_requests_that_do_not_go_on_are_ended(half_open):
    begun, upload = half_open
    begun.settimeout(30)  # half of what nginx waits by itself
    assert begun.recv(1) == b""
    with pytest.raises(RemoteDisconnected):
        upload.result(30)


def test_connections_are_bounded_by_address_and_in_all(nginx):
    with ExitStack() as stack:

        def fill(source):
            """Open WebSockets of an address until one is refused; return how many there are."""
            for number in range(OF_ALL + 1):
                connection = stack.enter_context(opened(nginx, source))
                status = handshake(connection, nginx, BROWSERS[number % len(BROWSERS)])
                if status != 101:
                    assert status == 429
                    return number

        assert fill("127.0.0.2") == OF_ADDRESS
        # Some from before may not be closed yet.
        assert 0 <= OF_ALL - OF_ADDRESS - fill("127.0.0.3") <= 10
        with opened(nginx, "127.0.0.4") as another:
            assert handshake(another, nginx, "another") == 429

    def is_let_in():
        with opened(nginx, "127.0.0.2") as another:
            return handshake(another, nginx, "another") == 101

    until(is_let_in)


def test_nothing_of_a_visitor_was_logged(nginx):
    assert nginx.log.read_text() == ""
