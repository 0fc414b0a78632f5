"""How fast tasks run here, as measured."""

from collections import deque
from statistics import median

from dreamlab.zoo import speed

#: Multiplications of a run that says all of a machine's speed: some ten seconds of two cores. Much
#: of a shorter one is what the first step at a size takes, which is no more in a long one.
_TELLING = 1e12

#: How many runs tell what each takes beside its work, and most seconds of that: else it downloaded.
_RUNS, _MOST_BESIDE = 9, 5.0

#: What they take on two cores, as often as to outweigh the first ones, in which all is made ready.
_TYPICAL = [0.5] * 4


class Throughput:
    """Seconds a multiplication takes here, by network and precision, as measured of late."""

    def __init__(self) -> None:
        self._rates: dict[tuple[str, str], float] = {}
        self._beside = deque[float](maxlen=_RUNS)

    def observe(self, model: str, precision: str, work: float, seconds: float) -> None:
        """Note that so much work (multiplications) took so many seconds.

        The more work it was, the more it counts beside what was expected until now.
        """
        if work > 0 and seconds > 0:
            rate, share = seconds / work, min(1.0, work / _TELLING)
            expected = self._of_work(model, precision, 1.0)
            if expected is not None:
                rate = expected * (rate / expected) ** share
            self._rates.pop((model, precision), None)  # so that the last one measured is last
            self._rates[model, precision] = rate

    def observe_whole(self, model: str, precision: str, work: float, seconds: float) -> None:
        """Note how long a worker was busy with a run of so much work, from its task to its end."""
        expected = self._of_work(model, precision, work)
        if expected is not None:
            self._beside.append(min(max(0.0, seconds - expected), _MOST_BESIDE))

    def seconds(self, model: str, precision: str, work: float) -> float | None:
        """Return the seconds expected for a run of so much work, or None if nothing was measured.

        Beside its work each run takes as long as the middle one of the last ones: it is sent, its
        first steps make ready what is needed, and its pictures are looked at.

        What was not measured itself is taken from the nearest that was: the network at another
        precision, else another network at this precision, else the last one measured, each with
        what is known of its speed beside this one's.
        """
        expected = self._of_work(model, precision, work)
        return None if expected is None else expected + self.beside

    @property
    def beside(self) -> float:
        """Seconds that each run takes beside its work."""
        return median([*_TYPICAL, *self._beside]) if self._beside else 0.0

    def _of_work(self, model: str, precision: str, work: float) -> float | None:
        candidates = (
            [(model, precision)]
            + [key for key in self._rates if key[0] == model]
            + [key for key in self._rates if key[1] == precision]
            + list(reversed(self._rates))
        )
        for key in candidates:
            if key in self._rates:
                return work * self._rates[key] * speed(key[0]) / speed(model)
        return None
