"""Thirty students press *Dream* at once."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from tests.load.guest import Card, Guest
from tests.load.row import Figure
from tests.load.setups import small
from tests.load.tree import Site, Tree
from tests.load.waiting import at_once, spread

STUDENTS, DREAMS = 30, 4

#: Seconds after the click at which all others have pressed as well.
_PRESSED = 5

#: Longest that a class waits for its last dream, in seconds.
_LESSON = 600


@dataclass
class _Visit:
    """What came of one student's visit; times in seconds after the click."""

    drawn: float = 0.0
    taken: int = 0
    done: int = 0
    refusal: str = ""
    at_once: float | None = None  # when the last of the dreams was forecast to begin, at the click
    forecast: float | None = None  # and when all had pressed
    begun: list[float] = field(default_factory=list)
    ended: float = 0.0


def same(tree: Tree) -> Iterator[Figure]:
    """All students dream the comparison that the page begins with."""
    with tree.serve() as site:
        visits = _lesson(site, lambda number: "")
        yield from _outcome(site, visits)
        runs = site.dreams()
        yield Figure("dreams that ran", f"{runs}", runs == DREAMS, f"{DREAMS}")


def different(tree: Tree) -> Iterator[Figure]:
    """Each student has dreams that nobody else has."""
    with tree.serve() as site:
        visits = _lesson(site, small)
        yield from _outcome(site, visits)
    for when, name, promised in (
        ("at the click", "at_once", False),
        (f"{_PRESSED} s later, when all had pressed", "forecast", True),
    ):
        told = [
            visit.begun[-1] / forecast
            for visit in visits
            if (forecast := getattr(visit, name)) and len(visit.begun) == DREAMS
        ]
        off = [max(ratio, 1 / max(ratio, 0.01)) for ratio in told]
        yield Figure(
            f"wait for the last dream's beginning against its forecast {when}",
            f"median {statistics.median(told):.2f}, {min(told):.2f} to {max(told):.2f} times "
            f"(told to {len(told)})"
            if told
            else "nobody was told",
            (bool(off) and statistics.median(off) < 1.5 and max(off) < 3) if promised else None,
            "median within 1.5 times, worst within 3 times" if promised else "",
        )
    firsts = [visit.begun[0] for visit in visits if visit.begun]
    thirds = [visit.begun[2] for visit in visits if len(visit.begun) > 2]
    late = sum(first > min(thirds, default=0) + 2 for first in firsts)
    yield Figure("wait for a first dream's beginning", spread(firsts))
    yield Figure("students whose first began after somebody's third", f"{late}", late == 0, "0")


def _lesson(site: Site, setup: Callable[[int], str]) -> list[_Visit]:
    visits = [_Visit() for _ in range(STUDENTS)]
    ready = threading.Barrier(STUDENTS)
    with ExitStack() as stack:
        students = [
            stack.enter_context(closing(Guest(site.address, setup(number))))
            for number in range(STUDENTS)
        ]

        def act(number: int) -> None:
            student, visit = students[number], visits[number]
            visit.drawn = student.draw()
            ready.wait(_LESSON)  # all press at the same time
            if not student.may_dream():
                visit.refusal = student.refusal() or "the button cannot be pressed"
                return
            began = time.monotonic()
            student.click("Dream")
            cards = student.cards()
            visit.taken, visit.refusal = len(cards), student.refusal()
            visit.at_once = _forecast(cards)
            begun: dict[str, float] = {}

            def over(cards: list[Card]) -> bool:
                now = time.monotonic() - began
                for card in cards:
                    if not card.waits:
                        begun.setdefault(card.job, now)
                if visit.forecast is None and now > _PRESSED:
                    left = _forecast(cards)
                    visit.forecast = None if left is None else now + left
                return not any(card.active for card in cards)

            student.follow(over, _LESSON)
            visit.begun = sorted(begun.values())
            visit.ended = time.monotonic() - began
            visit.done = sum(card.done for card in student.cards())

        at_once(STUDENTS, act)
    return visits


def _forecast(cards: list[Card]) -> float | None:
    """Return in how many seconds the last of the dreams is to begin; None if nothing is said."""
    waiting = [card.forecast for card in cards if card.waits]
    return waiting[-1] if waiting else None


def _outcome(site: Site, visits: list[_Visit]) -> Iterator[Figure]:
    whole = sum(visit.done == DREAMS for visit in visits)
    all_of_them = f"{STUDENTS} of {STUDENTS}"
    yield Figure(
        f"students with all {DREAMS} dreams",
        f"{whole} of {STUDENTS}",
        whole == STUDENTS,
        all_of_them,
    )
    refused = [visit for visit in visits if visit.refusal]
    words = f" (“{refused[0].refusal[:110]}”)" if refused else ""
    yield Figure("students refused a dream", f"{len(refused)}{words}", not refused, "0")
    lost = sum(visit.taken - visit.done for visit in visits)
    wrong = site.log().count("Traceback")
    yield Figure(
        "dreams taken and not done; errors in the log",
        f"{lost}; {wrong}",
        lost == wrong == 0,
        "0; 0",
    )
    yield Figure("page drawn, all at once", spread([visit.drawn for visit in visits]))
    ends = [visit.ended for visit in visits if visit.done]
    yield Figure("the last dream done, after the click", spread(ends) if ends else "none")
