"""The README's Dockerfile, step by step in a folder, as far as that goes without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.support.jobs import until
from tests.support.server import ROOT, free_port
from tests.support.visitor import get

README = (ROOT / "README.md").read_text("utf-8")


def block(kind):
    """Return the only block of that kind in the README."""
    (text,) = re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    return text


def steps():
    """Return the instructions with their arguments, in order."""
    lines = re.sub(r"\\\n\s*", "", block("dockerfile")).splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if not line.startswith("#")]


def only(instruction):
    (argument,) = [argument for name, argument in steps() if name == instruction]
    return argument


def test_its_python_is_one_that_the_project_runs_on():
    version = re.fullmatch(r"python:([\d.]+)-slim", only("FROM"))[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert version in SpecifierSet(project["requires-python"])


def test_a_space_looks_at_its_port():
    front = dict(line.split(": ") for line in block("yaml").strip().splitlines()[1:-1])
    assert front["sdk"] == "docker"
    assert front["app_port"] == only("EXPOSE") == "8501"


@pytest.mark.slow
@pytest.mark.waits
def test_its_commands_serve_a_healthy_page(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    port = str(free_port())
    environment = {"HOME": str(home), "TMPDIR": str(tmp_path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    for name, argument in steps():
        if name == "COPY":
            source, target = argument.removeprefix("--chown=1000 ").split()
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, home / target)
        elif name == "RUN" and not argument.startswith("useradd"):
            subprocess.run(["sh", "-c", argument], cwd=home, env=environment, check=True)
        elif name == "ENV":
            environment |= dict([argument.split("=", 1)])

    def is_healthy():
        command = json.loads(only("HEALTHCHECK").partition("CMD ")[2].replace("8501", port))
        done = subprocess.run(command, cwd=home, env=environment, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    assert not is_healthy()
    command = json.loads(only("CMD"))
    page = subprocess.Popen([*command, "--server.port", port], cwd=home, env=environment)
    try:
        until(lambda: page.poll() is not None or is_healthy(), 300)
        status, headers, _ = get(f"http://127.0.0.1:{port}/")
        assert status == 200
        assert "frame-ancestors 'self' https://huggingface.co" in headers["content-security-policy"]
    finally:
        page.terminate()
        page.wait(30)
        shutil.rmtree(home)
