"""The time of one run of a job: what counts against its limits."""

import time

#: Longest that a network may take to load, and be downloaded over a slow line, in seconds.
LOAD_SECONDS = 1200.0


class RunClock:
    """Times of a run, in `time.monotonic` seconds; it starts when a worker is given the job.

    Parameters
    ----------
    behind : float
        Seconds of earlier runs that this one does not do again.
    """

    def __init__(self, behind: float = 0.0) -> None:
        self._behind = behind
        self._answered: float | None = None  # when its worker first answered
        self._loaded: float | None = None  # when its worker first told that it had its network
        self.restart()

    def restart(self) -> None:
        """Let no time have passed."""
        self._since = time.monotonic() - self._behind

    @property
    def loaded(self) -> bool:
        """Whether its worker has told that it had its network."""
        return self._loaded is not None

    def answer(self, here: bool, loaded: bool) -> bool:
        """Note an answer of its worker, and say whether no time counts yet.

        A run that waits for others or for its network could not stop, so its time does not count.
        Time without an answer always counts.

        Parameters
        ----------
        here : bool
            Whether the worker has the run.
        loaded : bool
            Whether it tells that the network is loaded.
        """
        now = time.monotonic()
        if not here and self._answered is not None:
            return False
        if here and self._answered is None:
            self._answered = now
        if here and loaded and self._loaded is None:
            self._loaded = now
        free = self._answered is None
        if self._answered is not None and self._loaded is None:
            free = now - self._answered < LOAD_SECONDS
        if free:
            self.restart()
        return free

    @property
    def seconds(self) -> float:
        """The seconds that count, those of earlier runs too."""
        return time.monotonic() - self._since

    def over(self, now: float, limit: float) -> bool:
        """Say whether it has run longer than so many seconds."""
        return now - self._since > limit

    def left_of(self, seconds: float) -> float:
        """Return how much of so many seconds it has yet, since its network is loaded."""
        passed = 0.0 if self._loaded is None else time.monotonic() - self._loaded
        return max(0.0, seconds - passed)
