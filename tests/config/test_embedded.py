"""Settings found in the files that carry them."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from dreamlab.config import DreamConfig, read_settings
from dreamlab.config.embedded import settings_text, settings_xmp
from dreamlab.errors import DreamError
from dreamlab.images import Picture

LAYER = {"layers": {"a": 1.0}}


def test_a_bare_config_and_one_with_provenance_are_both_read(tmp_path):
    config = DreamConfig(**LAYER, octaves=3)
    bare, full = tmp_path / "bare.json", tmp_path / "full.json"
    bare.write_text(config.to_json())
    full.write_text(json.dumps({"model": "vgg19", "config": config.to_dict()}))
    assert DreamConfig.from_file(bare) == DreamConfig.from_file(full) == config
    with open(full, "rb") as opened:
        assert read_settings(opened)["model"] == "vgg19"


def test_files_without_settings(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.jpg")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "cut.png").write_bytes((tmp_path / "plain.png").read_bytes()[:20])
    for name, message in {
        "plain.png": "plain.png carries no dreamlab settings; choose a file dreamlab made",
        "photo.jpg": "photo.jpg cannot be read: it is not a PNG, GIF, WebP or JSON file",
        "empty.png": "empty.png cannot be read: it is not a PNG",
        "list.json": "list.json carries settings that are [1], not an object",
        "cut.png": "cut.png cannot be read",
        "absent.png": "absent.png cannot be read: No such file",
        ".": "cannot be read: Is a directory",
    }.items():
        with pytest.raises(DreamError) as caught:
            DreamConfig.from_file(tmp_path / name)
        assert message in str(caught.value)


def test_xmp_escapes_what_it_wraps():
    packet = settings_xmp('{"a": "<b> & \'c\'"}')
    assert b"dreamlab:settings=\"{&quot;a&quot;: &quot;&lt;b&gt; &amp; 'c'&quot;}\"" in packet


@pytest.mark.parametrize("kind", ["json", "png"])
def test_settings_are_bounded(kind):
    """A file of 9 MB of brackets took 228 MB and 3 s."""
    config = {"layers": {"block1_conv1": 1.0}}
    most = 2**16 - len(json.dumps(config | {"note": ""}))
    for extra, fits in ((most, True), (most + 1, False), (9_000_000, False)):
        text = json.dumps(config | {"note": "x" * extra})
        file = io.BytesIO(text.encode())
        if kind == "png":
            pixels = np.zeros((4, 4, 3), np.uint8)
            file = io.BytesIO(Picture(pixels, text=settings_text(text[:1_000_000])).png)
        if fits:
            assert read_settings(file)["layers"] == {"block1_conv1": 1.0}
        else:
            with pytest.raises(DreamError, match="carries more than 64 kB of settings"):
                read_settings(file)


def test_a_long_file_that_is_cut_within_a_letter_is_too_long():
    with pytest.raises(DreamError, match="more than 64 kB"):
        read_settings(io.BytesIO(b"[" + "é".encode() * 2**17))
    with pytest.raises(DreamError, match="damaged"):
        read_settings(io.BytesIO(b"{\xff"))


def test_settings_that_are_nested_too_deep_are_refused(tmp_path):
    def file(deep):
        path = tmp_path / "deep.json"
        path.write_text('{"a":' * deep + "1" + "}" * deep)
        return path

    assert read_settings(file(8))
    for deep in (100, 900):
        with pytest.raises(DreamError, match="deep.json carries settings that are nested too deep"):
            read_settings(file(deep))
