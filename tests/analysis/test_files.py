import numpy as np
import pytest

from dreamlab.analysis import Findings, Item
from dreamlab.analysis import files as module
from dreamlab.analysis.catalogue import heading
from dreamlab.analysis.files import file_of, sheet
from dreamlab.analysis.report import report
from dreamlab.images import Picture
from tests.support.separability import layer, said


@pytest.mark.parametrize(
    "model, name",
    [
        ("efficientnet_lite0", "atlas_efficientnet_lite0.zip"),
        ("vgg16:untrained", "atlas_vgg16_untrained.zip"),
        ("my.net", "atlas_my.net.zip"),
        ("hf://keras/some", "atlas_hf___keras_some.zip"),
    ],
)
def test_a_file_of_several_networks_names_its_own(model, name):
    assert file_of("atlas.zip", model) == name


def findings(model: str) -> Findings:
    picture = Picture(np.full((32, 32, 3), 90, np.uint8))
    items = (Item("stem", "stem", {"layer": "stem"}, picture),)
    return Findings("atlas", {}, model, "0" * 64, items, complete=True, seconds=1.0)


def test_the_heading_names_all_networks_that_had_their_turn():
    other = layer(network="vgg16:untrained")
    assert heading(said()) == "Separability of VGG16"
    assert heading(said(layer(), other)) == "Separability of VGG16 and VGG16, untrained"
    assert b"Networks: vgg16, vgg16:untrained; " in report([said(layer(), other)])
    assert b"Network: vgg16; " in report([said(layer())])


def test_a_long_table_is_folded_away_in_the_report():
    def shown(count):
        text = report([said(*(layer(layer=f"a{at}") for at in range(count)))]).decode()
        return text.partition("<details")[0]

    assert "All figures of all layers" in shown(40)
    assert "All figures of all layers" not in shown(41)


@pytest.mark.parametrize(
    "model, words",
    [
        ("efficientnet_lite0", "Layer atlas of EfficientNet-Lite0"),
        ("vgg16:untrained", "Layer atlas of VGG16, untrained"),
        ("mine.keras", "Layer atlas of mine.keras"),
    ],
)
def test_the_heading_names_analysis_and_network(monkeypatch, model, words):
    assert heading(findings(model)) == words
    titles, real = [], module.contact_sheet

    def spy(items, *, title, **options):
        titles.append(title)
        return real(items, title=title, **options)

    monkeypatch.setattr(module, "contact_sheet", spy)
    assert sheet(findings(model)).startswith(b"\x89PNG")
    assert titles == [words]
