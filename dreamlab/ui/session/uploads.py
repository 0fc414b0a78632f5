"""Uploads, which share the memory of the page's process: their bounds, and letting go of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

#: Most bytes of the uploads of a session, and of all sessions: a set of pictures, and three.
MOST_OF_SESSION = 101 * 2**20
MOST_OF_ALL = 3 * MOST_OF_SESSION

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")

#: Bytes that are on their way, and number of refused uploads, by session.
_coming, _refused = Counter[str](), Counter[str]()


def session_of(path: str) -> str | None:
    """Return the session that the path of an upload names; None for another path."""
    match = _PATH.search(path)
    return match[1] if match else None


@contextmanager
def admitted(session: str, length: str) -> Iterator[bool]:
    """Say whether there is room for an upload, and keep it while the upload comes.

    A session may hold as much as stays free after it, so that a few full ones shut nobody out.

    Parameters
    ----------
    session : str
        Name of its session.
    length : str
        Its bytes as its header says; without a number it counts as the largest.
    """
    size = int(length) if length.isdecimal() else MOST_OF_SESSION
    held = _held() + _coming
    mine, free = held[session], MOST_OF_ALL - held.total()
    room = min(MOST_OF_SESSION - mine, (free - mine) // 2)
    if size > room:
        # A session that is not there is refused further on.
        if runtime.exists() and runtime.get_instance().is_active_session(session):
            _refused[session] += 1
        yield False
        return
    _coming[session] += size
    try:
        yield True
    finally:
        _coming[session] -= size
        if not _coming[session]:
            del _coming[session]


def refused() -> int:
    """Return how many uploads of this session were refused since it was last asked."""
    context = get_script_run_ctx()
    return 0 if context is None else _refused.pop(context.session_id, 0)


def let_go(files: Iterable[UploadedFile]) -> None:
    """Drop files of this session, which Streamlit keeps as long as the session."""
    manager, context = _manager(), get_script_run_ctx()
    if manager is not None and context is not None:
        for file in files:
            manager.remove_file(context.session_id, file.file_id)


def sessions() -> set[str]:
    """Return the sessions of which uploads are kept, or counted as refused."""
    manager = _manager()
    return set(_refused) | (set() if manager is None else set(manager.file_storage))


def forget(session: str) -> None:
    """Drop all files of a session."""
    _refused.pop(session, None)
    if (manager := _manager()) is not None:
        manager.remove_session_files(session)


def _held() -> Counter[str]:
    """Return the bytes of the uploads of each session."""
    manager = _manager()
    if manager is None:
        return Counter()
    return Counter(
        {
            session: sum(len(file.data) for file in list(files.values()))
            for session, files in list(manager.file_storage.items())
        }
    )


def _manager() -> MemoryUploadedFileManager | None:
    manager = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    return manager if isinstance(manager, MemoryUploadedFileManager) else None
