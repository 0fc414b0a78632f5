"""The middle squares of the pictures of a set."""

import io

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import set_pictures
from dreamlab.images.set_pictures import read_square
from tests.support.sets import encoded


def squares(width, height, left, top, side):
    """Return a black picture with a white square in it."""
    image = Image.new("RGB", (width, height))
    image.paste((255, 255, 255), (left, top, left + side, top + side))
    return encoded(image)


@pytest.mark.parametrize(("width", "height"), [(224, 224), (500, 224), (224, 500)])
def test_the_middle_square_is_taken_as_it_is(width, height):
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    square = read_square(encoded(Image.fromarray(pixels)), "a.png")
    top, left = (height - 224) // 2, (width - 224) // 2
    assert np.array_equal(square.pixels, pixels[top : top + 224, left : left + 224])
    assert square.pixels.dtype == np.uint8 and not square.enlarged and square.notes == ()


@pytest.mark.parametrize("size", [(448, 900), (2688, 1792)])
def test_a_larger_picture_is_scaled_down(size):
    side = min(size)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    square = read_square(squares(*size, left + side // 4, top, side // 2), "a.png")
    columns = square.pixels.mean((0, 2))
    # The white square is the half in the middle of the columns, and the upper half of the rows.
    assert columns[:53].max() < 1 and columns[59:165].min() > 126 and columns[171:].max() < 1
    assert square.pixels[4:106, 112].min() > 250 and square.pixels[118:, 112].max() < 5
    assert not square.enlarged


def test_a_long_picture_keeps_its_detail():
    """A first reading, scaled down to a longest side of 448 px, would leave 16 rows of it."""
    pixels = np.zeros((224, 6272, 3), np.uint8)
    pixels[::2] = 255
    square = read_square(encoded(Image.fromarray(pixels)), "a.png")
    assert np.array_equal(square.pixels, pixels[:, :224]) and not square.enlarged


@pytest.mark.parametrize(("size", "enlarged"), [((223, 900), True), ((224, 900), False)])
def test_a_picture_whose_shorter_side_is_less_is_enlarged(size, enlarged):
    square = read_square(squares(*size, 0, 0, 9), "a.png")
    assert square.enlarged == enlarged and square.pixels.shape == (224, 224, 3)


def test_what_is_missing_is_noted_with_the_name():
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    (note,) = read_square(buffer.getvalue()[: -len(buffer.getvalue()) // 30], "red/a.jpg").notes
    assert note.startswith("a.jpg ")


def test_what_is_no_picture_is_refused_with_the_name():
    with pytest.raises(DreamError, match=r"^a\.txt is "):
        read_square(b"a text among pictures", "red/a.txt")


def test_what_takes_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr(set_pictures, "_MEMORY", 3 * 100 * 100)
    with pytest.raises(DreamError, match=r"^a\.png is 100 x 100 px, 10,000 pixels; of a PNG"):
        read_square(squares(100, 100, 0, 0, 9), "a.png")
