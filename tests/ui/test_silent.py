"""The page marks what does not answer to the picture."""

import dataclasses
import json

import pytest

from tests.support import fake_findings
from tests.support.fake_backend import open_page, sound, words
from tests.support.panel import SETUP, open_panel, run_to_end

DEAD = "block5_conv2"


@pytest.fixture
def page(monkeypatch, fake):
    return open_page(monkeypatch, fake, setup=SETUP.encode())


def silence(monkeypatch, analysis, **values):
    """Have the layers whose values are given find these instead of figures."""
    found = fake_findings._FOUND[analysis]

    def with_silence(task):
        return [
            dataclasses.replace(item, values=item.values | values.get(item.values["layer"], {}))
            for item in found(task)
        ]

    monkeypatch.setitem(fake_findings._FOUND, analysis, with_silence)


def charts(page):
    """The specification of each chart of the analysis, by its title."""
    found = {chart.proto.alt: json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")}
    return {title: spec for title, spec in found.items() if "Loss at" not in title}


def test_a_silent_layer_is_named_above_its_pictures_and_in_the_charts(monkeypatch, page, fake):
    silence(monkeypatch, "robustness", **{DEAD: {"ssim": None, "shift": None}})
    run_to_end(open_panel(page, "robustness"), fake, "robustness")
    assert f"No answer to this picture: {DEAD}." in words(page)
    for spec in charts(page).values():
        assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == [
            "block2_conv2",
            f"{DEAD} (no answer)",
        ]


def test_a_chart_without_figures_is_a_sentence(monkeypatch, page, fake):
    none = {"ssim": None, "shift": None}
    silence(monkeypatch, "robustness", **{DEAD: none, "block2_conv2": none})
    run_to_end(open_panel(page, "robustness"), fake, "robustness")
    assert charts(page) == {}
    sentence = f"No figures: block2_conv2 (no answer), {DEAD} (no answer)."
    assert words(page).count(sentence) == 4


def test_a_silent_row_of_a_heat_map_is_marked(monkeypatch, page, fake):
    silence(monkeypatch, "excitation", **{DEAD: {"moved": None}})
    run_to_end(open_panel(page, "excitation"), fake, "excitation")
    (spec,) = charts(page).values()
    rows = spec["layer"][0]["encoding"]["y"]["sort"]
    assert [row for row in rows if "no answer" in row] == [f"{DEAD} (no answer)"]


def test_a_silent_row_of_a_table_is_marked(monkeypatch, page, fake):
    silence(monkeypatch, "atlas", **{DEAD: dict.fromkeys(("steps", "moved", "last_loss"))})
    run_to_end(open_panel(page, "atlas"), fake, "atlas")
    (frame,) = [frame.value for frame in page.dataframe if "moved" in frame.value]
    marked = frame[frame["layer"] == f"{DEAD} (no answer)"]
    assert len(marked) == 1 and marked["moved"].isna().all()


def test_what_is_silent_is_not_balanced(monkeypatch, page, fake):
    found = fake_findings._FOUND["attribution"]

    def with_silence(task):
        items = found(task)
        for item in items:
            item.values["norms"][DEAD] = item.values["losses"][DEAD] = 0.0
        return items

    monkeypatch.setitem(fake_findings._FOUND, "attribution", with_silence)
    run_to_end(open_panel(page, "attribution"), fake, "attribution")
    assert f"No answer to this picture: {DEAD}." in words(page)
    assert "Balanced weights: block2_conv2 0.5" in words(page)
    sound(page.button(key="attribution.vgg16.balance").click().run())
    first = page.session_state["variants"][0]
    weights = [page.session_state[f"v{first}.weight.{name}"] for name in ("block2_conv2", DEAD)]
    assert weights == [0.5, 1.5]
