"""A waiting line that is fair between visitors, by the seconds of work that each brings."""

import heapq
import itertools
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass
class Entry:
    """A job that waits, or was taken.

    Parameters
    ----------
    owner : str
        Who brought it, and for whom it counts.
    seconds : float
        How long it is expected to run yet.
    address : str
        Where its owner comes from; empty if that is not known.
    finish : float
        Once it was taken: the time of the fair share at which it ends.
    """

    owner: str
    seconds: float
    address: str = ""
    finish: float = 0.0


class FairQueue:
    """Jobs in line: each owner gets the same seconds of work, first come first served within one.

    It is weighted fair queueing, much as WF2Q+ [1]_: the next job is the one that would end first
    if all who wait shared the workers second by second. So a short job of somebody who comes anew
    never waits for the long ones of others, jobs of one length are served in turn, and a long job
    is not kept waiting by any number of short ones. A job may stand in the lines of several
    owners; whoever's turn comes first takes it, and it counts for the owner who brought it.

    References
    ----------
    .. [1] J. C. R. Bennett, H. Zhang, "Hierarchical packet fair queueing algorithms", IEEE/ACM
       Transactions on Networking 5(5), 1997.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Entry] = {}
        self._taken: dict[str, Entry] = {}
        self._first: list[str] = []  # jobs that go before all lines
        self._back: list[str] = []  # jobs that gave way; each keeps its turn
        self._lines: dict[str, deque[str]] = {}
        self._now = 0.0  # seconds that each of those who wait has been given
        self._starts: dict[str, float] = {}  # of each owner: when the next job of the line begins
        self._since: dict[str, int] = {}  # when each had a turn, or came: breaks ties
        self._count = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[str]:
        """Go through the jobs in the order in which `pop` would give them."""
        return (job for job, _, _ in self._order())

    def _order(self) -> Iterator[tuple[str, str, float]]:
        """Go through the jobs, each with the owner whose turn it is and the time of its end."""
        for job in self._first:
            yield job, self._waiting[job].owner, self._waiting[job].finish
        lines = {owner: deque(line) for owner, line in self._lines.items()}
        turns = [
            (self._starts[owner] + self._head(owner), self._since[owner], owner, line)
            for owner, line in lines.items()
        ]
        for place, job in enumerate(self._back, -len(self._back)):  # before all that end as soon
            entry = self._waiting[job]
            turns.append((entry.finish, place, entry.owner, deque([job])))
        heapq.heapify(turns)
        after = itertools.count(next(self._count))
        given = set(self._first)
        while turns:
            finish, _, owner, line = heapq.heappop(turns)
            if line[0] in given:  # another owner's turn came first
                finish -= self._waiting[line.popleft()].seconds
            else:
                given.add(line[0])
                yield line.popleft(), owner, finish
            if line:
                finish += self._waiting[line[0]].seconds
                heapq.heappush(turns, (finish, next(after), owner, line))

    @property
    def waiting(self) -> Collection[Entry]:
        """All that waits."""
        return self._waiting.values()

    def push(self, job: str, entry: Entry) -> None:
        """Put a job at the end of the line of its owner."""
        self._waiting[job] = entry
        self._line(entry.owner).append(job)

    def join(self, owner: str, job: str) -> None:
        """Put a job that waits already at the end of another owner's line too, full or not."""
        if job not in self._lines.get(owner, ()):
            self._line(owner).append(job)

    def _line(self, owner: str) -> deque[str]:
        """Return an owner's line; one who comes anew begins with what all have had."""
        if owner not in self._lines:
            ends = [self._starts[other] + self._head(other) for other in self._lines]
            ends += [self._waiting[other].finish for other in self._back]
            now = min(self._now, max(ends, default=self._now))  # at the next turn of all at most
            self._lines[owner] = deque()
            self._starts[owner] = max(now, self._starts.get(owner, 0.0))
            self._since[owner] = next(self._count)
        return self._lines[owner]

    def _head(self, owner: str) -> float:
        """Return the seconds of the next job of an owner."""
        return self._waiting[self._lines[owner][0]].seconds

    def leave(self, owner: str, job: str, heir: str) -> None:
        """Take a job out of one owner's line and count it for another owner, who keeps it."""
        self._drop(owner, job)
        entry = self._waiting[job]
        if entry.owner == owner:
            entry.owner = heir

    def put_back(self, owner: str, job: str, seconds: float, *, first: bool) -> None:
        """Put a job that was taken into the queue again, full or not.

        Parameters
        ----------
        owner, job : str
            Whose it is, and its name.
        seconds : float
            How long it is expected to run yet.
        first : bool
            Whether it goes before all others, or else where its fair share puts it.
        """
        self.progress(job, seconds)
        entry = self._taken.pop(job)
        self._waiting[job] = Entry(owner, seconds, entry.address, entry.finish)
        (self._first if first else self._back).insert(0, job)

    def progress(self, job: str, seconds: float) -> None:
        """Note how long a job that was taken is expected to run yet."""
        entry = self._taken[job]
        done = max(0.0, entry.seconds - seconds)
        entry.seconds -= done
        self._pass(done)

    def pop(self) -> str | None:
        """Take the next job, or None if nobody waits."""
        for job, owner, finish in self._order():
            self._starts[owner] = max(finish, self._starts.get(owner, finish))
            self._since[owner] = next(self._count)
            entry = self._waiting[job]
            self.remove(job)
            entry.finish = finish
            self._taken[job] = entry
            return job
        return None

    def gives_way(self, job: str, to: str | None = None) -> bool:
        """Say whether a job that was taken is to let another go first, by default the next."""
        taken = self._taken.get(job)
        for other, _, finish in self._order():
            if to is None or other == to:
                return taken is not None and finish < taken.finish
        return False

    def done(self, job: str) -> None:
        """Note that a job that was taken has ended, or will not be put back."""
        self._pass(self._taken[job].seconds)
        del self._taken[job]

    def remove(self, job: str) -> None:
        """Take a job out of all lines; raises `KeyError` if it is in none."""
        for owner in list(self._lines):
            self._drop(owner, job)
        for line in (self._first, self._back):
            if job in line:
                line.remove(job)
        del self._waiting[job]

    def _drop(self, owner: str, job: str) -> None:
        line = self._lines.get(owner, deque())
        if job in line:
            line.remove(job)
            if not line:
                del self._lines[owner]

    def _pass(self, seconds: float) -> None:
        """Let so many seconds of work be done, for all who share the workers."""
        at_work = {entry.owner for entry in self._taken.values()}
        sharing = self._lines.keys() | at_work
        again = [self._waiting[job] for job in self._first + self._back]
        sharing |= {entry.owner for entry in again}
        self._now += seconds / max(1, len(sharing))
        begun = [entry.finish - entry.seconds for entry in [*self._taken.values(), *again]]
        starts = begun + [self._starts[owner] for owner in self._lines]
        self._now = max(self._now, min(starts, default=self._now))
        # Who has nothing here any more begins anew with what all have had, sooner or later.
        self._starts = {
            owner: start
            for owner, start in self._starts.items()
            if start > self._now or owner in self._lines
        }
        self._since = {owner: self._since[owner] for owner in self._starts}
