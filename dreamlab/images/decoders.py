"""Decoder processes that visitors share: nobody's picture keeps another's waiting for long."""

from typing import Any, NamedTuple

import numpy as np

from dreamlab.errors import DreamError
from dreamlab.images import files
from dreamlab.images.decoder import MODULE, Decoder
from dreamlab.images.picture_set import SIDE
from dreamlab.images.set_pictures import Square
from dreamlab.images.shape import Shape
from dreamlab.images.turns import Turns

#: Number of processes: with one, a single visitor would keep all others waiting.
COUNT = 2

#: Longest that a picture may take, and that it may wait for its turn, in seconds.
SECONDS, WAITING_SECONDS = 10.0, 60.0

#: Most memory that a picture may take, in bytes: twice what pictures are admitted by, as a file
#: and what it comes to are there besides.
MEMORY = 400e6


class Read(NamedTuple):
    """A picture that was read.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3).
    full : Shape
        Height and width before it was scaled down, in pixels.
    notes : tuple of str
        What is missing or changed, in a sentence each.
    transparent : bool
        Whether a background shows through it.
    """

    pixels: np.ndarray
    full: Shape
    notes: tuple[str, ...]
    transparent: bool


class Decoders:
    """Processes that decode pictures, started at once and replaced when they end.

    Parameters
    ----------
    count : int
        Number of processes.
    seconds : float
        Longest that a picture may take, in seconds.
    memory : float
        Most memory that a picture may take, in bytes.
    module : str
        What the processes run.

    Attributes
    ----------
    all : list of Decoder
        The processes.
    """

    def __init__(
        self,
        count: int = COUNT,
        seconds: float = SECONDS,
        memory: float = MEMORY,
        module: str = MODULE,
    ) -> None:
        self.all = [Decoder(seconds, memory, module) for _ in range(count)]
        self._turns = Turns(count, WAITING_SECONDS)

    def image(self, data: bytes, name: str, visitor: str, **options: Any) -> Read:
        """Decode a picture, once it is its visitor's turn.

        Parameters
        ----------
        data : bytes
            The file.
        name : str
            Its name.
        visitor : str
            Whose it is; one picture of a visitor is read at a time.
        **options
            ``max_side``, ``max_memory`` and ``background`` of `dreamlab.images.read_image`.

        Raises
        ------
        DreamError
            If it cannot be read, takes too much time or memory, or too many are waiting.
        """
        words, content = self._ask("image", data, name, visitor, options)
        try:
            height, width = map(int, words["shape"])
            pixels = np.frombuffer(content, np.uint8).reshape(height, width, 3)
            full = Shape(*map(int, words["full"]))
            return Read(pixels, full, _notes(words), bool(words["transparent"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _odd(name) from error

    def square(self, data: bytes, name: str, visitor: str) -> Square:
        """Decode a picture's middle square, as `dreamlab.images.set_pictures.read_square` does.

        Parameters and exceptions are those of `image`.
        """
        words, content = self._ask("square", data, name, visitor, {})
        try:
            pixels = np.frombuffer(content, np.uint8).reshape(SIDE, SIDE, 3)
            return Square(pixels, bool(words["enlarged"]), _notes(words))
        except (KeyError, TypeError, ValueError) as error:
            raise _odd(name) from error

    def settings(self, data: bytes, name: str, visitor: str) -> dict[str, Any]:
        """Return the settings in a file, as `dreamlab.config.read_settings` does.

        Parameters and exceptions are those of `image`.
        """
        words, _ = self._ask("settings", data, name, visitor, {})
        if not isinstance(words.get("settings"), dict):
            raise _odd(name)
        return words["settings"]

    def close(self) -> None:
        """End all processes."""
        for decoder in self.all:
            decoder.close()

    def _ask(
        self, what: str, data: bytes, name: str, visitor: str, options: dict[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        label = files.label(name)
        with self._turns.turn(visitor) as place:
            return self.all[place].ask(what, data, label, **options)


def _notes(words: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(note) for note in words["notes"])


def _odd(name: str) -> DreamError:
    return DreamError(f"{files.label(name)} was not read as a picture is; choose another")
