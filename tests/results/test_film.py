"""Animated GIF and WebP files, checked by decoding."""

import io
import struct
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image, ImageFilter

from dreamlab.errors import DreamError
from dreamlab.results.film import Film, gif_film, shared_palette, webp_film
from tests.support.films import decoded


def flat(*colour, height=20, width=30):
    return np.full((height, width, 3), colour, np.uint8)


def photo(seed, height=60, width=90):
    """Return a smooth picture with some thousands of colours."""
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin((rows * (k + 1) + columns * (seed + 1)) / 20) for k in range(3)]
    return np.rint(127.5 + 120 * np.stack(waves, axis=-1)).astype(np.uint8)


def gif(frames, milliseconds, loop=True, comment="{}"):
    return gif_film(
        frames, milliseconds, palette=shared_palette(frames), loop=loop, comment=comment
    )


def webp(frames, milliseconds, loop=True, xmp=b"<x/>"):
    return webp_film(frames, milliseconds, loop=loop, quality=90, xmp=xmp)


def test_a_gif_of_few_colours_is_exact():
    frames = [flat(255, 0, 0), flat(12, 34, 56), flat(0, 0, 255)]
    data = gif(frames, [500, 20, 2000], comment="made so")
    got, durations, info = decoded(data)
    np.testing.assert_array_equal(got, frames)
    assert durations == [500, 20, 2000]
    assert info["loop"] == 0 and info["comment"] == b"made so"
    np.testing.assert_array_equal(iio.imread(data, index=None), frames)


def test_equal_frames_are_not_merged():
    frames = [flat(9, 9, 9)] * 4
    for data in (gif(frames, [100] * 4), webp(frames, [100] * 4)):
        got, durations, _ = decoded(data)
        assert len(got) == 4 and durations == [100] * 4


def test_a_gif_that_plays_once_has_no_loop_block():
    data = gif([flat(1, 2, 3), flat(4, 5, 6)], [100, 100], loop=False)
    assert b"NETSCAPE" not in data
    assert "loop" not in Image.open(io.BytesIO(data)).info


def test_a_long_comment_is_whole():
    comment = "0123456789" * 300
    info = decoded(gif([flat(1, 2, 3), flat(4, 5, 6)], [100, 100], comment=comment))[2]
    assert info["comment"].decode() == comment


def local_colour_tables(data):
    """Count the frames with a colour table of their own, block by block."""

    def skip(place):
        while data[place]:
            place += data[place] + 1
        return place + 1

    place, count, frames = 13 + 3 * 256, 0, 0
    while data[place] != 0x3B:
        if data[place] == 0x21:
            place = skip(place + 2)
        else:
            assert data[place] == 0x2C
            frames += 1
            count += data[place + 9] >> 7
            place = skip(place + 11)
    return count, frames


def test_one_palette_for_the_whole_film():
    frames = [photo(seed) for seed in range(4)]
    data = gif(frames, [100] * 4)
    assert local_colour_tables(data) == (0, 4)
    got = decoded(data)[0]
    assert len(np.unique(np.concatenate(got).reshape(-1, 3), axis=0)) <= 256
    assert abs(np.stack(got).astype(int) - frames).mean() < 8


def test_frames_are_dithered():
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    grey = np.repeat(np.tile(ramp, (64, 1))[..., None], 3, axis=2)
    two = Image.new("P", (1, 1))
    two.putpalette([0, 0, 0, 255, 255, 255])
    data = gif_film([grey, grey], [100, 100], palette=two, loop=True, comment="{}")
    got = decoded(data)[0][0]
    assert set(np.unique(got)) == {0, 255}
    # The mean of black and white is the original grey, in each block of columns.
    means = got[..., 0].reshape(64, 8, 8).mean(axis=(0, 2))
    np.testing.assert_allclose(means, ramp.reshape(8, 8).mean(axis=1), atol=12)


def test_small_vivid_parts_keep_their_colour():
    def seen_from_afar(pixels):
        return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(2))).astype(int)

    cat = iio.imread(Path(__file__).parents[1] / "data" / "cat_600x400.png")[..., :3]
    got = decoded(gif([cat, cat], [100, 100]))[0][1]
    error = abs(seen_from_afar(got) - seen_from_afar(cat))
    # Eyes and nose are a few per cent of the picture; median cut alone is off by 23 there.
    assert np.percentile(error, 99.9) < 8


def test_the_palette_counts_small_and_large_pictures_alike():
    palette = shared_palette(
        [flat(255, 0, 0, height=4, width=4), flat(0, 9, 0, height=900, width=900)]
    )
    colours = np.array(palette.getpalette()).reshape(-1, 3).tolist()
    assert [255, 0, 0] in colours and [0, 9, 0] in colours
    shares = dict(zip(map(tuple, colours), palette.histogram(), strict=False))
    assert shares[(255, 0, 0)] == shares[(0, 9, 0)] == 128 * 128


def test_the_samples_of_a_long_film_are_bounded():
    totals = []
    for count in (1, 6, 7, 100):
        frames = [photo(seed % 7, height=200, width=300) for seed in range(count)]
        totals.append(sum(shared_palette(frames).histogram()))
    assert totals[:2] == [128**2, 6 * 128**2]
    assert all(0.9 * 6 * 128**2 < total <= 6 * 128**2 for total in totals[2:])


@pytest.mark.slow
def test_a_bounded_sample_costs_hardly_any_colour():
    cat = iio.imread(Path(__file__).parents[1] / "data" / "cat_600x400.png")[..., :3]
    rng = np.random.default_rng(0)
    # Hues turned and texture added, more from picture to picture, as in a dream.
    frames = [
        np.clip(
            cat @ np.linalg.matrix_power(np.eye(3) + 0.02 * np.roll(np.eye(3), 1, 0), step)
            + rng.normal(0, 3 * step, cat.shape),
            0,
            255,
        ).astype(np.uint8)
        for step in range(12)
    ]
    side = np.linspace(0, 399, 128).astype(int)
    samples = [frame[np.ix_(side, np.linspace(0, 599, 128).astype(int))] for frame in frames]
    whole = Image.fromarray(np.concatenate(samples)).quantize(256, Image.Quantize.MAXCOVERAGE, 1)

    def error(palette):
        """Root mean square distance of the pictures from their nearest colours."""
        drawn = [
            Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
            for frame in frames[::4]
        ]
        return np.sqrt(
            np.mean(
                [
                    np.square(np.asarray(image.convert("RGB")).astype(float) - frame).mean()
                    for image, frame in zip(drawn, frames[::4], strict=True)
                ]
            )
        )

    assert error(shared_palette(frames)) < 1.15 * error(whole)


@pytest.mark.parametrize(("height", "width"), [(2, 2), (15, 17), (61, 33)])
def test_odd_sizes(height, width):
    frames = [photo(seed, height, width) for seed in range(2)]
    for data in (gif(frames, [50, 50]), webp(frames, [50, 50])):
        got = decoded(data)[0]
        assert [frame.shape for frame in got] == [(height, width, 3)] * 2


def test_webp_frames_times_and_loops():
    frames = [flat(255, 0, 0), flat(12, 34, 56), photo(1, 20, 30)]
    got, durations, info = decoded(webp(frames, [500, 20, 2000]))
    assert abs(np.stack(got).astype(int) - frames)[:2].max() <= 3
    assert abs(got[2].astype(int) - frames[2]).mean() < 6
    assert durations == [500, 20, 2000]
    assert info["loop"] == 0 and info["xmp"] == b"<x/>"
    assert decoded(webp(frames, [500, 20, 2000], loop=False))[2]["loop"] == 1
    np.testing.assert_array_equal(iio.imread(webp(frames, [50] * 3), index=...), got)


def test_webp_is_a_well_formed_container():
    data = webp([photo(0), photo(1)], [100, 100], xmp=b"<odd/>")
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    names, place = [], 12
    while place < len(data):
        names.append(data[place : place + 4])
        size = struct.unpack("<I", data[place + 4 : place + 8])[0]
        place += 8 + size + size % 2
    assert place == len(data)
    assert names == [b"VP8X", b"ANIM", b"ANMF", b"ANMF", b"XMP "]
    assert data[20] == 0b110  # animation and XMP; no alpha, EXIF or profile


def test_durations_must_match_the_frames():
    with pytest.raises(ValueError, match="zip"):
        webp([flat(1, 2, 3)], [100, 100])


def test_a_film_holds_on_its_result():
    film = Film(frame_seconds=0.5, hold_seconds=2)
    assert film.order([1, 2, 3]) == [1, 2, 3]
    assert film.milliseconds(3) == [500, 500, 2000]


def test_a_boomerang_shows_neither_end_twice():
    film = Film(frame_seconds=0.1, hold_seconds=1, boomerang=True)
    assert film.order([1, 2, 3, 4]) == [1, 2, 3, 4, 3, 2]
    assert film.milliseconds(4) == [100, 100, 100, 1000, 100, 100]
    assert film.order([1, 2]) == [1, 2]
    assert film.milliseconds(2) == [100, 1000]


def test_times_are_whole_hundredths_and_a_hold_is_no_shorter_than_a_frame():
    assert Film(frame_seconds=0.033, hold_seconds=0).milliseconds(2) == [30, 30]
    assert Film(frame_seconds=0.02, hold_seconds=60).milliseconds(2) == [20, 60000]


@pytest.mark.parametrize("value", [0.019, 10.1, -1, float("nan"), "fast", None])
def test_a_frame_time_out_of_range_is_refused(value):
    with pytest.raises(
        DreamError, match=r"^frame_seconds is .*; choose (a number, )?0\.02 to 10 seconds$"
    ):
        Film(frame_seconds=value)


@pytest.mark.parametrize("value", [-0.1, 61, float("inf"), "long"])
def test_a_hold_out_of_range_is_refused(value):
    with pytest.raises(
        DreamError, match="^hold_seconds is .*; choose (a number, )?0 to 60 seconds$"
    ):
        Film(hold_seconds=value)
