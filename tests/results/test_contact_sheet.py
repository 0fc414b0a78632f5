"""Contact sheets."""

import io

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.results.contact_sheet import contact_sheet


def flat(colour, height=50, width=80):
    return Picture(np.full((height, width, 3), colour, np.uint8))


RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def box(sheet, colour):
    """Return top, left, bottom and right of all pixels of a colour; the ends are exclusive."""
    rows, columns = np.nonzero((sheet == colour).all(axis=-1))
    return rows.min(), columns.min(), rows.max() + 1, columns.max() + 1


def test_pictures_stand_in_rows_at_their_own_scale():
    items = [("one", flat(RED)), ("two", flat(GREEN)), ("three", flat(BLUE))]
    sheet = iio.imread(contact_sheet(items, columns=2))
    # Gaps of 16; a cell is 80 wide and 50 + 32 of caption high.
    assert sheet.shape == (16 + 2 * (50 + 32 + 16), 16 + 2 * (80 + 16), 3)
    assert box(sheet, RED) == (16, 16, 66, 96)
    assert box(sheet, GREEN) == (16, 112, 66, 192)
    assert box(sheet, BLUE) == (114, 16, 164, 96)
    for top, left, colour in ((16, 16, RED), (16, 112, GREEN), (114, 16, BLUE)):
        assert (sheet[top : top + 50, left : left + 80] == colour).all()


def test_a_smaller_picture_is_centred_and_not_scaled():
    sheet = iio.imread(contact_sheet([("a", flat(RED)), ("b", flat(BLUE, 30, 40))], columns=2))
    assert box(sheet, RED) == (16, 16, 66, 96)
    assert box(sheet, BLUE) == (26, 132, 56, 172)


def test_fewer_pictures_than_columns_make_a_narrower_sheet():
    assert iio.imread(contact_sheet([("a", flat(RED))], columns=4)).shape[1] == 16 + 80 + 16


def test_captions_stand_under_their_pictures_and_stay_in_their_cells():
    captions = ["", "layer 1", "a caption that is far too long for a cell of eighty pixels " * 40]
    sheet = iio.imread(contact_sheet([(c, flat(RED)) for c in captions], columns=3))
    under = sheet[66:98]
    inked = [(under[:, left : left + 80] < 128).all(axis=-1) for left in (16, 112, 208)]
    assert [cell.any() for cell in inked] == [False, True, True]
    assert (sheet[:, 288:] == 255).all() and (under[:, 192:208] == 255).all()
    assert not inked[1][:, 70:].any()  # "layer 1" is short
    assert inked[2][:, 40:].any()


def test_facts_that_do_not_fit_beside_each_other_stand_below():
    items = [("one · two", flat(RED)), ("layer · depth 1", flat(RED))]
    sheet = iio.imread(contact_sheet(items, columns=2))
    single, layer, depth = (
        iio.imread(contact_sheet([(caption, flat(RED))], columns=1))[66:94, 16:96]
        for caption in ("one · two", "layer", "depth 1")
    )
    assert sheet.shape[0] == 16 + 50 + 32 + 20 + 16  # all cells have room for the second line
    assert (sheet[66:94, 16:96] == single).all()
    assert (sheet[66:94, 112:192] == layer).all()
    assert (sheet[86:114, 112:192][8:] == depth[8:]).all()
    assert (sheet[94:, 16:96] == 255).all()


def test_a_title_stands_above():
    plain = iio.imread(contact_sheet([("a", flat(RED, 50, 300))], columns=1))
    titled = iio.imread(contact_sheet([("a", flat(RED, 50, 300))], columns=1, title="Layers"))
    assert titled.shape[0] == plain.shape[0] + 24 + 16
    assert box(titled, RED) == (56, 16, 106, 316)
    assert (titled[:56] < 128).any() and not (plain[:16] < 128).any()


def test_captions_may_hold_anything():
    for caption in ("new\nline\ttab\x00\x1b[31m", "\u202e", "日本", "<b>", "\ud800", ""):
        assert contact_sheet([(caption, flat(RED))], columns=1).startswith(b"\x89PNG")


def test_accents_and_dashes_are_written_plainly():
    fancy, plain = (
        contact_sheet([(caption, flat(RED))], columns=1) for caption in ("é – 2×…", "e - 2x...")
    )
    assert fancy == plain


def test_no_metadata():
    assert Image.open(io.BytesIO(contact_sheet([("a", flat(RED))], columns=1))).info == {}


def test_what_it_should_say_of_itself_is_in_it():
    sheet = contact_sheet([("a", flat(RED))], columns=1, text={"made": "so"})
    assert Image.open(io.BytesIO(sheet)).info == {"made": "so"}


def test_what_cannot_be_laid_out_is_refused():
    with pytest.raises(DreamError, match="the contact sheet has 0 pictures; give at least 1"):
        contact_sheet([], columns=2)
    with pytest.raises(DreamError, match="columns is 0; choose 1 or more"):
        contact_sheet([("a", flat(RED))], columns=0)
    large = np.broadcast_to(np.uint8(0), (8000, 8000, 3))
    with pytest.raises(DreamError, match="would be 8032 x 8064 px, over 64,000,000 pixels"):
        contact_sheet([("a", Picture(large))], columns=1)
