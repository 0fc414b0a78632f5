"""What is left out of a set of pictures, or done to it, in sentences."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dreamlab.errors import listed

#: Most names in a sentence.
MOST_NAMES = 5


class Remarks:
    """What is left out of a set, or done to it.

    Parameters
    ----------
    left_out : mapping of str to iterable of str
        Names of what is left out already, by the reason.

    Attributes
    ----------
    left_out : dict of str to list of str
        Names of what is left out, by the reason, which follows "left out as".
    unreadable : list of str
        Names of files that are no pictures that can be read.
    reason : str
        What is wrong with the first of them, in a sentence.
    said : list of str
        Further sentences.
    """

    def __init__(self, left_out: Mapping[str, Iterable[str]]) -> None:
        self.left_out: defaultdict[str, list[str]] = defaultdict(list)
        for why, names in left_out.items():
            self.left_out[why] += names
        self.unreadable: list[str] = []
        self.reason = ""
        self.said: list[str] = []

    def sentences(self) -> tuple[str, ...]:
        """Return all, each with at most five names."""
        sentences = list(self.said)
        if len(self.unreadable) == 1:
            sentences.append(f"left out: {self.reason}")
        elif self.unreadable:
            sentences.append(f"left out: {listed(self.unreadable, MOST_NAMES)} ({self.reason})")
        return (*sentences, *self._left_out(MOST_NAMES))

    def why_nothing(self) -> str:
        """Return a reason why a set is empty, in a sentence; ``""`` where there is none."""
        return next(iter([self.reason] * bool(self.reason) or [*self._left_out(2), *self.said]), "")

    def _left_out(self, most: int) -> list[str]:
        return [
            f"left out as {why}: {listed(names, most)}"
            for why, names in self.left_out.items()
            if names
        ]
