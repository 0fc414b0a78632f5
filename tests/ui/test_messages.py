"""The WebSocket takes what the page says, and nothing else."""

from contextlib import closing

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from dreamlab.ui.messages import is_of_page
from tests.support import strangers
from tests.support.jobs import PRELOAD
from tests.support.server import Server
from tests.support.visitor import Visitor


def test_what_the_page_says_passes():
    rerun, beat = BackMsg(), BackMsg(app_heartbeat=True)
    rerun.rerun_script.query_string = "a=1"
    assert is_of_page(rerun.SerializeToString()) and is_of_page(beat.SerializeToString())
    assert is_of_page(BackMsg(stop_script=True).SerializeToString())


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"\xff" * 20,
        BackMsg(clear_cache=True).SerializeToString(),
        BackMsg(load_git_info=True).SerializeToString(),
        BackMsg(set_run_on_save=True).SerializeToString(),
        BackMsg(debug_shutdown_runtime=True).SerializeToString(),
    ],
)
def test_anything_else_does_not(data):
    assert not is_of_page(data)


@pytest.mark.slow
def test_nobody_clears_the_caches_of_others(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    log = tmp_path / "log"
    with closing(Server(log)) as served:
        served.wait()
        for message in (BackMsg(clear_cache=True), BackMsg(load_git_info=True)):
            with strangers.talking(served.address) as stranger:
                stranger.send(message.SerializeToString())
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        stranger.recv(timeout=10)
                assert closed.value.rcvd.code == 1002
        with closing(Visitor(served.address)) as visitor:
            visitor.draw()
    assert "2 messages that are not the page's" in log.read_text()
