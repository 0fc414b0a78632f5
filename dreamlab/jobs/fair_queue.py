"""A waiting line that is fair between visitors."""

from collections import OrderedDict, deque
from collections.abc import Iterator

from dreamlab.errors import DreamError


class FairQueue:
    """Jobs in line: round robin between owners, first come first served within one.

    An owner who comes anew joins behind those who wait already, so between two turns of an
    owner each other owner has one turn at the most. A job may stand in the lines of several owners;
    whoever's turn comes first takes it, and it counts for the owner who brought it.

    Parameters
    ----------
    per_owner, total : int
        Most jobs waiting for one owner, and in all.
    """

    def __init__(self, *, per_owner: int, total: int) -> None:
        self.per_owner = per_owner
        self.total = total
        self._lines: OrderedDict[str, deque[str]] = OrderedDict()  # next owner's turn first
        self._brought: dict[str, str] = {}  # who brought each job

    def __len__(self) -> int:
        return len(self._brought)

    def __iter__(self) -> Iterator[str]:
        """Go through the jobs in the order in which `pop` would give them."""
        lines = [deque(line) for line in self._lines.values()]
        given = set[str]()
        while any(lines):
            for line in lines:
                while line and line[0] in given:
                    line.popleft()
                if line:
                    given.add(line[0])
                    yield line.popleft()

    def push(self, owner: str, job: str) -> None:
        """Put a job at the end of its owner's line.

        Raises
        ------
        DreamError
            If the owner's line or the whole queue is full.
        """
        mine = sum(1 for bringer in self._brought.values() if bringer == owner)
        if mine >= self.per_owner:
            raise DreamError(
                f"you have {mine} dreams waiting, the most there may be: wait for one to start or "
                "cancel one"
            )
        if len(self) >= self.total:
            raise DreamError(
                f"the queue is full: {self.total} dreams are waiting; try again in some minutes"
            )
        self._brought[job] = owner
        self._lines.setdefault(owner, deque()).append(job)

    def join(self, owner: str, job: str) -> None:
        """Put a job that waits already at the end of another owner's line too, full or not."""
        line = self._lines.setdefault(owner, deque())
        if job not in line:
            line.append(job)

    def leave(self, owner: str, job: str, heir: str) -> None:
        """Take a job out of one owner's line and count it for another owner, who keeps it.

        One that was put back stands in a single line: it is put back for the heir if that was it.
        """
        line = self._lines.get(owner, deque())
        if job in line:
            line.remove(job)
            if not line:
                del self._lines[owner]
        if self._brought[job] == owner:
            self._brought[job] = heir
        if not any(job in line for line in self._lines.values()):
            self.put_back(heir, job)

    def put_back(self, owner: str, job: str) -> None:
        """Put a job that was taken at the head of the whole queue, full or not."""
        self._brought[job] = owner
        self._lines.setdefault(owner, deque()).appendleft(job)
        self._lines.move_to_end(owner, last=False)

    def pop(self) -> str | None:
        """Take the next job, or None if nobody waits."""
        if not self._lines:
            return None
        owner = next(iter(self._lines))
        job = self._lines[owner][0]
        self._lines.move_to_end(owner)  # if nothing is left of the line, it goes
        self.remove(job)
        return job

    def remove(self, job: str) -> None:
        """Take a job out of all lines; raises `KeyError` if it is in none."""
        del self._brought[job]
        for owner, line in list(self._lines.items()):
            if job in line:
                line.remove(job)
            if not line:
                del self._lines[owner]
