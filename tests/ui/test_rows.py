"""Several pictures, each a row of the comparison."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.images import load_image
from dreamlab.ui.analysis.report import build
from dreamlab.ui.session.own import MOST
from tests.support.fake_backend import large, open_page, sound, upload, uploader, words

SETUP = Comparison(
    variants=(
        Variant(name="Low", layers={"block2_conv2": 1.0}),
        Variant(name="High", layers={"block5_conv2": 1.0}),
    ),
    common={"octaves": 2, "iterations": 2},
    max_side=128,
)

FILES = [("a.png", upload(96, 64), "image/png"), ("b.png", upload(64, 96), "image/png")]


@pytest.fixture
def page(monkeypatch, fake):
    return drop(open_page(monkeypatch, fake, setup=SETUP.encode()), FILES)


def drop(page, files):
    return sound(uploader(page).set_value(files).run())


def dreamt(page, fake):
    sound(page.button(key="dream").click().run())
    fake.finish()
    return sound(page.run())


def test_one_click_sends_pictures_times_variants(page, fake):
    said = words(page)
    assert "2 pictures × 2 variants, 8 octaves in all · about 16 s" in said
    assert "about 8 s" in said  # a variant, of both pictures
    page.button(key="dream").click().run()
    sent = [(task.picture.shape, list(task.config.layers)) for task in fake.requests.values()]
    low, high = ["block2_conv2"], ["block5_conv2"]
    assert sent == [((64, 96), low), ((64, 96), high), ((96, 64), low), ((96, 64), high)]
    first, *_ = fake.requests.values()
    assert np.array_equal(first.picture.as_float(), load_image(FILES[0][1]))
    assert all(task.key is None for task in fake.requests.values())
    kept = page.session_state["visit"].batches[-1].comparison
    assert kept == SETUP.replace(source="upload")  # each variant once


def test_each_picture_is_a_row_with_its_original(page, fake):
    alts = [image.proto.imgs[0].alt for image in dreamt(page, fake).main.image]
    assert [alt.partition(":")[0] for alt in alts] == [
        "The picture you uploaded",  # the first, in short: a phone alone shows it
        "The picture you uploaded, a.png",
        "The dream Low · a.png · VGG16",
        "The dream High · a.png · VGG16",
        "The picture you uploaded, b.png",
        "The dream Low · b.png · VGG16",
        "The dream High · b.png · VGG16",
    ]
    (table,) = page.table
    assert table.value["Picture"].tolist() == ["a.png", "a.png", "b.png", "b.png"]
    assert table.value["Variant"].tolist() == ["Low", "High"] * 2
    page.button(key="large-job3").click().run()
    assert len(large(sound(page))) == 1


def test_curves_and_files_are_of_the_picture_that_is_chosen(page, fake):
    dreamt(page, fake)
    keys = {control.key for control in page.segmented_control}
    assert {f"row.1.{part}" for part in ("losses", "shares", "classes", "files")} <= keys
    assert page.toggle(key="preview.job1") and len(page.toggle) == 3
    page.segmented_control(key="row.1.files").set_value("b.png").run()
    assert sound(page).toggle(key="preview.job3")


def test_everything_has_a_folder_a_picture_and_the_sheet_a_row_each(downloads, page, fake):
    dreamt(page, fake)
    names = zipfile.ZipFile(io.BytesIO(downloads["download.all"]())).namelist()
    for place in ("1_a_png/1_low_vgg16", "1_a_png/2_high_vgg16", "2_b_png/2_high_vgg16"):
        assert f"{place}/dream.png" in names
    with Image.open(io.BytesIO(downloads["download.sheet"]())) as sheet:
        assert sheet.width > 3 * 96 and sheet.height > 2 * 96
        # The first cell is 96 px square, and its picture is in the middle of it.
        original = np.asarray(sheet.convert("RGB"))[16 + 16 : 16 + 80, 16 : 16 + 96]
    assert np.array_equal(original, np.asarray(Image.open(io.BytesIO(FILES[0][1]))))


def test_a_report_has_a_section_a_picture(page, fake):
    dreamt(page, fake)
    report = build(fake, page.session_state["visit"], ["vgg16"]).decode()
    assert "Dream 1: a.png" in report and "Dream 1: b.png" in report


def test_a_cancel_ends_all_and_what_is_done_stays(page, fake):
    page.button(key="dream").click().run()
    fake.advance(5)
    page.run()
    page.button(key="cancel_all").click().run()
    assert {state for state, _ in fake.ended.values()} == {"done", "cancelled"}
    assert sound(page.run()).table[0].value["State"].tolist() == ["done"] + ["cancelled"] * 3


def test_a_broken_one_is_named_and_left_out(page, fake):
    drop(page, [FILES[0], ("broken.png", b"no picture", "image/png"), FILES[1]])
    assert "⚠ broken.png " in words(page)
    dreamt(page, fake)
    assert [task.picture.shape for task in fake.requests.values()] == [(64, 96)] * 2 + [
        (96, 64)
    ] * 2


def test_one_that_is_too_small_for_the_network_is_named(page):
    drop(page, [FILES[0], ("tiny.png", upload(20, 20), "image/png")])
    assert "tiny.png: picture is 20 x 20 px; vgg16 needs at least 32 x 32" in words(page)
    assert page.button(key="dream").disabled
    (remove,) = [button for button in page.button if button.label == "Remove tiny.png"]
    remove.click().run()
    assert not sound(page).button(key="dream").disabled
    assert "1 variant" not in words(page) and "2 variants, 4 octaves" in words(page)


def test_more_than_there_may_be_are_left_out_by_name(page, fake):
    drop(page, [(f"{number}.png", upload(), "image/png") for number in range(MOST + 2)])
    assert "Up to 6 pictures are dreamt on at once; left out: 6.png and 7.png" in words(page)
    page.button(key="dream").click().run()
    assert len(fake.requests) == MOST * 2


def test_pictures_of_one_name_are_told_apart(page, fake):
    drop(page, [FILES[0], ("a.png", upload(80, 60), "image/png")])
    dreamt(page, fake)
    assert set(page.table[0].value["Picture"]) == {"a.png", "a.png (2)"}


def test_another_upload_takes_the_place_of_all(page, fake):
    drop(page, FILES[1:])
    dreamt(page, fake)
    assert [task.picture.shape for task in fake.requests.values()] == [(96, 64)] * 2
    assert "Picture" not in page.table[0].value


def test_without_its_pictures_the_cat_is_back(page):
    for _ in FILES:
        next(button for button in page.button if button.label.startswith("Remove ")).click().run()
    assert sound(page).session_state["source"] == "cat"


def test_what_was_not_sent_off_is_said_in_one_sentence(page, fake):
    fake.full = True
    page.button(key="dream").click().run()
    said = (
        "Low of a.png, High of a.png, Low of b.png and 1 more were not sent off: the queue is full"
    )
    assert said in words(sound(page))


def test_layers_look_into_the_first(monkeypatch, fake):
    page = drop(open_page(monkeypatch, fake, part="layers"), FILES)
    assert "Layers look into the first of your pictures, a.png." in words(page)
