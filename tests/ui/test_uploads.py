"""Uploads share the memory of the process: their bounds."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dreamlab.ui.session import uploads

MB = 2**20


@pytest.fixture(autouse=True)
def held(monkeypatch):
    """The bytes that sessions hold."""
    held = uploads.Counter()
    monkeypatch.setattr(uploads, "_held", lambda: held)
    return held


def room(session, size):
    with uploads.admitted(session, str(size)) as there_is:
        return there_is


def test_the_path_of_an_upload_names_its_session():
    assert uploads.session_of("/_stcore/upload_file/a-b/c") == "a-b"
    assert uploads.session_of("/under/_stcore/upload_file/a-b/c") == "a-b"
    assert uploads.session_of("/_stcore/health") is None


def test_a_session_has_room_for_one_full_set(held):
    assert room("a", 100 * MB)
    held["a"] = 60 * MB
    assert not room("a", 60 * MB)
    assert room("b", 60 * MB)


def test_what_is_on_its_way_counts_until_it_has_come(held):
    with uploads.admitted("a", str(60 * MB)) as first:
        assert first
        assert not room("a", 60 * MB)
    assert room("a", 60 * MB)


def test_an_upload_of_unknown_size_counts_as_the_largest(held):
    assert room("a", "")
    held["a"] = 1
    assert not room("a", "")


def test_all_sessions_together_are_bounded(held):
    held.update({name: 100 * MB for name in "ab"})
    assert room("c", 50 * MB)  # as much stays free
    assert not room("c", 60 * MB)


def test_full_sessions_shut_nobody_out(held):
    for number in range(5):  # strangers who take all they get
        taken = 0
        while room(str(number), MB):
            held[str(number)] += MB
            taken += 1
        assert taken == [101, 101, 50, 25, 13][number]
    assert room("a student", 6 * MB)


def test_files_that_are_read_are_let_go_and_others_stay(monkeypatch):
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    for session, name in (("a", "1"), ("a", "2"), ("b", "1")):
        manager.add_file(session, UploadedFileRec(name, "x.png", "image/png", b"x"))
    monkeypatch.setattr(uploads, "_manager", lambda: manager)
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: SimpleNamespace(session_id="a"))
    uploads.let_go([SimpleNamespace(file_id="1")])
    assert {session: list(files) for session, files in manager.file_storage.items()} == {
        "a": ["2"],
        "b": ["1"],
    }
