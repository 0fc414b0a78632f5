"""What strangers do below the page: foreign origins, requests without an end, garbage."""

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import connect

from tests.load.row import Figure
from tests.load.tree import Site, Tree
from tests.load.waiting import at_once, spread
from tests.support.visitor import get

FOREIGN, HALF_OPEN, GARBAGE = 5, 200, 100

#: How many strangers send garbage at the same time.
_ABREAST = 20

#: Seconds that half-open requests are watched.
_WATCHED = 60


def calls(tree: Tree) -> Iterator[Figure]:
    """Knock from another site while all calls out lead to a listener that never answers."""
    with _silent_proxy() as (proxy, called):
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        with tree.serve(**dict.fromkeys(names, proxy)) as site:
            at_start = len(called)
            get(site.address)
            answers: list[str] = []
            knocking = threading.Thread(
                target=at_once,
                args=(
                    FOREIGN,
                    lambda number: answers.append(_knock(site, "http://elsewhere.example")),
                ),
            )
            knocking.start()
            time.sleep(0.2)
            began = time.monotonic()
            get(site.address)
            waited = time.monotonic() - began
            knocking.join()
            other_port = _knock(site, "http://127.0.0.1:9")
            out = len(called)
    yield Figure("a plain request beside them", f"{waited:.2f} s", waited < 1, "within 1 s")
    opened = answers.count("open")
    yield Figure(
        "of another site; of another port of the same host",
        f"{opened} opened; {other_port}",
        opened == 0 and other_port != "open",
        "none opened; refused",
    )
    yield Figure("calls out, at start and then", f"{at_start} and {out - at_start}", out == 0, "0")


def _knock(site: Site, origin: str) -> str:
    try:
        with connect(
            f"ws://{urlsplit(site.address).netloc}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=origin,
            open_timeout=60,
            proxy=None,
        ):
            return "open"
    except (InvalidHandshake, OSError):
        return "refused"


@contextmanager
def _silent_proxy() -> Iterator[tuple[str, list[socket.socket]]]:
    """Listen on this machine, keep all that call, and answer none."""
    called: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    called.append(listener.accept()[0])

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", called
        finally:
            over.set()
            thread.join()
            for each in called:
                each.close()


def half_open(tree: Tree) -> Iterator[Figure]:
    """Begin requests, half of them without a whole header, half without their body."""
    header = b"GET / HTTP/1.1\r\nHost: page\r\nX-Slow: "
    body = b"POST / HTTP/1.1\r\nHost: page\r\nContent-Length: 100000\r\n\r\nhalf"
    with tree.serve() as site, ExitStack() as stack:
        place = urlsplit(site.address)
        sockets = []
        for number in range(HALF_OPEN):
            opened = socket.create_connection((place.hostname, place.port), timeout=10)
            sockets.append(stack.enter_context(closing(opened)))
            opened.sendall(header if number % 2 else body)
        times, began = [], time.monotonic()
        while time.monotonic() - began < _WATCHED:
            asked = time.perf_counter()
            get(site.address)
            times.append(time.perf_counter() - asked)
            time.sleep(0.5)
        left = sum(map(_is_open, sockets))
    yield Figure(f"still open after {_WATCHED} s", f"{left} of {HALF_OPEN}", left == 0, "0")
    yield Figure(
        "answers to others meanwhile", spread(times, digits=2), max(times) < 1, "within 1 s"
    )


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while data := connection.recv(65536):  # an answer that came before the end
            del data
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def garbage(tree: Tree) -> Iterator[Figure]:
    """Send WebSocket messages that mean nothing, and requests that are none."""
    with tree.serve() as site:
        before = site.log().count("\n")
        for _ in range(0, GARBAGE, _ABREAST):
            at_once(_ABREAST, lambda number: _babble(site))
        messages = _settled(site) - before
        for _ in range(0, GARBAGE, _ABREAST):
            at_once(_ABREAST, lambda number: _bad_request(site, number))
        requests = _settled(site) - before - messages
        answered = get(site.address)[0] == 200
    yield Figure(
        f"lines that {GARBAGE} garbage messages leave in the log",
        f"{messages}",
        messages <= 10,
        "at most 10",
    )
    yield Figure(
        f"lines that {GARBAGE} bad requests leave", f"{requests}", requests <= 10, "at most 10"
    )
    yield Figure("the page answers after all", "yes" if answered else "no", answered, "yes")


def _babble(site: Site) -> None:
    with suppress(WebSocketException, OSError, TimeoutError):
        with connect(
            f"ws://{urlsplit(site.address).netloc}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=site.address,
            proxy=None,
        ) as connection:
            connection.send(os.urandom(200))
            while True:  # until the page closes it
                connection.recv(timeout=2)


def _bad_request(site: Site, number: int) -> None:
    """Send one of four kinds: no HTTP at all, a bad header, an upload to nobody, a bad path."""
    place = urlsplit(site.address)
    raw = (
        os.urandom(100) + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"PUT /_stcore/upload_file/nobody/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nnone",
        b"GET /media/%00%ff/../../x HTTP/1.1\r\nHost: page\r\nConnection: close\r\n\r\n",
    )[number % 4]
    with suppress(OSError, http.client.HTTPException):
        with socket.create_connection((place.hostname, place.port), timeout=5) as opened:
            opened.sendall(raw)
            opened.settimeout(1)
            opened.recv(65536)


def _settled(site: Site) -> int:
    """Return the lines of the log, once no more come."""
    lines = -1
    while lines != (now := site.log().count("\n")):
        lines = now
        time.sleep(1)
    return lines
