import io
import struct

import pytest

from dreamlab.images.messages import receive, send


def test_words_and_bytes_arrive():
    stream = io.BytesIO()
    words = {"label": "Größe\udc80 \N{CAT}.png", "side": 600, "none": None}
    send(stream, words, b"pixels")
    send(stream, {}, memoryview(b""))
    stream.seek(0)
    assert receive(stream, 6) == (words, b"pixels")
    assert receive(stream, 0) == ({}, b"")
    with pytest.raises(EOFError):
        receive(stream, 0)


@pytest.mark.parametrize(
    "message, error",
    [
        (struct.pack(">IQ", 2, 7) + b"{}" + bytes(7), ValueError),
        (struct.pack(">IQ", 2**31, 0), ValueError),
        (struct.pack(">IQ", 2, 0) + b"[]", ValueError),
        (struct.pack(">IQ", 2, 0) + b"\xff\xff", ValueError),
        (struct.pack(">IQ", 100_000, 0) + b"[" * 100_000, RecursionError),
        (struct.pack(">IQ", 2, 6) + b"{}abc", EOFError),
        (b"\0\0", EOFError),
    ],
)
def test_what_is_no_message_is_an_error(message, error):
    with pytest.raises(error):
        receive(io.BytesIO(message), 6)
