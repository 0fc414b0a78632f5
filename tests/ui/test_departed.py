"""What a closed tab held goes by a timer, though nobody else comes; a blip takes nothing."""

from contextlib import closing
from types import SimpleNamespace

import psutil
import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dreamlab.ui.session import uploads
from dreamlab.ui.session.departed import MOST_AWAY, Departed
from tests.support.flood import flood, picture
from tests.support.jobs import PRELOAD, until
from tests.support.server import Server
from tests.support.visitor import Visitor, get


class FakeServer:
    """The part of Streamlit's runtime that is used, with sessions by name."""

    def __init__(self):
        self.active, self.stored, self.closed = set(), set(), []
        self._session_mgr = self
        self._session_storage = MemorySessionStorage(maxsize=3)

    def list_sessions(self):
        names = self.active | self.stored
        return [SimpleNamespace(session=SimpleNamespace(id=name)) for name in names]

    def is_active_session(self, name):
        return name in self.active

    def close_session(self, name):
        self.closed.append(name)
        self.stored.discard(name)


@pytest.fixture
def manager(monkeypatch):
    """Where uploads are kept."""
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(uploads, "_manager", lambda: manager)
    return manager


def held(manager):
    return {name for name, files in manager.file_storage.items() if files}


def test_a_session_is_closed_once_it_is_away_for_its_time(manager):
    now, server = [0.0], FakeServer()
    departed = Departed(60.0, lambda: now[0])
    server.active = {"a", "b"}
    assert departed.look(server) == 0
    server.active, server.stored = {"a"}, {"b"}
    assert departed.look(server) == 0
    now[0] = 59.0
    assert departed.look(server) == 0
    server.active, server.stored = {"a", "b"}, set()  # it is back
    departed.look(server)
    now[0] = 100.0
    server.active, server.stored = {"a"}, {"b"}
    assert departed.look(server) == 0
    now[0] = 160.0
    assert departed.look(server) == 1
    assert server.closed == ["b"]
    assert departed.look(server) == 0


def test_an_upload_that_comes_after_its_session_goes_too(manager):
    now, server = [0.0], FakeServer()
    departed = Departed(60.0, lambda: now[0])
    manager.add_file("gone", UploadedFileRec("1", "x.png", "image/png", b"x"))
    server.active = {"here"}
    manager.add_file("here", UploadedFileRec("1", "x.png", "image/png", b"x"))
    departed.look(server)
    now[0] = 60.0
    departed.look(server)
    assert held(manager) == {"here"}


def test_streamlit_drops_no_session_that_is_not_closed(manager):
    server = FakeServer()
    Departed(60.0).look(server)
    sessions = [SimpleNamespace(session=SimpleNamespace(id=str(number))) for number in range(9)]
    for session in sessions:
        server._session_storage.save(session)
    assert server._session_storage.list() == sessions


def test_the_first_who_left_are_closed_when_many_are_away(manager):
    now, server = [0.0], FakeServer()
    departed = Departed(60.0, lambda: now[0])
    server.stored = {"first", "second"}
    departed.look(server)
    now[0] = 1.0
    server.stored |= {str(number) for number in range(MOST_AWAY - 1)}
    assert departed.look(server) == 1
    assert server.closed in (["first"], ["second"])


@pytest.mark.slow
@pytest.mark.waits
def test_a_picture_goes_with_its_tab_and_survives_a_blip(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    monkeypatch.setenv("DREAMLAB_TAB_SECONDS", "6")
    with closing(Server(tmp_path / "log")) as served:
        served.wait()
        with closing(Visitor(served.address)) as visitor:
            visitor.draw()
            samples = set(visitor.media)
            assert visitor.upload(picture(200)) == 204
            visitor.show_upload()
            mine = visitor.media - samples
            assert mine and all(get(served.address + each)[0] == 200 for each in mine)
        with closing(Visitor(served.address, again=visitor)) as back:
            back.draw()  # a moment later, as a browser comes back
            assert back.session == visitor.session
            back.show_upload()
            assert all(get(served.address + each)[0] == 200 for each in mine)
        until(lambda: all(get(served.address + each)[0] == 404 for each in mine), 15)
        # A browser that comes back later names an upload that is gone.
        with closing(Visitor(served.address, again=visitor)) as late:
            late.draw()
            assert late.session != visitor.session
            late.show_upload()
        assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.slow
@pytest.mark.waits
def test_memory_is_given_back_after_a_flood(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    monkeypatch.setenv("DREAMLAB_TAB_SECONDS", "5")
    with closing(Server(tmp_path / "log")) as served:
        served.wait()
        seen = flood(served.address, served.pid, sessions=20, uploading=10)
        assert seen.taken + seen.refused == 30 and seen.taken >= 25
        assert seen.top > seen.before + 200
        if psutil.LINUX:
            assert seen.ratio <= 1.2
        assert psutil.pid_exists(served.pid)
