"""The WebSocket takes what the page says, and nothing else."""

import asyncio
from contextlib import closing

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed

from dreamlab.ui.messages import (
    FILE_SECONDS,
    MOST_BYTES,
    MOST_FILES,
    MOST_ITEMS,
    MOST_UNREAD,
    Messages,
)
from tests.support import strangers
from tests.support.jobs import PRELOAD, until
from tests.support.server import Server
from tests.support.visitor import Visitor, get


class Socket:
    """A WebSocket, and what is heard behind it of what is said to it."""

    def __init__(self, *said):
        self.said = [{"type": "websocket.receive", **message} for message in said]
        self.said.append({"type": "websocket.disconnect", "code": 1000})
        self.heard, self.sent = [], []

    async def receive(self):
        return self.said.pop(0)

    async def send(self, message):
        self.sent.append(message)

    async def app(self, scope, receive, send):
        while not self.heard or self.heard[-1]["type"] != "websocket.disconnect":
            self.heard.append(await receive())

    def run(self):
        asyncio.run(Messages(self.app)({"type": "websocket"}, self.receive, self.send))
        return [message.get("bytes", message.get("code")) for message in self.heard]


def data(**message):
    return {"bytes": BackMsg(**message).SerializeToString()}


def test_what_the_page_says_passes():
    said = data(app_heartbeat=True), data(stop_script=True), data(rerun_script=ClientState())
    assert Socket(*said).run() == [message["bytes"] for message in said] + [1000]


def test_what_is_for_developers_is_passed_over():
    beat = data(app_heartbeat=True)
    others = data(clear_cache=True), data(load_git_info=True), data(set_run_on_save=True)
    socket = Socket(*others, beat, data(debug_shutdown_runtime=True))
    assert socket.run() == [beat["bytes"], 1000] and not socket.sent


@pytest.mark.parametrize("said", [{"text": "hello"}, {"bytes": b""}, {"bytes": b"\xff" * 20}])
def test_what_is_no_message_ends_it(said):
    socket = Socket(said, data(app_heartbeat=True))
    assert socket.run() == [1002]
    assert socket.sent == [{"type": "websocket.close", "code": 1002}]


def of_files(count):
    """A request for the addresses of so many uploads."""
    message = BackMsg()
    message.file_urls_request.request_id = "one"
    message.file_urls_request.file_names.extend([""] * count)
    return {"bytes": message.SerializeToString()}


def of_widgets(count):
    message = BackMsg()
    for number in range(count):
        message.rerun_script.widget_states.widgets.add(id=str(number))
    return {"bytes": message.SerializeToString()}


def of_hashes(count):
    return data(rerun_script=ClientState(cached_message_hashes=[""] * count))


def of_bytes(count):
    empty = len(data(rerun_script=ClientState(query_string="a" * count))["bytes"]) - count
    return data(rerun_script=ClientState(query_string="a" * (count - empty)))


@pytest.mark.parametrize(
    ("message", "most"),
    [(of_widgets, MOST_ITEMS), (of_hashes, MOST_ITEMS), (of_bytes, MOST_BYTES)],
)
def test_a_message_of_too_many_parts_ends_it(message, most):
    assert Socket(message(most)).run() == [message(most)["bytes"], 1000]
    assert Socket(message(most + 1)).run() == [1009]


def test_addresses_for_too_many_files_are_refused_in_a_sentence():
    beat = data(app_heartbeat=True)
    assert Socket(of_files(MOST_FILES)).run() == [of_files(MOST_FILES)["bytes"], 1000]
    socket = Socket(of_files(MOST_FILES + 1), beat)
    assert socket.run() == [beat["bytes"], 1000]
    [sent] = socket.sent
    told = ForwardMsg.FromString(sent["bytes"]).file_urls_response
    assert (sent["type"], told.response_id) == ("websocket.send", "one")
    assert told.error_msg == "1,001 files are too many at a time: give at most 1,000, or a ZIP"


def test_addresses_for_files_come_so_many_a_second(monkeypatch):
    waits, sleep = [], asyncio.sleep

    def slept(seconds):
        waits.append(seconds)
        return sleep(0)

    monkeypatch.setattr("dreamlab.ui.messages.asyncio.sleep", slept)
    Socket(of_files(200), of_files(1000), data(app_heartbeat=True)).run()
    assert waits == [200 * FILE_SECONDS, 1000 * FILE_SECONDS, 0]


def test_who_does_not_read_is_not_heard():
    said = [{"type": "websocket.receive", **data(app_heartbeat=True)}] * (3 * MOST_UNREAD)
    heard = []

    async def main():
        reads = asyncio.Event()

        async def receive():
            return said.pop()

        async def send(message):
            await reads.wait()

        async def app(scope, receive, send):
            telling = asyncio.create_task(send({"type": "websocket.send", "bytes": b"a"}))
            await asyncio.sleep(0)
            hearing = asyncio.create_task(hear(receive))
            for _ in range(100):
                await asyncio.sleep(0)
            assert len(heard) == MOST_UNREAD
            reads.set()
            await asyncio.gather(telling, hearing)

        async def hear(receive):
            while said:
                heard.append(await receive())

        await Messages(app)({"type": "websocket"}, receive, send)

    asyncio.run(main())
    assert len(heard) == 3 * MOST_UNREAD


@pytest.mark.slow
def test_nobody_clears_the_caches_of_others(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    log = tmp_path / "log"
    with closing(Server(log)) as served:
        served.wait()
        until(lambda: get(f"{served.address}/_stcore/health")[0] == 200)
        with strangers.talking(served.address) as stranger:
            stranger.send(data(clear_cache=True)["bytes"])
            stranger.send(data(load_git_info=True)["bytes"])
            stranger.send(b"\xff" * 20)
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    stranger.recv(timeout=10)
            assert closed.value.rcvd.code == 1002
        with closing(Visitor(served.address)) as visitor:
            visitor.draw()
            until(lambda: get(f"{served.address}/_stcore/health")[0] == 200)
        children = psutil.Process(served.pid).children(recursive=True)
        clusters = ["dreamlab.jobs.cluster_process" in child.cmdline() for child in children]
        assert sum(clusters) == 1  # the page has started no other
    assert "3 messages that are not the page's" in log.read_text()
