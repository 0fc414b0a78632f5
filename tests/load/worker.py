"""Processes that die while something is dreamt."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import psutil

from tests.load.guest import Card, Guest
from tests.load.row import Figure
from tests.load.setups import LAYERS, layer, setup
from tests.load.tree import Site, Tree

#: Longest until a killed process is replaced, in seconds, as promised; and as waited for.
_PROMISED, _WAITED = 10, 150

#: Seconds of the stand-in's step, and its seed that kills the worker after its first octave.
_STEP, _DIES = 0.05, 103

#: A dream of half a minute in four octaves.
_LONG = setup(
    [{"name": "Long", "layers": dict.fromkeys(LAYERS, 1.0)}],
    max_side=300,
    octaves=4,
    iterations=40,
)


def worker_killed(tree: Tree) -> Iterator[Figure]:
    """Kill the worker in the third octave."""
    yield from _killed(tree, Site.worker)


def scheduler_killed(tree: Tree) -> Iterator[Figure]:
    """Kill the process between page and worker in the third octave, and the worker with it."""
    yield from _killed(tree, Site.scheduler)


def _killed(tree: Tree, chosen: Callable[[Site], psutil.Process]) -> Iterator[Figure]:
    with tree.serve() as site, closing(Guest(site.address, _LONG)) as visitor:
        visitor.draw()
        visitor.click("Dream")
        visitor.follow(lambda cards: "Octave 3" in cards[0].text, _WAITED, every=0.2)
        chosen(site).kill()
        killed = time.monotonic()
        said = words = None
        went_on = None
        while went_on is None and time.monotonic() - killed < _WAITED:
            time.sleep(0.2)
            visitor.beat()
            card = visitor.cards()[0]
            if said is None and (words := _trouble(visitor, card)):
                said = time.monotonic() - killed
            if said is not None and "Octave" in card.text and not _trouble(visitor, card):
                went_on = time.monotonic() - killed
                octave = card.text[card.text.index("Octave") :].splitlines()[0][:14]
            if card.done:
                break
        value = "not said" if said is None else f"after {said:.1f} s: “{words[:120]}”"
        yield Figure("said on the page", value, said is not None and said < 5, "within 5 s")
        value = f"not in {_WAITED} s" if went_on is None else f"after {went_on:.1f} s, {octave}"
        yield Figure(
            "replaced, and the dream goes on",
            value,
            went_on is not None and went_on < _PROMISED,
            f"within {_PROMISED} s",
        )
        visitor.follow(lambda cards: not cards[0].active, _WAITED)
        done = visitor.cards()[0].done
        yield Figure("the dream is done", "yes" if done else "no", done, "yes")


def _trouble(visitor: Guest, card: Card) -> str:
    """Return the line that tells of the loss while nothing runs; empty if there is none."""
    if "Octave" in card.text and not card.waits:
        return ""
    lines = [*card.text.splitlines(), *visitor.said().splitlines()]
    return next(
        (
            line
            for line in lines
            if "lost" in line
            or "reached" in line
            or "being " in line
            or "start" in line.lower()
            and "worker" in line
        ),
        "",
    )


def octave_kept(tree: Tree) -> Iterator[Figure]:
    """Let a dream kill each worker it gets, a step of 50 ms after its first octave has ended."""
    rows = [layer("block1_conv1", seed=_DIES, step=_STEP + 0.001 * number) for number in range(4)]
    query = setup(rows, octaves=3, iterations=5)
    with tree.serve(stand_in=True) as site, closing(Guest(site.address, query)) as visitor:
        visitor.draw()
        visitor.click("Dream")
        visitor.follow(lambda cards: not any(card.active for card in cards), 2 * _WAITED)
        cards = visitor.cards()
        kept = sum("Before and after" in card.buttons for card in cards)
        value = f"{kept} of {len(cards)}"
        yield Figure("dreams whose first octave is kept", value, kept == len(cards) > 0, "all")
