import io
import json
import zipfile

import pytest
from PIL import Image

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.config import DreamConfig
from dreamlab.config.base import specs
from dreamlab.config.specs import Number
from dreamlab.images import Picture, load_image
from dreamlab.results import export
from dreamlab.results.film import Film
from dreamlab.results.naming import file_name
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.dreams import downloads
from dreamlab.ui.session import keys
from dreamlab.ui.session.visitors import Run
from tests.support.fake_backend import open_page, sound, upload

CONFIG = DreamConfig(layers={"block2_conv2": 2.0}, octaves=2, iterations=2)
SETUP = Comparison(
    variants=(
        Variant(name="One", layers={"block2_conv2": 2.0}),
        Variant(name="Two", layers={"block5_conv2": 4.0}),
    ),
    common={"octaves": 2, "iterations": 2},
    max_side=128,
)


@pytest.fixture
def dreams(fake):
    jobs = [
        fake.submit("me", DreamTask(Picture.of(load_image(upload())), CONFIG)) for _ in range(2)
    ]
    fake.finish()
    return [
        (Run(job, name, index, CONFIG, "vgg16"), fake.result(job))
        for index, (job, name) in enumerate(zip(jobs, ["Über & all", "Two"], strict=True))
    ]


@pytest.fixture
def page(monkeypatch, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    page.button(key="dream").click().run()
    fake.finish()
    return sound(page.run())


def test_every_file_of_a_variant(downloads, page):
    files = {key.split(".")[-1]: make() for key, make in downloads.items() if "job1" in key}
    assert set(files) == {"PNG", "GIF", "WebP", "CSV", "Config", "ZIP"}
    config = SETUP.configs()[0]
    for kind in ("PNG", "GIF", "Config"):
        assert DreamConfig.from_file(io.BytesIO(files[kind])) == config
    gif = Image.open(io.BytesIO(files["GIF"]))
    assert (gif.n_frames, gif.size) == (3, (128, 85))
    assert Image.open(io.BytesIO(files["WebP"])).format == "WEBP"
    assert (
        files["CSV"].decode().splitlines()[0] == "octave,height,width,iteration,loss,block2_conv2"
    )
    assert "dream.png" in zipfile.ZipFile(io.BytesIO(files["ZIP"])).namelist()


def test_the_film_runs_as_set(downloads, page):
    page.number_input(key=keys.film("frame_seconds")).set_value(0.2).run()
    page.number_input(key=keys.film("hold_seconds")).set_value(1.0).run()
    page.checkbox(key=keys.film("loop")).set_value(False).run()
    page.checkbox(key=keys.film("boomerang")).set_value(True).run()
    sound(page)
    gif = Image.open(io.BytesIO(downloads["download.job1.GIF"]()))
    assert gif.n_frames == 4  # original, octave 1, octave 2, octave 1
    assert gif.info["duration"] == 200 and "loop" not in gif.info
    gif.seek(2)
    assert gif.info["duration"] == 1000


def test_every_setting_of_the_film_has_a_control(page):
    (folded,) = [box for box in page.expander if box.label == "Film"]
    assert not folded.proto.expanded
    controls = {control.key: control for control in [*folded.number_input, *folded.checkbox]}
    assert list(controls) == [keys.film(name) for name in specs(Film)]
    for name, spec in specs(Film).items():
        control = controls[keys.film(name)]
        assert (control.value, control.help) == (spec.default, spec.help)
        if isinstance(spec, Number):
            assert (control.min, control.max) == (spec.low, spec.high)


def test_films_as_nothing_is_set_are_the_usual_ones(downloads, page, fake):
    recording = fake.result("job1")
    assert downloads["download.job1.GIF"]() == export.gif(recording)
    assert downloads["download.job1.WebP"]() == export.webp(recording)
    assert downloads["download.job1.ZIP"]() == export.archive(recording)


def test_the_film_is_of_the_session_alone(page):
    before = page.query_params["setup"]
    page.number_input(key=keys.film("frame_seconds")).set_value(0.2).run()
    assert sound(page).query_params["setup"] == before
    page.number_input(key="common.seed").set_value(3).run()
    assert page.number_input(key=keys.film("frame_seconds")).value == 0.2


def test_frames_between_octaves_are_in_the_film(monkeypatch, downloads, fake):
    page = open_page(monkeypatch, fake, setup=SETUP.replace(every=1).encode())
    page.button(key="dream").click().run()
    fake.finish()
    sound(page.run())
    page.checkbox(key=keys.film("steps")).set_value(True).run()
    gif = Image.open(io.BytesIO(downloads["download.job1.GIF"]()))
    assert gif.n_frames == 5  # original, then 2 steps in each of 2 octaves


def test_preview_of_the_film(page):
    before = len(page.image)
    page.toggle(key="preview.job1").set_value(True).run()
    assert len(sound(page).image) == before + 1


def test_nothing_to_take_while_nothing_is_done(monkeypatch, fake):
    page = open_page(monkeypatch, fake)
    page.button(key="dream").click().run()
    assert not sound(page).get("download_button")


def test_contact_sheet_holds_the_original_and_all(dreams):
    sheet = Image.open(io.BytesIO(downloads.sheet([dreams])))
    assert sheet.width >= 3 * 96 and sheet.height >= 64


def test_everything_has_a_folder_a_variant(dreams):
    archive = zipfile.ZipFile(io.BytesIO(downloads.everything([dreams], {"loop": False})))
    names = archive.namelist()
    assert "contact_sheet.png" in names
    for folder in ("1_ber_all_vgg16", "2_two_vgg16"):
        assert f"{folder}/progression.gif" in names
        assert json.loads(archive.read(f"{folder}/config.json"))["model"] == "vgg16"


@pytest.mark.parametrize(
    ("name", "file"), [("Layer 1", "layer_1"), ("../../etc", "etc"), ("夢", "dream")]
)
def test_file_names_are_plain(name, file):
    assert file_name(name) == file
