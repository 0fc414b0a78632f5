"""The notebook that is shipped runs from its first cell to its last."""

from pathlib import Path

import nbclient
import nbformat
import pytest

from dreamlab.config.presets import PRESETS_OF

TOUR = Path(__file__).parents[1] / "dreamlab" / "samples" / "tour.ipynb"


def test_it_goes_through_all_of_the_notebook_s_experiments():
    text = TOUR.read_text("utf-8")
    assert all(f'\\"{name}\\"' in text for name in PRESETS_OF["vgg16"])


def test_it_is_shipped_without_what_it_printed():
    notebook = nbformat.read(TOUR, 4)
    assert all(not cell.get("outputs") for cell in notebook.cells)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:(zmq|jupyter_client|nbclient)")
def test_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TOUR.parents[2]))
    notebook = nbformat.read(TOUR, 4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=180, resources=resources).execute()
    shown = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "execute_result"
    ]
    drawn = [output.data["text/html"] for output in shown if "text/html" in output.data]
    assert len(drawn) == 10
    assert sum(html.count("<img ") for html in drawn) == 21
    framed = [html for html in drawn if html.startswith("<iframe")]
    assert [html.count("&lt;img ") for html in framed] == [5, 7]  # the original and each finding
    assert [1 for output in shown if "image/gif" in output.data] == [1]
