"""What is a visitor's stays the visitor's."""

import ast
import io
import logging
import pickle
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture, load_image, to_pixels
from dreamlab.jobs.jobs import Jobs
from dreamlab.results import export
from dreamlab.results.contact_sheet import contact_sheet
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask
from tests.support.corpus import SECRET, with_exif, with_text
from tests.support.fake_backend import FakeBackend, open_page, sound, uploader

ROOT = Path(__file__).parent.parent
CONFIG = DreamConfig(layers={"block3_conv3": 1.0}, octaves=1, iterations=2)


def recorded(picture: bytes) -> Recording:
    """Make the recording of a run on a visitor's picture."""
    pixels = to_pixels(load_image(picture))
    recording = Recording()
    recording.provenance = Provenance(CONFIG, "vgg16", "ab12", "float32")
    recording.original = Picture(pixels)
    recording.frames = [Frame(0, 1, True, Picture(255 - pixels))]
    recording.losses = [LossPoint(0, *pixels.shape[:2], 0, 1.0, {"block3_conv3": 1.0})]
    return recording


@pytest.mark.parametrize("make", [with_exif, with_text])
def test_nothing_of_a_picture_s_metadata_is_served_or_exported(make):
    picture = make()
    assert SECRET in picture or make is with_text  # where it is packed
    recording = recorded(picture)
    files = {
        "preview": recording.original.jpeg,
        "picture": recording.original.png,
        "png": export.png(recording),
        **export.octave_pngs(recording),
        "gif": export.gif(recording),
        "webp": export.webp(recording),
        "csv": export.losses_csv(recording),
        "json": export.losses_json(recording),
        "config": export.config_json(recording),
        "zip": export.archive(recording),
        "sheet": contact_sheet(
            [("a", recording.original), ("b", recording.final.picture)], columns=2
        ),
    }
    assert len(files) >= 11
    for name, data in files.items():
        assert SECRET not in data, name
        if name in ("csv", "json", "config", "zip"):
            continue
        with Image.open(io.BytesIO(data)) as opened:
            assert not opened.getexif(), name
            assert "icc_profile" not in opened.info, name
            told = str(opened.info)
        assert SECRET.decode() not in told, name
        assert "GPS" not in told, name


def test_the_page_hands_on_a_visitor_s_picture_without_its_metadata(monkeypatch):
    fake = FakeBackend()
    page = open_page(monkeypatch, fake)
    uploader(page).upload(f"{SECRET.decode()}.jpg", with_exif(), "image/jpeg")
    sound(page.run())
    sound(page.button(key="dream").click().run())
    for request in fake.requests.values():
        assert SECRET not in pickle.dumps(request)
        with Image.open(io.BytesIO(request.picture.png)) as picture:
            assert not picture.getexif() and not picture.info


def test_the_page_logs_nothing_of_a_visitor(monkeypatch, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        page = open_page(monkeypatch, FakeBackend())
        uploader(page).upload(f"{SECRET.decode()}.jpg", b"none", "image/jpeg")
        sound(page.run())
        uploader(page).upload(f"{SECRET.decode()}.jpg", with_exif(), "image/jpeg")
        sound(page.run())
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("dreamlab")
    )
    assert SECRET.decode() not in ours
    assert SECRET.decode() not in "".join(capfd.readouterr())


def test_the_line_a_job_leaves_has_sizes_and_times_alone(caplog):
    jobs = Jobs(DeploymentSettings(), lambda: None)
    picture = Picture(np.zeros((64, 64, 3), np.uint8))
    with caplog.at_level(logging.DEBUG):
        job = jobs.submit("the visitor", DreamTask(picture, CONFIG))
        jobs.cancel(job)
    records = [record for record in caplog.records if record.name.startswith("dreamlab")]
    (line,) = [record.getMessage() for record in records]
    assert re.fullmatch(
        r"dream cancelled: 1 octaves, 2 steps each, waited [\d.]+ s, ran [\d.]+ s, \d+ kB", line
    )


def test_a_job_is_reached_by_its_name_alone(caplog):
    jobs = Jobs(DeploymentSettings(), lambda: None)
    task = DreamTask(Picture(np.zeros((64, 64, 3), np.uint8)), CONFIG)
    job = jobs.submit("a", task)
    other = jobs.submit("b", task)
    # 16 random bytes: to guess one of a million jobs at a million tries a second takes longer
    # than the universe is old.
    assert len(job) >= 22 and job[:6] != other[:6]
    for guess in ("", "a", "b", "0", job[:-1], job + "a", job.swapcase(), "../" + job, None):
        for ask in (jobs.status, jobs.cancel, jobs.forget):
            with pytest.raises(DreamError, match="no longer kept"):
                ask(guess)
    assert jobs.status(job).state == jobs.status(other).state == "queued"


def test_a_visit_is_reached_by_its_name_alone(monkeypatch):
    fake = FakeBackend()
    first = open_page(monkeypatch, fake)
    sound(first.button(key="dream").click().run())
    name = _one(first.query_params["visit"])
    assert len(name) >= 22 and first.session_state["visit"].name == name
    count = len(fake.requests)
    for guess in ("", name[:-1], name.swapcase(), "../" + name, "*", "\x00"):
        other = open_page(monkeypatch, fake, visit=guess)
        assert other.session_state["visit"].name != name
        assert "visit" not in other.query_params or _one(other.query_params["visit"]) != name
        fake.finish()
        sound(other.run())
        assert not other.get("progress")
    assert len(fake.requests) == count


def test_an_address_that_is_passed_on_shows_nobody_s_dreams(monkeypatch):
    fake = FakeBackend()
    mine = open_page(monkeypatch, fake, browser="mine")
    sound(mine.button(key="dream").click().run())
    name, count = _one(mine.query_params["visit"]), len(fake.requests)
    reader = open_page(monkeypatch, fake, browser="another", visit=name)
    assert "cancel.job1" not in [button.key for button in reader.button]
    # What the reader dreams is not seen from the address either.
    sound(reader.button(key="dream").click().run())
    assert _one(reader.query_params["visit"]) != name and len(fake.requests) == 2 * count
    again = open_page(monkeypatch, fake, browser="mine", visit=name)
    keys = [button.key for button in again.button]
    assert "cancel.job1" in keys and f"cancel.job{count + 1}" not in keys


def _one(parameter: str | list[str]) -> str:
    return parameter if isinstance(parameter, str) else parameter[0]


def test_nothing_reads_what_could_run():
    """No pickle, YAML or the like, whoever it came from; Dask has its own, between processes."""
    banned = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "yaml", "torch"}
    refused = ("allow_pickle", "unsafe_allow_html", "unsafe_allow_javascript")
    looked = 0
    for path in [ROOT / "app.py", *(ROOT / "dreamlab").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            looked += 1
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name.partition(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [(node.module or "").partition(".")[0]]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), path
            elif isinstance(node, ast.keyword) and node.arg in refused:
                assert getattr(node.value, "value", True) is False, path
            assert banned.isdisjoint(names), path
    assert looked > 10_000


def test_the_server_s_own_settings_keep_visitors_safe():
    given = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert (given["server"]["maxUploadSize"], given["server"]["maxMessageSize"]) == (100, 10)
    assert given["server"]["enableXsrfProtection"] is True
    assert given["client"]["showErrorDetails"] == "none"
    assert given["browser"]["gatherUsageStats"] is False
    assert "enableStaticServing" not in given["server"]
