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
    unreadable : list of (str, str)
        Name of each file that is no picture that can be read, and what is wrong with it, in a
        sentence.
    said : list of str
        Further sentences.
    """

    def __init__(self, left_out: Mapping[str, Iterable[str]]) -> None:
        self.left_out: defaultdict[str, list[str]] = defaultdict(list)
        for why, names in left_out.items():
            self.left_out[why] += names
        self.unreadable: list[tuple[str, str]] = []
        self.said: list[str] = []

    def sentences(self) -> tuple[str, ...]:
        """Return all, each with at most five names, the first by name."""
        return (*self.said, *self._unreadable(), *self._left_out(MOST_NAMES))

    def why_nothing(self) -> str:
        """Return a reason why a set is empty, in a sentence; ``""`` where there is none."""
        reasons = [reason for _, reason in sorted(self.unreadable)[:1]]
        return next(iter([*reasons, *self._left_out(2), *self.said]), "")

    def _unreadable(self) -> list[str]:
        if not self.unreadable:
            return []
        names, reasons = zip(*sorted(self.unreadable), strict=True)
        return [f"left out: {listed(names, MOST_NAMES)} ({reasons[0]})"]

    def _left_out(self, most: int) -> list[str]:
        return [
            f"left out as {why}: {listed(sorted(names), most)}"
            for why, names in self.left_out.items()
            if names
        ]
