"""A waiting line that is fair between visitors."""

from collections import OrderedDict, deque
from collections.abc import Iterator

from dreamlab.errors import DreamError


class FairQueue:
    """Jobs in line: round robin between owners, first come first served within one.

    An owner who comes anew joins behind those who wait already, so between two turns of an
    owner each other owner has one turn at the most.

    Parameters
    ----------
    per_owner, total : int
        Most jobs waiting for one owner, and in all.
    """

    def __init__(self, *, per_owner: int, total: int) -> None:
        self.per_owner = per_owner
        self.total = total
        self._lines: OrderedDict[str, deque[str]] = OrderedDict()  # next owner's turn first

    def __len__(self) -> int:
        return sum(len(line) for line in self._lines.values())

    def __iter__(self) -> Iterator[str]:
        """Go through the jobs in the order in which `pop` would give them."""
        lines = [list(line) for line in self._lines.values()]
        for turn in range(max(map(len, lines), default=0)):
            for line in lines:
                if turn < len(line):
                    yield line[turn]

    def push(self, owner: str, job: str) -> None:
        """Put a job at the end of its owner's line.

        Raises
        ------
        DreamError
            If the owner's line or the whole queue is full.
        """
        mine = len(self._lines.get(owner, ()))
        if mine >= self.per_owner:
            raise DreamError(
                f"you have {mine} dreams waiting, the most there may be: wait for one to start or "
                "cancel one"
            )
        if len(self) >= self.total:
            raise DreamError(
                f"the queue is full: {self.total} dreams are waiting; try again in some minutes"
            )
        self._lines.setdefault(owner, deque()).append(job)

    def put_back(self, owner: str, job: str) -> None:
        """Put a job that was taken at the head of the whole queue, full or not."""
        self._lines.setdefault(owner, deque()).appendleft(job)
        self._lines.move_to_end(owner, last=False)

    def pop(self) -> str | None:
        """Take the next job, or None if nobody waits."""
        if not self._lines:
            return None
        owner, line = self._lines.popitem(last=False)
        job = line.popleft()
        if line:
            self._lines[owner] = line
        return job

    def remove(self, owner: str, job: str) -> None:
        """Take a job out of the line; raises `ValueError` if it is not there."""
        line = self._lines.get(owner, deque())
        line.remove(job)
        if not line:
            del self._lines[owner]
