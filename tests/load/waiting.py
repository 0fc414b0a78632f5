"""Waiting for what happens, doing things at once, and figures in words."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence


def until(condition: Callable[[], object], seconds: float, pause: float = 0.05) -> float:
    """Wait until something holds and return how long that took, in seconds.

    Raises
    ------
    TimeoutError
        If it does not hold after so many seconds.
    """
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(pause)
    return time.monotonic() - began


def at_once(count: int, act: Callable[[int], None]) -> None:
    """Do something so many times at once, and wait for all; the first error is raised."""
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            act(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def spread(values: Sequence[float], unit: str = "s", digits: int = 1) -> str:
    """Return median and worst of some values, in words."""
    if not values:
        return "none"
    median, worst = statistics.median(values), max(values)
    return f"median {median:.{digits}f} {unit}, worst {worst:.{digits}f} {unit}"


def late(values: Sequence[float]) -> float:
    """Return what 95 % of some values do not exceed."""
    return sorted(values)[int(0.95 * (len(values) - 1))]
