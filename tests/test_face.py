"""The face of the package: what ``import dreamlab`` gives, and what it costs."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dreamlab as dl
from dreamlab.analysis import Findings
from dreamlab.comparison.compare import Dreams
from dreamlab.models import Network

ROOT = Path(__file__).parents[1]


def test_it_costs_neither_tensorflow_nor_streamlit():
    code = (
        "import sys, dreamlab as dl\n"
        "assert dl.__version__ and set(dl.__all__) <= set(dir(dl))\n"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "dl.DreamConfig, dl.Film, dl.Recording, dl.record, dl.compare, dl.analyse, dl.load_image\n"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'pandas', 'dask'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_its_names_are_there_and_no_others():
    for name in dl.__all__:
        assert getattr(dl, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'dreamm'"):
        _ = dl.dreamm
    assert dl.dream.dream.__name__ == "dream"
    assert dl.analysis.named("atlas").name == "atlas"


def _public():
    """All that has a docstring of its own in the face: functions, classes and their methods."""
    for name in dl.__all__:
        thing = getattr(dl, name)
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing):
            yield name, thing
    for owner in (dl.DreamConfig, dl.Film, dl.Recording, Findings, Dreams, Network):
        yield owner.__name__, owner
        for name, member in vars(owner).items():
            if not name.startswith("_"):
                yield f"{owner.__name__}.{name}", member
    yield "dream.dream", dl.dream.dream
    yield "dream.Step", dl.dream.Step


@pytest.mark.parametrize("name", sorted({name for name, _ in _public()}))
def test_its_reference_says_what_goes_in_what_comes_out_and_what_is_raised(name):
    thing = dict(_public())[name]
    thing = getattr(thing, "__func__", getattr(thing, "fget", thing))
    text = inspect.getdoc(thing)
    if not callable(thing):
        return  # a field, told of in its class
    assert text, f"{name} has no docstring"
    assert text.split("\n\n")[0].endswith((".", ":")), name
    if inspect.isclass(thing):
        return
    parameters = [
        parameter
        for parameter in inspect.signature(thing).parameters
        if parameter not in ("self", "cls")
    ]
    for parameter in parameters:
        assert parameter in text, f"{name} says nothing of {parameter}"
    if "raise " in inspect.getsource(thing) or len(parameters) > 2:
        assert "Raises" in text or "raises" in text, f"{name} does not say what it raises"
    if any(parameter in ("picture", "image") for parameter in parameters):
        assert "H, W" in text or "0 to 255" in text, f"{name} gives no shape or range"


@pytest.mark.slow
def test_the_reference_is_made(tmp_path):
    command = [sys.executable, "-m", "tests.support.reference", tmp_path]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "does not resolve" not in ran.stderr
    page = (tmp_path / "dreamlab.html").read_text("utf-8")
    for name in set(dl.__all__) - {"__version__"}:
        kind = "class" if inspect.isclass(getattr(dl, name)) else "function"
        assert re.search(
            rf'<section id="{name}">\s*<(?:input[^>]*>\s*<)?div class="attr {kind}', page
        )
        assert "Parameters" in page


@pytest.mark.slow
def test_what_the_readme_promises_of_a_notebook(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)
    run = dl.record(picture, layers="block1_conv2", octaves=1, iterations=2)
    assert run._repr_html_().count("<img ") == 2
    assert "<svg" in run._repr_html_()
    assert run.final._repr_png_().startswith(b"\x89PNG")
    assert "block1_conv2" in repr(run)
    network = dl.load_model()
    assert network.name == "vgg16"
    assert "block5_conv3" in network._repr_html_()
