"""The WebSocket takes what the page says, and nothing else."""

import asyncio
from contextlib import closing

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import ConnectionClosed

from dreamlab.ui.messages import Messages
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
