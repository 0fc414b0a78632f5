import io
import json
import math
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dreamlab.analysis import named
from dreamlab.analysis.atlas import EFFORTS, AtlasSettings, run
from dreamlab.analysis.files import ANALYSIS_KEY, files
from dreamlab.analysis.kept import DREAMS
from dreamlab.analysis.report import report
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig, read_settings
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.images import load_image, to_pixels
from tests.support.tiny import picture, tiny_network

ATLAS = named("atlas")
LAYERS = ["first", "second", "pool", "third"]


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


@pytest.fixture(scope="module")
def image():
    return 0.5 * picture(20, 24)  # so that a small move is not clipped


@pytest.fixture(autouse=True)
def nothing_kept():
    DREAMS.clear()


def _settings(**values):
    return AtlasSettings(precision="float32", **values)


def test_every_layer_moves_the_picture_by_the_same_amount(network, image):
    findings = analyse(ATLAS, image, network, _settings(amount=0.05))
    assert findings.complete
    assert [item.key for item in findings.items] == LAYERS
    for item in findings.items:
        assert item.values["moved"] == pytest.approx(0.05, rel=1e-5)
        dreamt = load_image(item.picture)
        change = math.sqrt(np.mean((dreamt - image) ** 2))
        assert change == pytest.approx(0.05, abs=0.5 / 127.5)  # what rounding to pixels takes
        # The losses are those before the first and the last step.
        rose = item.values["last_loss"] > item.values["first_loss"]
        assert rose is (item.values["steps"] > 1)


@pytest.mark.parametrize("amount", [0.05, 0.2])
def test_layers_move_a_black_and_white_picture_alike_too(network, amount):
    """Half of each step leaves the range of pixels there, by a different amount per layer."""
    image = np.sign(picture(20, 24))
    findings = analyse(ATLAS, image, network, _settings(amount=amount, most_steps=60))
    assert [item.key for item in findings.items] == LAYERS
    for item in findings.items:
        assert item.values["moved"] == pytest.approx(amount, rel=1e-5)
        change = math.sqrt(np.mean((load_image(item.picture) - image) ** 2))
        assert change == pytest.approx(amount, abs=0.5 / 127.5)
        assert "only" not in item.caption


def test_a_picture_says_what_it_takes_to_dream_it_again(network, image):
    findings = analyse(ATLAS, image, network, _settings(amount=0.05))
    for item in findings.items:
        metadata = read_settings(io.BytesIO(item.picture.png))
        assert metadata["last_step"] == item.values["last_step"]
        # A dream of whole steps, and of the last one no more than this share.
        before, after = image, image
        for step in dream(image, network, DreamConfig.from_dict(metadata["config"])):
            before, after = after, np.array(step.image)
        again = before + np.float32(metadata["last_step"]) * (after - before)
        assert np.array_equal(to_pixels(again), to_pixels(load_image(item.picture)))
        assert 0 < metadata["last_step"] < 1


@pytest.mark.parametrize("effort", EFFORTS)
def test_the_page_says_that_a_variant_goes_further(network, image, effort):
    def page(findings):
        import streamlit as st

        from dreamlab.ui.analysis import gallery
        from dreamlab.ui.analysis.look import look_of

        look = look_of("atlas", findings.model)
        st.session_state[f"{look.key}.large"] = "first"
        gallery.show(findings, "job", look, print, live=False)

    findings = analyse(ATLAS, image, network, _settings(effort=effort, layers=["first"]))
    page_run = AppTest.from_function(page, kwargs={"findings": findings}).run()
    assert not page_run.exception
    says_so = "A variant goes on to the end of the step" in str(
        [element.proto for element in page_run.get("html")]
    )
    assert says_so is (effort == "equal effort")


def test_equal_steps_are_the_dreams_of_the_engine(network, image):
    findings = analyse(ATLAS, image, network, _settings(effort="equal steps", iterations=3))
    for item in findings.items:
        config = DreamConfig.from_dict(item.values["config"])
        assert (item.values["steps"], config.iterations) == (3, 3)
        assert item.values["last_step"] == 1.0
        assert "only" not in item.caption  # no layer falls short of the small amount
        *_, last = dream(image, network, config)
        assert np.array_equal(to_pixels(load_image(item.picture)), to_pixels(last.image))
        # The settings in the picture are those of the dream.
        assert DreamConfig.from_file(io.BytesIO(item.picture.png)) == config


def test_a_layer_that_moves_too_little_ends_and_says_so(network, image):
    findings = analyse(ATLAS, image, network, _settings(amount=2.0, most_steps=2, layers=["first"]))
    (item,) = findings.items
    assert item.values["steps"] == 2
    assert item.values["moved"] < 1.5
    assert item.caption == f"first · depth 1 · sees 3 px · moved only {item.values['moved']:.3g}"
    assert item.caption.encode() in report([findings]).replace(b"&#x27;", b"'")


def test_it_is_cancelled_between_steps_and_resumed_where_it_was(network, image):
    settings = _settings(effort="equal steps", iterations=3)
    whole = analyse(ATLAS, image, network, settings)
    DREAMS.clear()
    steps = []

    def until_the_second(step):
        steps.append(step)
        return step.item is None or step.item.key != "second"

    part = analyse(ATLAS, image, network, settings, on_step=until_the_second)
    assert not part.complete
    assert [item.key for item in part.items] == ["first", "second"]
    assert len(steps) > 2  # steps are told, not layers alone
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] < 1

    DREAMS.clear()
    redone = []
    rest = analyse(
        ATLAS,
        image,
        network,
        settings,
        resume_from=part.items,
        on_step=lambda step: redone.append(step.doing) or True,
    )
    assert rest.items == whole.items
    assert redone.count("first") == redone.count("second") == 1  # passed on, not dreamt again


def test_an_interrupt_keeps_what_was_found(network, image):
    def interrupt(step):
        if step.item is not None:
            raise KeyboardInterrupt
        return True

    findings = analyse(ATLAS, image, network, _settings(amount=0.05), on_step=interrupt)
    assert not findings.complete
    assert [item.key for item in findings.items] == ["first"]


def test_what_is_missing_or_wrong_is_told(network, image):
    with pytest.raises(DreamError, match="atlas needs a picture"):
        analyse(ATLAS, None, network, _settings())
    with pytest.raises(DreamError, match="tiny has no layer 'fist': did you mean first"):
        next(run(image, network, _settings(layers=["fist"]), {}, None))
    with pytest.raises(DreamError, match="1 x 1 px; tiny needs at least 2 x 2"):
        analyse(ATLAS, image[:1, :1], network, _settings())


def test_the_files(network, image):
    findings = analyse(ATLAS, image, network, _settings(amount=0.05))
    contents = files(findings)
    assert list(contents) == [
        "atlas.json",
        "atlas.csv",
        "atlas.gif",
        "atlas.png",
        *(f"{place:02d}_{name}.png" for place, name in enumerate(LAYERS, 1)),
        "atlas.zip",
    ]
    with Image.open(io.BytesIO(contents["atlas.png"])) as sheet:
        assert sheet.size[0] > 4 * 24
    with zipfile.ZipFile(io.BytesIO(contents["atlas.zip"])) as archive:
        assert archive.namelist() == list(contents)[:-1]
        assert archive.read("02_second.png") == contents["02_second.png"]
    rows = contents["atlas.csv"].decode().splitlines()
    assert rows[0] == "layer,depth,receptive_field,steps,moved,first_loss,last_loss"
    assert rows[1].startswith("first,1,3,")
    figures = json.loads(contents["atlas.json"])
    assert figures["settings"]["amount"] == 0.05
    assert [item["key"] for item in figures["items"]] == LAYERS


@pytest.mark.parametrize("analysis", ["atlas", "channels", "robustness"])
def test_every_picture_of_the_files_holds_the_settings(network, image, analysis):
    values = {
        "atlas": {"amount": 0.05},
        "channels": {"layer": "third", "count": 2, "side": 32, "steps": 2},
        "robustness": {"layers": ["first"], "gaussian": [0.1], "salt_pepper": []},
    }[analysis]
    settings = named(analysis).settings.from_dict({"precision": "float32", **values})
    findings = analyse(named(analysis), image, network, settings)
    contents = files(findings)
    pictures = {name: data for name, data in contents.items() if name.endswith(".png")}
    assert len(pictures) == len(findings.items) + 1
    for name, data in pictures.items():
        with Image.open(io.BytesIO(data)) as image_file:
            image_file.load()
            metadata = json.loads(image_file.info[ANALYSIS_KEY])
        assert (metadata["analysis"], metadata["model"], metadata["weights"]) == (
            analysis,
            "tiny",
            "random",
        )
        assert named(analysis).settings.from_dict(metadata["settings"]) == settings
        if name == f"{analysis}.png":
            assert "item" not in metadata
            continue
        item = findings.items[int(name[:2]) - 1]
        assert metadata["item"] == {"key": item.key, **item.values}
        assert np.array_equal(load_image(data), load_image(item.picture))


def test_what_the_page_restores_from_a_picture_is_a_dream_alone(network, image):
    """A dream's picture still contains its settings; a contact sheet contains none."""
    contents = files(analyse(ATLAS, image, network, _settings(amount=0.05)))
    first = DreamConfig.from_file(io.BytesIO(contents["01_first.png"]))
    assert dict(first.layers) == {"first": 1.0}
    with pytest.raises(DreamError, match="carries no dreamlab settings"):
        read_settings(io.BytesIO(contents["atlas.png"]))


def test_a_picture_is_made_again_from_what_it_holds(network, image):
    contents = files(analyse(ATLAS, image, network, _settings(amount=0.05)))
    with Image.open(io.BytesIO(contents["02_second.png"])) as image_file:
        metadata = json.loads(image_file.info[ANALYSIS_KEY])
    settings = AtlasSettings.from_dict(
        metadata["settings"] | {"layers": [metadata["item"]["layer"]]}
    )
    (again,) = analyse(named(metadata["analysis"]), image, network, settings).items
    assert np.array_equal(load_image(again.picture), load_image(contents["02_second.png"]))
