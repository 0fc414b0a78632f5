"""All jobs that are remembered, bounded in bytes and age."""

from collections import Counter
from collections.abc import Iterator

from dreamlab.errors import DreamError
from dreamlab.jobs.record import Record


class Store:
    """Records by job id; those that have ended go, oldest first, when the bounds are passed.

    Parameters
    ----------
    max_bytes : float
        Most bytes of records that have ended.
    max_seconds : float
        Longest a record is kept after its end.
    """

    def __init__(self, *, max_bytes: float, max_seconds: float) -> None:
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds
        self._records: dict[str, Record] = {}
        self._ended: Counter[str] = Counter(done=0, failed=0, cancelled=0)
        self._seconds = 0.0

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def add(self, record: Record) -> None:
        """Remember a record."""
        self._records[record.id] = record

    def get(self, job: str) -> Record:
        """Return a job's record; raises `DreamError` if it is not (or no longer) known."""
        try:
            return self._records[job]
        except KeyError:
            raise DreamError("this dream is no longer kept: start it again") from None

    @property
    def running(self) -> list[Record]:
        """Records of all jobs that run."""
        return [record for record in self if record.state == "running"]

    def count(self, record: Record) -> None:
        """Count a job that has ended, and the time it ran."""
        self._ended[record.state] += 1
        self._seconds += record.elapsed or 0.0

    def counters(self) -> dict[str, float]:
        """Return how many jobs are running, how many have ended how, and their seconds."""
        return {"running": len(self.running), **self._ended, "seconds": self._seconds}

    def drop(self, job: str) -> None:
        """Forget a record, if it is known."""
        self._records.pop(job, None)

    def evict(self, now: float) -> None:
        """Forget what is too old, then the oldest until the bytes fit; never what still runs."""
        ends = {record.id: record.ended for record in self if record.ended is not None}
        total = sum(self._records[job].nbytes for job in ends)
        for job, ended in sorted(ends.items(), key=lambda end: end[1]):
            if total <= self.max_bytes and now - ended <= self.max_seconds:
                break
            total -= self._records[job].nbytes
            self.drop(job)
