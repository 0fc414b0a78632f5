"""Connections that bring no request end, slow ones that do bring it stay."""

import asyncio
import select
import time
from contextlib import ExitStack, closing

import psutil
import pytest

from dreamlab.ui.connection import HEAD_SECONDS, SLOWEST, STILL_SECONDS, Connection, Minded
from dreamlab.ui.connections import Connections, most_connections
from tests.support import strangers
from tests.support.jobs import PRELOAD
from tests.support.server import Server
from tests.support.visitor import Visitor, get


class Time:
    """A clock that is told what time it is."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Wire(asyncio.Transport):
    """A transport that only keeps what was done to it."""

    def __init__(self, address):
        self.address = address
        self.protocol = None
        self.ended = False
        self.unread = 0

    def get_extra_info(self, name):
        return {"peername": (self.address, 1)}[name]

    def get_protocol(self):
        return self.protocol

    def get_write_buffer_size(self):
        return self.unread

    def is_closing(self):
        return self.ended

    def abort(self):
        self.ended = True


class Site:
    """All connections of a server without a network."""

    def __init__(self, most=1000):
        self.clock = Time()
        self.all = Connections(most, self.clock)

    def open(self, address="10.0.0.1"):
        wire = Wire(address)
        connection = Connection(asyncio.Protocol(), self.clock, self.all.admit, self.all.drop)
        wire.protocol = connection
        connection.connection_made(wire)
        return connection, wire

    def look(self, after):
        self.clock.now += after
        self.all.look()


@pytest.fixture
def site():
    return Site()


def test_a_request_that_does_not_come_ends_the_connection(site):
    connection, wire = site.open()
    site.look(HEAD_SECONDS - 1)
    connection.data_received(b"GET / HT")  # a byte now and then is no request
    assert not wire.ended
    site.look(2)
    assert wire.ended and not len(site.all)


def test_a_request_that_is_answered_takes_its_time(site):
    connection, wire = site.open()
    connection.begin(body=False)
    site.look(1000)
    assert not wire.ended
    connection.begin(body=False)  # the next, sent before the answer
    connection.end()
    site.look(1000)
    assert not wire.ended
    connection.end()
    site.look(HEAD_SECONDS + 1)
    assert wire.ended


def test_a_body_that_stops_ends_the_connection(site):
    connection, wire = site.open()
    connection.begin(body=True)
    connection.data_received(bytes(10_000_000))
    site.look(STILL_SECONDS - 1)
    assert not wire.ended
    site.look(2)
    assert wire.ended


def test_a_body_that_trickles_ends_the_connection(site):
    connection, wire = site.open()
    connection.begin(body=True)
    for _ in range(int(STILL_SECONDS)):
        connection.data_received(b"x")
        site.look(1)
    assert not wire.ended
    connection.data_received(b"x")
    site.look(1)
    assert wire.ended


def test_100_mb_on_a_slow_line_come(site):
    connection, wire = site.open()
    connection.begin(body=True)
    for _ in range(800):  # 1 Mbit/s
        connection.data_received(bytes(125_000))
        site.look(1)
    assert not wire.ended
    connection.complete()
    site.look(1000)
    assert not wire.ended
    assert SLOWEST < 125_000 / 8


def test_an_answer_that_is_not_read_ends_the_connection(site):
    connection, wire = site.open()
    connection.begin(body=False)
    for left in range(100, 0, -1):  # read slowly
        wire.unread = left * 1000
        site.look(STILL_SECONDS / 2)
    assert not wire.ended
    site.look(STILL_SECONDS + 1)
    assert wire.ended


def test_a_web_socket_is_silent_as_long_as_it_likes(site):
    connection, wire = site.open()
    wire.protocol = object()
    site.look(10_000)
    assert not wire.ended and len(site.all) == 1
    wire.ended = True
    site.look(1)
    assert not len(site.all)


def test_one_address_cannot_keep_the_others_out():
    site = Site(most=10)
    crowd = [site.open("10.0.0.1")[1] for _ in range(10)]
    for number in range(3):
        _, wire = site.open(f"10.0.0.{number + 2}")
        assert not wire.ended
    assert [wire.ended for wire in crowd] == [True] * 3 + [False] * 7
    assert len(site.all) == 10


def test_one_who_has_many_addresses_cannot_keep_the_others_out():
    site = Site(most=10)
    visitors = [site.open("2001:db8:1:3::1")[1] for _ in range(3)]
    visitors += [site.open(f"::ffff:10.0.0.{number}")[1] for number in range(2)]
    crowd = [site.open(f"2001:db8:1:2::{number}")[1] for number in range(8)]
    assert not any(wire.ended for wire in visitors)
    assert [wire.ended for wire in crowd] == [True] * 3 + [False] * 5


def test_who_is_answered_stays_and_the_newest_of_the_crowd_goes():
    site = Site(most=4)
    opened = [site.open("10.0.0.1") for _ in range(4)]
    for connection, _ in opened:
        connection.begin(body=False)
    _, last = site.open("10.0.0.1")
    assert last.ended and not any(wire.ended for _, wire in opened)
    _, other = site.open("10.0.0.2")
    assert not other.ended
    assert [wire.ended for _, wire in opened] == [False, False, False, True]


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_NOFILE"), reason="the system does not say it")
def test_no_more_connections_than_files(monkeypatch):
    unbounded = psutil.RLIM_INFINITY
    for files, most in ((256, 156), (100, 1), (65536, 1000), (unbounded, 1000)):
        limits = files, files
        monkeypatch.setattr(psutil.Process, "rlimit", lambda _, what, limits=limits: limits)
        assert most_connections() == most


def test_a_connection_knows_its_requests_on_a_real_loop(monkeypatch):
    """A server of the loop, as uvicorn has it: the task of a request begins with its bytes."""
    seen = []

    async def app(scope, receive, send):
        (connection,) = site.all._open
        seen.append(connection.is_idle)
        await receive()
        seen.append(connection._body)

    class Answering(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            self.task = asyncio.get_running_loop().create_task(self.answer())

        async def answer(self):
            async def receive():
                return {"type": "http.request", "more_body": False}

            scope = {"type": "http", "headers": [(b"content-length", b"5")]}
            await Minded(app)(scope, receive, None)
            seen.append(next(iter(site.all._open)).is_idle)
            self.transport.close()

    site = Site()

    async def serve():
        loop = asyncio.get_running_loop()
        site.all.mind(loop)
        server = await loop.create_server(Answering, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello")
        await reader.read()
        writer.close()
        server.close()
        await server.wait_closed()

    asyncio.run(serve())
    assert seen == [False, None, True]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PRELOAD, "tests.support.fake_engine")
        log = tmp_path_factory.mktemp("served") / "log"
        with closing(Server(log)) as served:
            served.wait()
            yield served.address
        said = log.read_text()
        assert "Traceback" not in said
        assert "closed connections" in said and "uploads that broke off" in said


@pytest.mark.slow
@pytest.mark.waits
def test_half_open_requests_end_on_a_real_server(address):
    began = time.monotonic()
    with ExitStack() as stack:
        halves = [stack.enter_context(strangers.half_open(address)) for _ in range(200)]
        visitor = stack.enter_context(closing(Visitor(address)))
        visitor.draw()
        still = stack.enter_context(strangers.half_upload(address, visitor.session))
        assert get(address)[0] == 200  # others are served meanwhile
        for half in (*halves, still):
            assert strangers.ended(half, STILL_SECONDS + 20)
        assert time.monotonic() - began < STILL_SECONDS + 20
        assert visitor.draw() < 30  # its WebSocket is as it was
        assert visitor.upload(bytes(1000)) == 204


@pytest.mark.slow
@pytest.mark.waits
def test_a_slow_upload_comes_on_a_real_server(address):
    """An upload that takes longer than any of the times, at 20 kB a second."""
    with closing(Visitor(address)) as visitor:
        visitor.draw()
        parts = int(STILL_SECONDS) + 15
        with strangers.half_upload(address, visitor.session, size=parts * 20_000) as slow:
            for _ in range(parts):
                slow.sendall(bytes(20_000))
                assert not select.select([slow], [], [], 1.0)[0]  # the pace of the line
            slow.sendall(strangers.END)
            assert slow.recv(1000).startswith(b"HTTP/1.1 204")
