import io
import json
import math
import zipfile

import numpy as np
import pytest
from PIL import Image

from dreamlab.analysis import named
from dreamlab.analysis.atlas import AtlasSettings, halted, run
from dreamlab.analysis.files import files
from dreamlab.analysis.running import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.images import load_image, to_pixels
from tests.tiny import picture, tiny_network

ATLAS = named("atlas")
LAYERS = ["first", "second", "pool", "third"]


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


@pytest.fixture(scope="module")
def image():
    return 0.5 * picture(20, 24)  # so that a small move is not clipped


def _settings(**values):
    return AtlasSettings(precision="float32", **values)


def test_a_picture_is_halted_at_the_amount_by_hand():
    start = np.zeros((1, 1, 3), np.float32)
    before = np.full_like(start, 0.1)
    after = np.full_like(start, 0.3)
    np.testing.assert_allclose(halted(start, before, after, 0.15), 0.15, rtol=1e-6)
    # A way that turns: from (3, 0, 0) towards (3, 8, 0), the length is 5 at (3, 4, 0).
    before, after = np.float32([[[3, 0, 0]]]), np.float32([[[3, 8, 0]]])
    at = halted(start, before, after, 5 / math.sqrt(3))
    np.testing.assert_allclose(at, [[[3, 4, 0]]], rtol=1e-6)


def test_every_layer_moves_the_picture_by_the_same_amount(network, image):
    found = analyse(ATLAS, image, network, _settings(amount=0.05, step=0.02))
    assert found.complete
    assert [item.key for item in found.items] == LAYERS
    for item in found.items:
        assert item.values["moved"] == pytest.approx(0.05, rel=1e-5)
        dreamt = load_image(item.picture)
        moved = math.sqrt(np.mean((dreamt - image) ** 2))
        assert moved == pytest.approx(0.05, abs=0.5 / 127.5)  # what rounding to pixels takes
        assert item.values["last_loss"] > item.values["first_loss"]


def test_equal_steps_are_the_dreams_of_the_engine(network, image):
    found = analyse(ATLAS, image, network, _settings(effort="equal steps", iterations=3))
    for item in found.items:
        config = DreamConfig.from_dict(item.values["config"])
        assert (item.values["steps"], config.iterations) == (3, 3)
        *_, last = dream(image, network, config)
        assert np.array_equal(to_pixels(load_image(item.picture)), to_pixels(last.image))
        # The settings that the picture carries are those of the dream.
        assert DreamConfig.from_file(io.BytesIO(item.picture)) == config


def test_a_layer_that_moves_too_little_ends_and_says_so(network, image):
    found = analyse(ATLAS, image, network, _settings(amount=2.0, most_steps=2, layers=["first"]))
    (item,) = found.items
    assert item.values["steps"] == 2
    assert item.values["moved"] < 0.1


def test_it_is_cancelled_between_steps_and_resumed_where_it_was(network, image):
    settings = _settings(amount=0.05, step=0.02)
    whole = analyse(ATLAS, image, network, settings)
    seen = []

    def until_the_second(advance):
        seen.append(advance)
        return advance.item is None or advance.item.key != "second"

    part = analyse(ATLAS, image, network, settings, follow=until_the_second)
    assert not part.complete
    assert [item.key for item in part.items] == ["first", "second"]
    assert len(seen) > 2  # steps are told, not layers alone
    fractions = [advance.fraction for advance in seen]
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] < 1

    redone = []
    rest = analyse(
        ATLAS,
        image,
        network,
        settings,
        found=part.items,
        follow=lambda advance: redone.append(advance.doing) or True,
    )
    assert rest.items == whole.items
    assert redone.count("first") == redone.count("second") == 1  # passed on, not dreamt again


def test_an_interrupt_keeps_what_was_found(network, image):
    def interrupt(advance):
        if advance.item is not None:
            raise KeyboardInterrupt
        return True

    found = analyse(ATLAS, image, network, _settings(amount=0.05), follow=interrupt)
    assert not found.complete
    assert [item.key for item in found.items] == ["first"]


def test_what_is_missing_or_wrong_is_told(network, image):
    with pytest.raises(DreamError, match="atlas needs a picture"):
        analyse(ATLAS, None, network, _settings())
    with pytest.raises(DreamError, match="tiny has no layer 'fist': did you mean first"):
        next(run(image, network, _settings(layers=["fist"]), {}))
    with pytest.raises(DreamError, match="1 x 1 px; tiny needs at least 2 x 2"):
        analyse(ATLAS, image[:1, :1], network, _settings())


def test_the_files(network, image):
    found = analyse(ATLAS, image, network, _settings(amount=0.05))
    written = files(found)
    assert list(written) == [
        "atlas.json",
        "atlas.csv",
        "atlas.png",
        *(f"{place:02d}_{name}.png" for place, name in enumerate(LAYERS, 1)),
        "atlas.zip",
    ]
    with Image.open(io.BytesIO(written["atlas.png"])) as sheet:
        assert sheet.size[0] > 4 * 24
    with zipfile.ZipFile(io.BytesIO(written["atlas.zip"])) as packed:
        assert packed.namelist() == list(written)[:-1]
        assert packed.read("02_second.png") == found.items[1].picture
    rows = written["atlas.csv"].decode().splitlines()
    assert rows[0] == "layer,depth,receptive_field,steps,moved,first_loss,last_loss"
    assert rows[1].startswith("first,1,3,")
    figures = json.loads(written["atlas.json"])
    assert figures["settings"]["amount"] == 0.05
    assert [item["key"] for item in figures["items"]] == LAYERS
