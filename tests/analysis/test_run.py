"""`analyse`: the run of an analysis."""

import pytest

from dreamlab.analysis import Findings, named
from dreamlab.analysis.run import analyse
from dreamlab.errors import DreamError
from tests.support.tiny import picture, tiny_network

SHORT = {"layers": ["second"], "amount": 0.01, "precision": "float32"}


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def test_names_and_keywords_are_taken_as_the_analysis_and_its_settings_are(network):
    image = picture(40, 50)
    atlas = named("atlas")
    whole = analyse(atlas, image, network, atlas.settings.from_dict(SHORT))
    findings = analyse("atlas", image, network, **SHORT)
    assert isinstance(findings, Findings)
    assert (findings.settings, findings.items) == (whole.settings, whole.items)


def test_settings_are_taken_as_a_dict_and_changed_by_keywords(network):
    image, whole = picture(40, 50), analyse("atlas", picture(40, 50), network, **SHORT)
    assert analyse("atlas", image, network, SHORT).settings == whole.settings
    own = named("atlas").settings.from_dict({**SHORT, "amount": 0.3})
    for settings in (own, own.to_dict()):
        findings = analyse("atlas", image, network, settings, amount=0.01)
        assert (findings.settings, findings.items) == (whole.settings, whole.items)


def test_a_picture_is_scaled_down_to_the_settings_side(network):
    findings = analyse("atlas", picture(80, 100), network, **SHORT, max_side=50)
    assert findings.items == analyse("atlas", picture(80, 100), network, **SHORT, max_side=50).items
    assert findings.settings["max_side"] == 50


def test_it_saves_and_shows_itself(network, tmp_path):
    findings = analyse("atlas", picture(40, 50), network, **SHORT)
    names = findings.save(tmp_path)
    assert {"atlas.json", "atlas.csv", "atlas.png", "report.html"} <= set(names)
    assert all((tmp_path / name).is_file() for name in names)
    page = findings._repr_html_()
    assert page.startswith("<iframe srcdoc=")
    assert "&lt;h2&gt;Layer atlas" in page
    (table,) = findings.tables()
    assert table.rows[0][0] == "second"
    assert "complete" in repr(findings)


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (("atlsa",), {}, "unknown analysis 'atlsa'; choose from atlas"),
        (("atlas",), {"amout": 1}, "unknown setting 'amout': did you mean amount?"),
        (("atlas",), {"settings": 5}, "settings are 5; give AtlasSettings of atlas, or a dict"),
        (("atlas",), {"settings": named("where").settings()}, "give AtlasSettings of atlas"),
        (("atlas",), {"settings": {"amout": 1}}, "unknown setting 'amout': did you mean amount?"),
        (("atlas",), {"settings": {1: 2}}, "unknown setting 1"),
        (("similarity",), {}, "a single picture is given; give a folder or a list of pictures"),
        (("atlas", None), {}, "atlas needs a picture; give one"),
    ],
)
def test_what_cannot_be_is_one_sentence(network, arguments, options, sentence):
    name, *rest = arguments
    image = rest[0] if rest else picture(40, 50)
    with pytest.raises(DreamError) as error:
        analyse(name, image, network, **options)
    assert sentence in str(error.value)
