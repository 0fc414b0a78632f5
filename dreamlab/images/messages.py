"""Messages between two processes of which one may be taken over: words as JSON, and raw bytes.

Nothing in a message runs when it is read, as it would in a pickle.
"""

import json
import struct
from typing import Any, BinaryIO

#: Bytes of the words, and bytes behind them.
_HEAD = struct.Struct(">IQ")

#: Most bytes of the words: settings take 64 kB.
_MOST_WORDS = 2**18


def send(stream: BinaryIO, words: dict[str, Any], content: bytes | memoryview = b"") -> None:
    """Write a message.

    Parameters
    ----------
    stream : binary file
        Where to.
    words : dict
        What JSON can hold.
    content : bytes
        What follows.

    Raises
    ------
    OSError
        If nobody reads it.
    """
    packed = json.dumps(words, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(_HEAD.pack(len(packed), len(content)) + packed)
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> tuple[dict[str, Any], bytes]:
    """Read a message.

    Parameters
    ----------
    stream : binary file
        Where from; it blocks.
    most : int
        Most bytes behind the words.

    Returns
    -------
    words : dict
        The words.
    content : bytes
        What follows them.

    Raises
    ------
    EOFError
        If the stream ends.
    ValueError, RecursionError
        If it is no message, or one that is too large.
    """
    size, count = _HEAD.unpack(_exactly(stream, _HEAD.size))
    if size > _MOST_WORDS or count > most:
        raise ValueError(f"a message of {size:,} and {count:,} bytes is too large")
    words = json.loads(_exactly(stream, size).decode("utf-8", "surrogatepass"))
    if not isinstance(words, dict):
        raise ValueError("a message without words")
    return words, _exactly(stream, count)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
