"""How fast tasks run here, as measured."""

from dreamlab.zoo import speed


class Throughput:
    """Seconds a multiplication takes here, by network and precision, as last measured."""

    def __init__(self) -> None:
        self._rates: dict[tuple[str, str], float] = {}

    def observe(self, model: str, precision: str, work: float, seconds: float) -> None:
        """Note that so much work (multiplications) took so many seconds."""
        if work > 0 and seconds > 0:
            self._rates.pop((model, precision), None)  # so that the last one measured is last
            self._rates[model, precision] = seconds / work

    def seconds(self, model: str, precision: str, work: float) -> float | None:
        """Return the seconds expected for so much work, or None if nothing was measured yet.

        What was not measured itself is taken from the nearest that was: the network at another
        precision, else another network at this precision, else the last one measured, each with
        what is known of its speed beside this one's.
        """
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
