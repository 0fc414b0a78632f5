import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamlab.comparison.comparison import MAX_ENCODED, Comparison
from dreamlab.comparison.variant import COMMON, Variant
from dreamlab.errors import DreamError
from tests.support.addresses import packed

MIXED = Comparison(
    variants=(
        Variant(name="One", layers={"block2_conv2": -2.5}, channels={"block2_conv2": [3, 1]}),
        Variant(
            name="Zwei & <b>",
            layers={"block4_conv3": 0.5, "block5_conv2": 1.5},
            overrides={"octaves": 2, "max_loss": 40.0},
        ),
    ),
    common={"iterations": 3, "seed": 7},
    source="galaxies",
    max_side=256,
    every=2,
)


def test_address_round_trip():
    assert Comparison.decode(MIXED.encode()) == MIXED


@pytest.mark.parametrize("background", ["auto", "white", "black", "grey"])
def test_a_background_travels_and_the_usual_one_takes_no_room(background):
    comparison = MIXED.replace(background=background)
    assert Comparison.decode(comparison.encode()).background == background
    assert (comparison.encode() == MIXED.encode()) == (background == "auto")
    with pytest.raises(DreamError, match="background is 'red'; choose from auto, white, black"):
        MIXED.replace(background="red")


def test_address_is_safe_in_a_query():
    assert set(MIXED.encode()) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def test_own_settings_lie_over_the_common_ones():
    first, second = MIXED.configs()
    assert (first.octaves, first.iterations, first.seed, first.max_loss) == (5, 3, 7, None)
    assert (second.octaves, second.iterations, second.max_loss) == (2, 3, 40.0)
    assert dict(first.layers) == {"block2_conv2": -2.5}
    assert first.channels["block2_conv2"] == (1, 3)


def test_moving_to_another_network_keeps_names_it_knows():
    moved, _ = MIXED.moved_to("vgg19")
    assert moved.model == "vgg19"
    assert moved.variants == MIXED.variants


@pytest.mark.parametrize("model", ["vgg16:untrained", "vgg19"])
def test_layers_that_stay_in_a_move_stay_without_the_guide(model):
    layers = {"block2_conv2": 1.0, "block5_conv2": 1.0}
    own = Variant(name="Own", layers=layers, unguided=["block5_conv2"])
    moved, _ = Comparison(variants=(own,)).moved_to(model)
    assert list(moved.variants[0].layers) == list(layers)
    assert moved.variants[0].unguided == ("block5_conv2",)
    further, _ = moved.moved_to("inception_v3")
    first, last = further.variants[0].layers
    assert further.variants[0].unguided == (last,) and first not in layers


def test_moving_to_another_network_takes_the_same_relative_depth():
    ends = Comparison(
        variants=(
            Variant(name="Ends", layers={"block1_conv1": 1.0, "block5_pool": 3.0}),
            Variant(name="Cut", layers={"block5_pool": 1.0}, channels={"block5_pool": [2]}),
        )
    )
    moved, _ = ends.moved_to("inception_v3")
    assert dict(moved.variants[0].layers) == {"mixed0": 1.0, "mixed10": 3.0}
    assert dict(moved.variants[1].channels) == {}


def test_a_variant_with_a_network_of_its_own_is_not_moved():
    own = Variant(name="own", model="efficientnet_lite0", layers={"block4c_add": 1.0})
    moved, said = MIXED.replace(variants=(own,)).moved_to("vgg19")
    assert moved.variants == (own,) and not said


def test_weights_that_cancel_out_after_a_move_are_set_anew():
    close = Variant(name="x", layers={"block1_conv1": 1.0, "block1_conv2": -1.0})
    moved, _ = Comparison(variants=(close,)).moved_to("inception_v3")
    assert dict(moved.variants[0].layers) in ({"mixed0": 1.0}, {"mixed0": 1.0, "mixed1": -1.0})


def changed(**values):
    return {**MIXED.to_dict(), **values}


VARIANT = {"name": "a", "layers": {"block2_conv2": 1.0}}


@pytest.mark.parametrize(
    "values",
    [
        [],
        None,
        {},
        changed(variants=[]),
        changed(variants=[VARIANT] * 7),
        changed(variants={"a": 1}),
        changed(variants=["a"]),
        changed(variants=[{"name": "a"}]),
        changed(variants=[{**VARIANT, "name": ""}]),
        changed(variants=[{**VARIANT, "name": "x" * 41}]),
        changed(variants=[{**VARIANT, "name": "a\u202eb"}]),
        changed(variants=[{**VARIANT, "name": 3}]),
        changed(variants=[{**VARIANT, "layers": {"no_such_layer": 1.0}}]),
        changed(variants=[{**VARIANT, "layers": {"block2_conv2": float("nan")}}]),
        changed(variants=[{**VARIANT, "layers": {}}]),
        changed(variants=[{**VARIANT, "overrides": {"octaves": 10**30}}]),
        changed(variants=[{**VARIANT, "overrides": {"layers": {}}}]),
        changed(variants=[{**VARIANT, "overrides": [1]}]),
        changed(variants=[{**VARIANT, "channels": {"block2_conv2": [-1]}}]),
        changed(variants=[{**VARIANT, "surprise": 1}]),
        changed(common={"octaves": "5"}),
        changed(common={"step": float("inf")}),
        changed(common={"unknown": 1}),
        changed(common=[]),
        changed(model="vgg99"),
        changed(model=[]),
        changed(source="/etc/passwd"),
        changed(max_side=127),
        changed(max_side=600.0),
        changed(max_side=True),
        changed(every=0),
        changed(surprise=1),
    ],
)
def test_broken_setups_are_refused_in_one_sentence(values):
    with pytest.raises(DreamError) as caught:
        Comparison.decode(packed(values))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "encoded",
    [
        "x",
        "!!!",
        "ÄÖÜ",
        MIXED.encode()[:-9],
        packed(b"\xff\xfe"),
        packed(b"[" * 50_000),
        packed(b" " * 10_000_000),
        "A" * (MAX_ENCODED + 1),
    ],
)
def test_damaged_addresses_are_refused(encoded):
    with pytest.raises(DreamError):
        Comparison.decode(encoded)


@given(st.text(max_size=200) | st.binary(max_size=200).map(packed))
def test_any_address_is_a_setup_or_one_error(encoded):
    try:
        assert isinstance(Comparison.decode(encoded), Comparison)
    except DreamError as error:
        assert str(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(MIXED.to_dict())), json_values)
def test_any_value_in_a_setup_is_taken_or_refused(name, value):
    try:
        comparison = Comparison.decode(packed(changed(**{name: value})))
    except DreamError:
        return
    assert Comparison.decode(comparison.encode()) == comparison


@given(st.sampled_from(sorted(COMMON)), json_values)
def test_any_common_setting_is_taken_or_refused(name, value):
    try:
        comparison = Comparison.decode(packed(changed(common={name: value})))
    except DreamError:
        return
    assert Comparison.decode(comparison.encode()) == comparison
