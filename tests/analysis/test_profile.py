import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.profile_settings import ProfileSettings
from dreamlab.analysis.run import analyse
from dreamlab.dream.moves import Moves
from dreamlab.images import Picture
from dreamlab.images.cues import CUES, channels_shuffled
from dreamlab.images.distance import distance
from dreamlab.images.shape import Shape
from dreamlab.layers import known_layers
from tests.support.tiny import picture, silenced, tiny_network

PROFILE = named("profile")
KEYS = [f"{cue}-{place}" for cue in CUES for place in (1, 2, 3)]


def settings(**values):
    return ProfileSettings(**{"precision": "float32"} | values)


def profiled(network, image, *cues, **values):
    return analyse(PROFILE, image, network, settings(cues=cues, **values))


def of_layer(findings, layer, figure):
    return [
        item.values["layers"][layer][figure] for item in findings.items if item.key != "gratings"
    ]


@pytest.fixture(scope="module")
def network():
    return tiny_network()


@pytest.fixture(scope="module")
def whole(network):
    return analyse(PROFILE, picture(40, 48), network, settings())


def test_noise_is_as_large_as_itself(network):
    findings = profiled(network, picture(96, 128), "noise")
    for layer in ("first", "second", "pool", "third"):
        assert of_layer(findings, layer, "map") == pytest.approx([1.0] * 3, abs=0.03)


def test_figures_are_shifts_over_those_of_noise_of_the_same_size(network):
    image = picture(40, 48)
    findings = profiled(network, image, "channels", draws=2)
    item = findings.items[2]
    measured = Moves(network, ("third",), "float32", "notebook")
    shifts, noises = {"map": [], "pooled": []}, {"map": [], "pooled": []}
    for draw in range(2):
        generator = np.random.default_rng((0, draw, list(CUES).index("channels")))
        changed = channels_shuffled(image, 1.0, generator)
        noise = np.random.default_rng((0, draw, len(CUES))).standard_normal(image.shape, np.float32)
        low, high = 0.0, 8.0
        for _ in range(40):  # noise of exactly that size, as it is clipped
            middle = (low + high) / 2
            noisy = np.clip(image + np.float32(middle) * noise, -1, 1)
            low, high = (
                (middle, high)
                if distance(noisy, image) < distance(changed, image)
                else (low, middle)
            )
        moved, shaken = measured.moves(image, [changed, noisy])
        for kind in ("map", "pooled"):
            shifts[kind].append(getattr(moved["third"], kind))
            noises[kind].append(getattr(shaken["third"], kind))
    figures = item.values["layers"]["third"]
    for kind in ("map", "pooled"):
        exact = np.divide(shifts[kind], noises[kind])
        assert figures[kind] == pytest.approx(exact.mean(), rel=0.02)
        assert figures[f"{kind}_low"] == pytest.approx(exact.min(), rel=0.02)
        assert figures[f"{kind}_high"] == pytest.approx(exact.max(), rel=0.02)
        assert figures[f"shift_{kind}"] == pytest.approx(np.mean(shifts[kind]), rel=1e-3)
        assert figures[f"noise_{kind}"] == pytest.approx(np.mean(noises[kind]), rel=0.02)


def test_items_are_the_changed_pictures_and_where_the_layers_shift(network, whole):
    image = picture(40, 48)
    assert [item.key for item in whole.items] == [*KEYS, "gratings"]
    mirrored = whole.items[KEYS.index("mirror-1")]
    assert mirrored.picture == Picture.of(np.ascontiguousarray(image[:, ::-1]))
    assert mirrored.of_original
    assert mirrored.arrays == {}
    assert mirrored.values["rms"] == pytest.approx(distance(image[:, ::-1], image))
    strongest = whole.items[KEYS.index("mirror-3")]
    assert {name: array.shape for name, array in strongest.arrays.items()} == {
        "first": (40, 48),
        "second": (40, 48),
        "pool": (20, 24),
        "third": (20, 24),
    }
    where = strongest.arrays["third"].astype(np.float64)
    shift = strongest.values["layers"]["third"]["shift_map"]
    assert np.sqrt(np.mean(where**2)) == pytest.approx(shift, rel=1e-3)
    assert [of["depth"] for of in strongest.values["layers"].values()] == [1 / 3, 2 / 3, 2 / 3, 1.0]


def test_a_resumed_run_is_the_same(network, whole):
    rest = analyse(PROFILE, picture(40, 48), network, settings(), resume_from=whole.items[3:20])
    assert rest.items == whole.items


def test_one_cue_alone_has_the_figures_that_it_has_among_all(network, whole):
    alone = profiled(network, picture(40, 48), "phase")
    some = [item for item in whole.items if item.values.get("cue") == "phase"]
    assert [item.key for item in alone.items] == ["phase-1", "phase-2", "phase-3", "gratings"]
    for item, among in zip(alone.items, some, strict=False):
        for layer, figures in item.values["layers"].items():
            assert figures == pytest.approx(among.values["layers"][layer], rel=1e-4)


def test_seeds_and_draws(network, whole):
    image, cue = picture(40, 48), "patches-2"
    again = profiled(network, image, "patches")
    other = profiled(network, image, "patches", seed=1)
    single = profiled(network, image, "patches", draws=1)
    shuffled = [
        next(item for item in of.items if item.key == cue) for of in (whole, again, other, single)
    ]
    assert shuffled[0].picture == shuffled[1].picture == shuffled[3].picture
    assert shuffled[0].picture != shuffled[2].picture
    figures = [item.values["layers"]["first"] for item in shuffled]
    assert figures[0]["map_low"] < figures[0]["map"] < figures[0]["map_high"]
    assert figures[3]["map_low"] == figures[3]["map"] == figures[3]["map_high"]


def test_a_cancelled_run_keeps_what_is_done(network):
    seen = []
    findings = analyse(
        PROFILE,
        picture(40, 48),
        network,
        settings(),
        on_step=lambda step: seen.append(step) or sum(s.item is not None for s in seen) < 4,
    )
    assert not findings.complete
    assert [item.key for item in findings.items] == KEYS[:4]
    fractions = [step.fraction for step in seen]
    assert fractions == sorted(fractions)
    assert PROFILE.sentence(findings).endswith(".")
    assert all(not table.empty for table in PROFILE.tables(findings))


def test_a_cue_that_the_picture_lacks_has_no_figures(network):
    grey = np.repeat(picture(40, 48)[..., :1], 3, axis=2)
    findings = profiled(network, grey, "greyscale", "blur")
    assert of_layer(findings, "third", "map")[:3] == [None] * 3
    assert of_layer(findings, "third", "pooled_high")[:3] == [None] * 3
    assert "changes nothing here" in findings.items[0].caption
    assert "greyscale" in PROFILE.sentence(findings)
    heat = PROFILE.tables(findings)[0]
    assert heat.rows[0] == ("greyscale", None, None, None, None)
    assert heat.rows[1][0] == "blur"


def test_noise_cannot_be_as_large_as_the_largest_change(network):
    halves = np.ones((40, 48, 3), np.float32)
    halves[:, :24] = -1  # mirrored, every pixel moves by 2
    findings = profiled(network, halves, "mirror")
    assert "no noise is as large" in findings.items[0].caption
    assert of_layer(findings, "third", "map") == [None] * 3
    assert "mirror" not in PROFILE.sentence(findings).split("Left")[0]


def test_a_picture_of_one_colour_has_no_profile(network):
    findings = profiled(network, np.full((40, 48, 3), 0.5, np.float32), "blur", "shift")
    assert PROFILE.sentence(findings).startswith("Nothing here changes the picture")
    assert [table.name for table in PROFILE.tables(findings)] == [
        "profile_spread",
        "profile_tuning",
        "profile_frequency",
    ]


def test_silent_layers_are_told():
    network = silenced(tiny_network(), "second")
    findings = profiled(network, picture(40, 48), "blur")
    tables = {table.name: table for table in PROFILE.tables(findings)}
    for name in ("profile", "profile_pooled", "profile_groups", "profile_tuning"):
        assert set(tables[name].silent) >= {"second", "pool"}
        assert "first" not in tables[name].silent
    assert of_layer(findings, "second", "map") == [None] * 3
    assert "first" in PROFILE.sentence(findings)


def test_the_work_is_that_of_the_looks():
    layers = known_layers("vgg16")
    shape = Shape(200, 300)
    ((pixels, operations),) = PROFILE.plan(shape, settings(cues=["blur"], draws=1), "vgg16", layers)
    # The original, three pictures and twelve of noise; and the gratings.
    looks = (1 + 3 + 12) * 60000 + 96 * 64**2
    assert pixels == pytest.approx(0.7 * looks)
    assert operations == max(layer.operations for layer in layers)
