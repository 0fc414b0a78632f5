import contextlib
import http.server
import threading
import types
from urllib.parse import urlsplit

import pytest

from tests.load import __main__ as program
from tests.load import classroom, hostile, setups, sockets
from tests.load.guest import REFUSED, Card
from tests.load.row import Figure, Row, measured
from tests.load.rows import ROWS
from tests.load.tree import Tree
from tests.load.waiting import at_once, late, spread, until


def test_rows_have_names_of_their_own_and_say_what_they_do():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(row.does and row.name == row.name.strip().lower() for row in ROWS)


def test_a_row_that_breaks_off_keeps_its_figures_and_says_why():
    def measure(tree):
        yield Figure("first", "1")
        raise RuntimeError("there is\nno chromium")

    first, last = measured(Row("x", "it breaks", measure), Tree())
    assert first.value == "1" and last.good is False
    assert last.value == "could not be measured: RuntimeError: there is no chromium"


@pytest.mark.parametrize("good, status", [(True, 0), (None, 0), (False, 1)])
def test_the_program_writes_its_table_and_ends_by_it(monkeypatch, tmp_path, capsys, good, status):
    row = Row("knock", "somebody knocks", lambda tree: iter([Figure("heard", "yes", good)]))
    quiet = Row("wait", "nobody knocks", lambda tree: iter([Figure("heard", "no")]), quiet=True)
    monkeypatch.setattr(program, "ROWS", (quiet, row))
    out = tmp_path / "table.md"
    assert program.main(["--out", str(out)]) == status
    assert capsys.readouterr().out.strip() == out.read_text("utf-8").strip()
    assert "| knock: somebody knocks | heard |" in out.read_text("utf-8")


def test_only_the_version_that_is_served_here_decides(monkeypatch, tmp_path, capsys):
    good = {tmp_path.resolve(): False}
    row = Row(
        "knock",
        "somebody knocks",
        lambda tree: iter([Figure("heard", tree.root.name, good.get(tree.root, True))]),
    )
    monkeypatch.setattr(program, "ROWS", (row,))
    assert program.main(["--against", str(tmp_path), "--only", "knock"]) == 0
    assert f"✗ {tmp_path.name}" in capsys.readouterr().out


def test_setups_are_read_by_the_page():
    comparison = pytest.importorskip("dreamlab.comparison.comparison").Comparison
    first, second = (comparison.decode(setups.small(number)) for number in (0, 29))
    assert len(first.variants) == classroom.DREAMS and first.max_side == 160
    assert first.configs()[0].step != second.configs()[0].step
    assert comparison.decode(setups.QUICK).configs()[0].iterations == 3


def test_the_hostile_picture_has_its_scans():
    few, many = (hostile.hostile_jpeg(64, scans) for scans in (0, 7))
    assert many.count(b"\xff\xda") - few.count(b"\xff\xda") == 7


def card(text="", *buttons, shown=False):
    return Card("job", shown, text, buttons)


def test_cards_are_read():
    waiting = card("Waiting, number 3 in line · starts in about 2 min 5 s", "Cancel")
    assert waiting.waits and waiting.active and not waiting.done and waiting.forecast == 125
    assert card("Waiting · starts in about 2 min", "Cancel").forecast == 120
    assert card("Waiting · starts in about 8 s", "Cancel").forecast == 8
    assert card("Waiting", "Cancel").forecast is None
    assert not card("Octave 2 of 3 · step 1", "Before and after", "Cancel").done
    assert card("160 × 106 px · loss 1 → 2", "Before and after").done
    assert not card("Stopped in octave 2", "Before and after").done
    assert not card("its worker died 2 times", "Before and after").done
    assert REFUSED.search("V0 was not sent off: the queue is full: 40 dreams are waiting.")


def test_waiting_and_figures_in_words():
    assert until(lambda: True, 1) < 1
    with pytest.raises(TimeoutError, match="not within 0 s"):
        until(lambda: False, 0)
    assert spread([1, 2, 9]) == "median 2.0 s, worst 9.0 s" and spread([]) == "none"
    assert late(range(101)) == 95
    seen = []
    at_once(3, seen.append)
    assert sorted(seen) == [0, 1, 2]
    with pytest.raises(ZeroDivisionError):
        at_once(2, lambda number: 1 // number)


class _Page(http.server.BaseHTTPRequestHandler):
    """A page that answers, and keeps what is half open until its time is over."""

    timeout = 0.5

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))

    def handle(self):
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, *parts):
        pass


@pytest.fixture
def tiny():
    """A tree whose page is a tiny server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site = types.SimpleNamespace(address=f"http://127.0.0.1:{server.server_port}")
    yield types.SimpleNamespace(serve=lambda **_: contextlib.nullcontext(site))
    server.shutdown()
    server.server_close()
    thread.join()


def test_half_open_requests_are_counted(monkeypatch, tiny):
    monkeypatch.setattr(sockets, "HALF_OPEN", 6)
    monkeypatch.setattr(sockets, "_WATCHED", 2)
    left, _ = sockets.half_open(tiny)
    assert left.value == "0 of 6" and left.good
    monkeypatch.setattr(_Page, "timeout", None)
    left, _ = sockets.half_open(tiny)
    assert left.value == "6 of 6" and left.good is False


def test_a_call_out_is_recorded():
    with sockets._silent_proxy() as (proxy, called):
        place = urlsplit(proxy)
        with sockets.socket.create_connection((place.hostname, place.port)):
            until(lambda: called, 5)
