"""The package: built, installed into an empty environment, and used there as its users do."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest

import dreamlab
from dreamlab.config import read_settings

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
UV = Path(sys.executable).with_name("uv")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (made,) = folder.glob("*.whl")
    return made


class Environment:
    """An environment of its own, and commands that run in it with nothing of this checkout."""

    def __init__(self, folder):
        self.folder = folder
        self.variables = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder)}
        subprocess.run(
            [UV, "venv", "--quiet", "--python", sys.executable, folder / "env"], check=True
        )

    def install(self, *what):
        command = [UV, "pip", "install", "--quiet", "--python", self.folder / "env", *what]
        subprocess.run(command, check=True, env=os.environ)

    def dreamlab(self, *arguments, **options):
        return subprocess.run(
            [self.folder / "env" / "bin" / "dreamlab", *map(str, arguments)],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            **options,
        )


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The library and the command line without the page; TensorFlow for processors."""
    environment = Environment(tmp_path_factory.mktemp("installed"))
    environment.install(f"dreamlab[cpu] @ {wheel.as_uri()}")
    return environment


def test_the_wheel_holds_all_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "dreamlab").rglob("*")
        if path.is_file() and not {"__pycache__", "screenshots"} & set(path.parts)
    }
    expected |= {"dreamlab/page/app.py", "dreamlab/page/.streamlit/config.toml"}
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert wheel.stat().st_size < 45e6


def test_its_metadata(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    text = archive.read(name).decode()
    assert f"\nVersion: {dreamlab.__version__}\n" in text
    assert "\nRequires-Python: <3.14,>=3.11\n" in text
    assert set(re.findall(r"Provides-Extra: (\w+)", text)) == {"cpu", "gpu", "page", "hub"}
    plain = re.findall(r"Requires-Dist: ([\w-]+)[^;\n]*\n", text)
    assert set(plain) == {"imageio", "numpy", "pillow", "psutil", "tqdm"}


def test_the_pins_are_within_the_ranges():
    from packaging.requirements import Requirement

    pins = {}
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            pins[pin.name] = str(pin.specifier).removeprefix("==")
    extras = PROJECT["optional-dependencies"]
    ranges = [*PROJECT["dependencies"]]
    ranges += [text for name, extra in extras.items() if name != "hub" for text in extra]
    for wanted in map(Requirement, ranges):
        assert wanted.specifier.contains(pins.pop(wanted.name, None) or pins_of(wanted.name)), (
            wanted
        )
    assert pins == {}, "requirements.txt pins what no range asks for"


def test_the_pins_of_the_hub_are_within_its_ranges():
    from packaging.requirements import Requirement

    for wanted in map(Requirement, PROJECT["optional-dependencies"]["hub"]):
        pin = pins_of(wanted.name, "tests/requirements-hub.txt")
        assert wanted.specifier.contains(pin), wanted


def pins_of(name, file="requirements.txt"):
    """The pin of a requirement in a file, which several extras may ask for."""
    text = (ROOT / file).read_text("utf-8")
    return re.search(rf"^{re.escape(name)}==([\w.]+)", text, re.MULTILINE)[1]


def test_without_tensorflow_it_says_which_extra(wheel, tmp_path):
    bare = Environment(tmp_path)
    bare.install(wheel)
    assert bare.dreamlab("--version").stdout.strip() == f"dreamlab {dreamlab.__version__}"
    assert "block4_conv3" in bare.dreamlab("layers").stdout
    ran = bare.dreamlab("dream", ROOT / "dreamlab/samples/cat.png", "--out", "out")
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert "pip install 'dreamlab[cpu]'" in line
    assert "dreamlab[gpu]" in line


def test_a_small_dream_and_an_atlas(installed):
    cat = ROOT / "dreamlab/samples/cat.png"
    ran = installed.dreamlab(
        *("dream", cat, "--out", "dream", "--max-side", 96, "--octaves", 2, "--iterations", 2)
    )
    assert ran.returncode == 0, ran.stderr
    settings = read_settings(installed.folder / "dream" / "dream.png")
    assert settings["dreamlab"] == dreamlab.__version__
    assert settings["config"]["octaves"] == 2
    ran = installed.dreamlab(
        *("atlas", cat, "--out", "atlas", "--max-side", 64, "--layers", "block1_conv1")
    )
    assert ran.returncode == 0, ran.stderr
    assert (installed.folder / "atlas" / "report.html").is_file()


def test_without_the_page_it_says_which_extra(installed):
    ran = installed.dreamlab("page")
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert "pip install 'dreamlab[page]'" in line


def test_its_page_is_served_until_it_is_told_to_end(wheel, installed):
    installed.install(f"dreamlab[cpu,page] @ {wheel.as_uri()}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = installed.folder / "env" / "bin" / "dreamlab"
    page = subprocess.Popen(
        [program, "page", "--port", str(port)], cwd=installed.folder, env=installed.variables
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                health = f"http://localhost:{port}/_stcore/health"
                with urllib.request.urlopen(health, timeout=5) as answer:
                    assert answer.read() == b"ok"
                    # The page's own script was found, which puts this before all answers.
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                break
            except OSError:  # Not there yet, or busy: a fresh environment compiles first.
                assert page.poll() is None, "the page ended"
                assert time.monotonic() < deadline, "the page is not healthy"
                time.sleep(0.2)
    finally:
        page.send_signal(signal.SIGTERM)
        page.wait(30)
    assert not list(installed.folder.glob("dreamlab-node-*")), "the worker left its folder"
    shutil.rmtree(installed.folder / "env")
