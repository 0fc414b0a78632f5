"""A flood of uploads: how many are taken, and whether their memory is given back."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from tests.load.guest import Guest
from tests.load.row import Figure
from tests.load.tree import Site, Tree
from tests.load.waiting import at_once

#: Bytes of an upload; how many at once in one session; how many in how many sessions.
BYTES, AT_ONCE, MANY, SESSIONS = 9_961_472, 12, 60, 20

#: Most MB that the uploads of a session may take, as the page promises, and of all sessions.
_OF_SESSION, _OF_ALL = 100, 300

#: Seconds after the last visitor has left, and how many times as much memory there may be.
QUIET, _TIMES = 180, 1.2


def flood(tree: Tree) -> Iterator[Figure]:
    """Upload at once in one session, then in many; leave, and look at the memory later."""
    with tree.serve() as site:
        with closing(Guest(site.address)) as visitor:
            visitor.draw()
        before = site.memory()
        with _watched(site) as seen:
            with closing(Guest(site.address)) as visitor:
                visitor.draw()
                answers = _uploaded([visitor] * AT_ONCE)
            yield _taken(f"of {AT_ONCE} x 9.5 MB at once in one session", answers, _OF_SESSION)
            with ExitStack() as stack:
                visitors = [
                    stack.enter_context(closing(Guest(site.address))) for _ in range(SESSIONS)
                ]
                for visitor in visitors:
                    visitor.draw()
                answers = _uploaded(visitors * (MANY // SESSIONS))
            yield _taken(f"of {MANY} x 9.5 MB in {SESSIONS} sessions", answers, _OF_ALL)
        yield Figure("memory of the page at the top", f"{max(seen) / 1e6:.0f} MB")
        time.sleep(QUIET)
        after = site.memory()
        yield Figure(
            "memory 3 minutes after all have left, against before",
            f"{after / 1e6:.0f} and {before / 1e6:.0f} MB: {after / before:.2f} times",
            after <= _TIMES * before,
            f"at most {_TIMES} times",
        )


def _uploaded(visitors: list[Guest]) -> list[int]:
    answers = []
    data = bytes(BYTES)

    def act(number: int) -> None:
        try:
            answers.append(visitors[number].upload(data))
        except OSError:  # closed before all was sent
            answers.append(413)

    at_once(len(visitors), act)
    return answers


def _taken(what: str, answers: list[int], most: float) -> Figure:
    taken = sum(answer < 300 for answer in answers)
    held = taken * BYTES / 2**20
    value = f"{taken} taken ({held:.0f} MB), {len(answers) - taken} refused"
    return Figure(what, value, held <= most, f"at most {most} MB taken")


@contextmanager
def _watched(site: Site) -> Iterator[list[float]]:
    """Look at the memory again and again."""
    seen, over = [site.memory()], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            seen.append(site.memory())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
