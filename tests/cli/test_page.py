"""The command that serves the page; that it serves is tested with the package."""

import os
import runpy
import socket
import sys
from pathlib import Path

import pytest

from dreamlab.cli import page
from dreamlab.cli.main import main
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError, needed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(monkeypatch):
    """Catches what would be started."""
    commands = []
    monkeypatch.setattr(sys, "argv", ["dreamlab"])
    monkeypatch.setattr(
        runpy, "run_module", lambda module, **_: commands.append([module, *sys.argv[1:]])
    )
    return commands


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_host_and_port_are_handed_on(started):
    port = free_port()
    assert main(["page", "--port", str(port), "--host", "127.0.0.1"]) == 0
    where = ["--server.address", "127.0.0.1", "--server.port", str(port)]
    assert started == [["streamlit", "run", str(ROOT / "app.py"), *where]]


def test_it_listens_on_this_machine_alone_unless_told(started):
    assert main(["page", "--port", str(free_port())]) == 0
    assert started[0][4] == "localhost"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "0"], "port is 0; choose 1 to 65535"),
        (["--port", "65536"], "port is 65536; choose 1 to 65535"),
        (["--host", "nowhere.invalid"], "the page cannot listen on nowhere.invalid, port 8501"),
    ],
)
def test_where_it_cannot_listen_is_one_line(options, sentence, started, capsys):
    assert main(["page", *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert not started


def test_a_port_that_is_taken_is_one_line(started, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["page", "--host", "127.0.0.1", "--port", str(port)]) == 2
    assert f"port {port}: address already in use" in capsys.readouterr().err


@pytest.fixture
def variables(monkeypatch):
    """The variables of the owner's networks, put back at the end."""
    for name in ("DREAMLAB_MODELS", "DREAMLAB_INPUT_RANGE"):
        monkeypatch.setenv(name, "")
    return os.environ


def test_the_folder_of_networks_is_handed_on(started, variables, tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.keras").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    options = ["--models", "own", "--input-range", "-1, 1"]
    assert main(["page", "--port", str(free_port()), *options]) == 0
    assert len(started) == 1
    assert variables["DREAMLAB_MODELS"] == str(tmp_path / "own")
    assert DeploymentSettings.from_environment().input_range == "-1,1"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--models", "absent"], "the networks' folder 'absent' cannot be read (no such file or d"),
        (["--models", "."], "the networks' folder '.' has no .keras or .h5 file: save one there"),
        (["--input-range", "0,1"], "input_range is '0,1', which is for networks of your own: name"),
        (["--models", "own", "--input-range", "0..1"], "input_range is '0..1'; choose 0,255, 0,1"),
    ],
)
def test_networks_that_cannot_be_offered_are_one_line(
    options, sentence, started, variables, tmp_path, monkeypatch, capsys
):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.keras").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert main(["page", "--port", str(free_port()), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert not started


def test_a_script_that_is_gone_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "__file__", str(tmp_path / "dreamlab" / "cli" / "page.py"))
    with pytest.raises(DreamError, match="is missing; install dreamlab again"):
        page.script()


def test_what_is_not_installed_is_one_sentence():
    needed("numpy", extra="page")
    with pytest.raises(DreamError, match=r"no_such_thing is not installed: .*'dreamlab\[page\]'$"):
        needed("numpy", "no_such_thing", extra="page")
    with pytest.raises(DreamError, match=r"'dreamlab\[cpu\]', or 'dreamlab\[gpu\]'"):
        needed("no_such_thing", extra="cpu")
