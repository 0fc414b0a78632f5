"""What the README says of the settings and the library is so."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dreamlab.config import PRESETS, DreamConfig
from dreamlab.config.base import specs
from dreamlab.config.deployment import DeploymentSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def spoken(name, spec):
    """A setting's default and range as the README writes them."""
    if name == "layers":
        return "", ""
    if name == "channels":
        return "all", ""
    words = {None: "never", "": "none", (): "none", False: "no"}
    if not isinstance(spec.default, float | int) or isinstance(spec.default, bool):
        default = words.get(spec.default, str(spec.default))
    else:
        default = str(spec.default)
    default = default.removesuffix(".0")
    return default, f"auto or {spec.range}" if default == "auto" and name == "tile" else spec.range


@pytest.mark.parametrize("name", specs(DreamConfig))
def test_the_table_of_settings(name):
    spec = specs(DreamConfig)[name]
    default, limits = spoken(name, spec)
    cells = ["", f"`{name}`", default, limits, spec.help, ""]
    row = "|".join(f" {cell} " if cell else " " for cell in cells).strip()
    assert row in README.splitlines()


@pytest.mark.parametrize("name", specs(DeploymentSettings))
def test_the_table_of_the_deployments_settings(name):
    spec = specs(DeploymentSettings)[name]
    if isinstance(spec.default, str):
        default = f"`{spec.default}`" if spec.default else "empty"
    else:
        default = f"`{spec.default:g}`"
    row = f"| `DREAMLAB_{name.upper()}` | {default} | {spec.help} |"
    assert row in README.splitlines()


def test_all_presets_are_named():
    named = set(re.findall(r"`([a-z0-9-]+)`", README.split("Presets, each")[1].split("##")[0]))
    assert named | {"layer2", "layer3"} == set(PRESETS)


def test_all_files_it_points_to_are_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).is_file(), target


def test_all_sections_it_points_to_are_there():
    text = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    sections = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
    assert len(set(sections)) == len(sections)
    for target in re.findall(r"\]\(#([^)]+)\)", README):
        assert target in sections, target


def run_example(number, folder):
    """Run a Python block of the README, on a small picture; the lines it prints."""
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[number]
    code = (
        code.replace('"dreamlab/', f'"{ROOT}/dreamlab/')
        .replace("=600", "=96")
        .replace("=300", "=96")
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_example_of_the_library_runs(tmp_path):
    last, loss = run_example(0, tmp_path)
    assert f"'octave': 2, 'height': {64}, 'width': {96}, 'iteration': 9" in last
    assert float(loss) > 0
    assert (tmp_path / "dream" / "progression.gif").read_bytes().startswith(b"GIF89a")
    assert (tmp_path / "atlas" / "report.html").is_file()


@pytest.mark.slow
def test_the_example_of_the_steps_runs(tmp_path):
    assert len(run_example(1, tmp_path)) == 20


@pytest.mark.slow
def test_the_example_of_networks_runs(tmp_path):
    moved, likeliest = run_example(2, tmp_path)
    assert np.abs(np.array(ast.literal_eval(moved)) - 0.2).max() < 1e-3
    assert "tiger cat" in likeliest
    assert (tmp_path / "both" / "2_lite_mixed_efficientnet_lite0" / "predictions.csv").is_file()


@pytest.mark.slow
def test_the_example_of_an_analysis_runs(tmp_path):
    said, line = run_example(3, tmp_path)
    assert said == "All moved the picture as far, by 0.1: block2_conv2 in 1 step."
    assert line.startswith("block2_conv2")
