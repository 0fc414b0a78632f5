"""Which layers say the same: figures, controls, refusals."""

import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.similarity import ANALYSIS, SimilaritySettings
from dreamlab.analysis.similarity_pictures import pictures_of
from dreamlab.analysis.similarity_words import _block
from dreamlab.dream import gram
from dreamlab.errors import DreamError
from dreamlab.images import to_pixels
from dreamlab.images.squares import middle_square
from dreamlab.layers import known_layers
from dreamlab.models import Network, load_model
from dreamlab.tasks.analysis_task import AnalysisTask
from tests.support.tiny import normalizing_model, picture, silenced, tiny_network

SHORT = {"crops": 64, "side": 32, "precision": "float32"}


def trained(network, name="tiny"):
    """The network, as one whose weights are no random ones."""
    return Network(name, network._graph.model, "0" * 64)


def found(network, image=None, resume_from=None, **values):
    settings = SimilaritySettings.from_dict(SHORT | values)
    second = load_model(settings.beside) if settings.beside else None
    steps = list(ANALYSIS.run(image, (network, second), settings, resume_from or {}, None))
    items = tuple(step.item for step in steps if step.item is not None)
    data = AnalysisData(
        "similarity", settings.to_dict(), network.name, network.weights, items, True, 1.0
    )
    return data, [step.fraction for step in steps]


@pytest.fixture(scope="module")
def alone():
    return found(trained(tiny_network()))


def test_it_is_in_the_catalogue():
    assert named("similarity") is ANALYSIS


def test_a_network_with_itself(alone):
    data, fractions = alone
    names = ["first", "second", "pool", "third"]
    assert [item.key for item in data.items] == names
    matrix = np.array([[item.values["cka"][name] for name in names] for item in data.items])
    np.testing.assert_allclose(np.diag(matrix), 1, atol=1e-9)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-9)
    for row, item in zip(matrix, data.items, strict=True):
        values = item.values
        assert values["partner"] != item.key
        assert values["best"] == max(
            figure for name, figure in zip(names, row, strict=True) if name != item.key
        )
        assert values["low"] <= values["best"] <= values["high"] <= 1
        assert 0 <= values["stays"] <= 1
        assert values["chance"] < values["chance_95"] < 0.5
        assert values["untrained"] < 1
        assert item.picture is None
        np.testing.assert_allclose(item.arrays["cka"], row, rtol=1e-6)
    assert fractions == sorted(fractions) and fractions[-1] == 1


def test_tables_and_sentence_say_the_figures(alone):
    data, _ = alone
    matrix, partners, depth = ANALYSIS.tables(data)
    assert (matrix.drawn, partners.drawn, depth.drawn) == ("cosines", "", "lines")
    assert matrix.rows[1][1] == data.items[1].values["cka"]["first"]
    assert partners.rows[0][:2] == ("first", data.items[0].values["partner"])
    assert [name for name, _ in depth.lines] == ["best", "untrained", "chance_95"]
    steps = {
        name: data.items[place].values["cka"][before]
        for place, (before, name) in enumerate(
            [("first", "second"), ("second", "pool"), ("pool", "third")], 1
        )
    }
    turn = min(steps, key=steps.get)
    said = ANALYSIS.sentence(data)
    assert said.startswith(f"In tiny, {turn} differs most from the layer before it, ")
    assert f"(CKA {steps[turn]:.2f})" in said and said.endswith(".")


def test_among_some_layers_it_is_not_said_that_one_comes_before_another():
    data, _ = found(trained(tiny_network()), layers=["first", "third"])
    said = ANALYSIS.sentence(data)
    assert said.startswith("In tiny, third differs most from the layer compared before it, first ")


def test_the_longest_block_by_hand():
    figures = [
        [1, 0.95, 0.2, 0.1],
        [0.95, 1, 0.92, 0.91],
        [0.2, 0.92, 1, 0.97],
        [0.1, 0.91, 0.97, 1],
    ]
    names = ["a", "b", "c", "d"]
    alike = {
        name: dict(zip(names, row, strict=True)) for name, row in zip(names, figures, strict=True)
    }
    assert _block(names, alike) == ("b", "d")
    alike["d"]["b"] = 0.5
    assert _block(names, alike) == ("a", "b")


@pytest.fixture
def own(tmp_path):
    """The file of a network that says what it is fed."""
    path = tmp_path / "own.keras"
    normalizing_model().save(path)
    return path


def test_copies_of_one_network_are_the_same(own):
    data, _ = found(load_model(own), beside=str(own))
    for item in data.items:
        assert item.values["cka"][item.key] == pytest.approx(1, abs=1e-6)
        assert item.values["best"] == pytest.approx(1, abs=1e-6)
        assert 0 < item.values["control"] <= 1.000001
    assert " of own.keras says most nearly what " in ANALYSIS.sentence(data)
    assert "own.keras (columns)" in ANALYSIS.tables(data)[0].title


def test_the_second_network_has_columns_of_its_own(own):
    data, _ = found(trained(tiny_network()), beside=str(own))
    assert [item.key for item in data.items] == ["first", "second", "pool", "third"]
    columns = [layer.name for layer in load_model(own).layers]
    assert all(list(item.values["cka"]) == columns for item in data.items)
    assert all(item.values["partner"] in columns for item in data.items)


def test_no_surplus_over_the_controls_is_said(own):
    """What the untrained twin says as well is nothing that was learnt."""
    data, _ = found(trained(tiny_network()), beside=str(own))
    for item in data.items:
        item.values["control"] = 1.0
    assert ANALYSIS.sentence(data).startswith("No layer of tiny is more like one of own.keras than")


def test_the_network_that_is_untrained_has_no_control():
    data, _ = found(tiny_network())
    assert all(item.values["untrained"] is None for item in data.items)
    assert "untrained" not in ANALYSIS.sentence(data)
    assert "untrained" not in ANALYSIS.tables(data)[2].columns


def test_a_silent_layer_has_no_figures():
    network = trained(silenced(tiny_network(), "third"))
    data, _ = found(network)
    last = data.items[-1]
    assert last.caption == "third · no answer"
    assert set(last.values["cka"].values()) == {None} and last.values["partner"] is None
    matrix = ANALYSIS.tables(data)[0]
    assert matrix.silent == ("third",)
    assert ANALYSIS.sentence(data)


def test_layers_that_are_all_silent_have_a_matrix_without_figures_alone():
    data, _ = found(trained(silenced(tiny_network(), "first", "second", "third")))
    (matrix,) = ANALYSIS.tables(data)
    assert matrix.empty and matrix.silent == ("first", "second", "pool", "third")
    assert ANALYSIS.sentence(data).startswith("No two layers were compared")


def test_one_layer_alone_has_no_partner():
    data, _ = found(trained(tiny_network()), layers=["second"])
    assert data.items[0].values["partner"] is None
    assert data.items[0].caption == "second · no other layer to compare"
    assert ANALYSIS.sentence(data).startswith("No two layers were compared")


def test_seeds_reproduce_and_kept_items_stay(alone):
    data, _ = alone
    again, _ = found(trained(tiny_network()))
    assert again.items == data.items
    other, _ = found(trained(tiny_network()), seed=1)
    assert other.items[0].values["cka"] != data.items[0].values["cka"]
    kept = {data.items[0].key: data.items[0]}
    resumed, _ = found(trained(tiny_network()), resume_from=kept)
    assert resumed.items[0] is data.items[0] and resumed.items == data.items
    everything = {item.key: item for item in data.items}
    resumed, fractions = found(trained(tiny_network()), resume_from=everything)
    assert resumed.items == data.items and len(fractions) == 4  # nothing is computed


def test_a_cancel_ends_it_at_once():
    settings = SimilaritySettings.from_dict(SHORT)
    steps = ANALYSIS.run(None, (tiny_network(), None), settings, {}, None)
    assert next(steps).item is None
    steps.close()
    assert next(steps, None) is None


def test_after_a_cancel_the_networks_that_were_done_are_not_looked_at_again(monkeypatch):
    network = trained(tiny_network())
    settings = SimilaritySettings.from_dict(SHORT)
    looked = []
    real = gram._features

    def features(of, *arguments):
        looked.append(of.name)
        return real(of, *arguments)

    monkeypatch.setattr(gram, "_features", features)
    steps = ANALYSIS.run(None, (network, None), settings, {}, None)
    while network.name + ":untrained" not in looked:
        next(steps)
    steps.close()
    assert network.name in looked
    looked.clear()
    data, _ = found(network)
    assert looked and set(looked) == {network.name + ":untrained"}
    fresh, _ = found(trained(tiny_network()))
    assert data.items == fresh.items
    looked.clear()
    found(network, seed=1)  # other pictures
    assert network.name in looked


def test_given_pictures_are_compared_in_any_order():
    given = [picture(40 + seed % 3, 50, seed) for seed in range(64)]
    network = trained(tiny_network())
    first, _ = found(network, image=given)
    second, _ = found(network, image=given[::-1])
    for one, other in zip(first.items, second.items, strict=True):
        for name, figure in one.values["cka"].items():
            assert other.values["cka"][name] == pytest.approx(figure, abs=1e-5)
    assert first.items[0].values["pictures"] == 64


def test_their_middles_count():
    given = [picture(40, 60, seed) for seed in range(64)]
    pictures, (group,) = pictures_of(given, 256, 32, 0)
    assert np.array_equal(pictures[5], middle_square(to_pixels(given[5]), 32))
    assert group.tolist() == list(range(64))


def test_crops_are_compared_within_a_photograph():
    pictures, groups = pictures_of(None, 64, 32, 0)
    assert pictures.shape == (64, 32, 32, 3)
    assert [group.tolist() for group in groups] == [list(range(0, 64, 2)), list(range(1, 64, 2))]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (63, "64 pictures or more, and 63 are given: add some, or give none for crops"),
        (1025, "1025 pictures are too many; give 64 to 1024"),
        (0, "64 pictures or more, and 0 are given"),
    ],
)
def test_too_few_and_too_many_pictures_are_refused(given, sentence):
    pictures = [picture(4, 4, seed) for seed in range(given)]
    with pytest.raises(DreamError, match=sentence):
        pictures_of(pictures, 256, 32, 0)


def test_copies_do_not_count():
    same = [picture(32, 32)] * 70
    with pytest.raises(DreamError, match="and 70 are given, of which 1 differ: add some"):
        pictures_of(same, 256, 32, 0)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"crops": 63}, "crops is 63; choose 64 to 1024"),
        ({"side": 16}, "side is 16; choose 32 to 224"),
        ({"beside": "vgg17"}, "unknown model 'vgg17'; choose from vgg16, "),
        ({"beside": 3}, "beside is 3; give a network's name, or leave it empty"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(values, sentence):
    with pytest.raises(DreamError) as error:
        SimilaritySettings.from_dict(values)
    assert sentence in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("beside", ["", "vgg16:untrained", "own.keras", "hf://keras/vgg"])
def test_second_networks_are_on_offer_or_files(beside):
    assert SimilaritySettings(beside=beside).beside == beside


def test_a_side_that_a_network_does_not_take_is_one_sentence():
    settings = SimilaritySettings(beside="inception_v3")
    with pytest.raises(DreamError, match="side is 64; InceptionV3 needs 75 px or more: choose 75"):
        AnalysisTask(None, "similarity", settings).cost()


def test_the_work_is_that_of_each_network():
    layers = known_layers("vgg16")
    plans = [
        ANALYSIS.plan((300, 300), SimilaritySettings(**values), "vgg16", layers)
        for values in ({}, {"beside": "efficientnet_lite0"}, {"crops": 128})
    ]
    assert [len(plan) for plan in plans] == [2, 3, 2]
    pixels, operations = plans[0][0]
    assert pixels == 64 * 64 * 256
    assert operations > max(layer.operations for layer in layers if layer.name == "block5_conv3")
    assert len(ANALYSIS.plan((300, 300), SimilaritySettings(), "vgg16:untrained", layers)) == 1
