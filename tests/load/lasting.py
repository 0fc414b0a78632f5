"""What the page costs in the long run: many dreams in a row, and nobody there."""

import time
from collections.abc import Iterator
from contextlib import closing

import psutil

from tests.load.guest import Guest
from tests.load.row import Figure
from tests.load.setups import layer, setup
from tests.load.tree import Tree

FEW, MANY = 20, 200

#: How much larger a process may be after many dreams than after few.
_GROWTH = 0.05

#: Seconds to settle once the worker is ready, and to measure; most of a core that may be taken.
_SETTLE, _MEASURE, _IDLE = 15.0, 60.0, 0.01

_TINY = setup([layer("block1_conv1")], octaves=2, iterations=2, step=0.001, source="galaxies")


def many_dreams(tree: Tree) -> Iterator[Figure]:
    """One visitor dreams again and again."""
    sizes, done = {}, 0
    with tree.serve() as site:
        processes = {"page": site.process, "worker": site.worker()}
        with closing(Guest(site.address, _TINY)) as visitor:
            visitor.draw()
            for number in range(1, MANY + 1):
                visitor.click("Dream")
                visitor.follow(lambda cards: not any(card.active for card in cards), 60, 0.1)
                done += visitor.cards()[0].done
                if number in (FEW, MANY):
                    sizes[number] = {
                        name: process.memory_info().rss for name, process in processes.items()
                    }
    yield Figure("dreams done", f"{done} of {MANY}", done == MANY, f"{MANY}")
    for name in processes:
        few, many = sizes[FEW][name], sizes[MANY][name]
        yield Figure(
            f"memory of the {name} after {FEW} and after {MANY}",
            f"{few / 1e6:.0f} and {many / 1e6:.0f} MB ({many / few - 1:+.1%})",
            many / few - 1 < _GROWTH,
            f"less than {_GROWTH:.0%} more",
        )


def idle(tree: Tree) -> Iterator[Figure]:
    """Nobody is there; the worker is ready."""
    with tree.serve() as site:
        time.sleep(_SETTLE)
        processes = [site.process, *site.process.children(recursive=True)]
        worker = site.worker().pid
        before = [_seconds(process) for process in processes]
        time.sleep(_MEASURE)
        taken = [_seconds(process) - was for process, was in zip(processes, before, strict=True)]
    shares: dict[str, float] = {"page": 0.0, "worker": 0.0, "others": 0.0}
    for process, seconds in zip(processes, taken, strict=True):
        names = {site.process.pid: "page", worker: "worker"}
        shares[names.get(process.pid, "others")] += seconds / _MEASURE
    whole = sum(shares.values())
    parts = ", ".join(f"{name} {share:.2%}" for name, share in shares.items())
    yield Figure("share of a core", f"{whole:.2%} ({parts})", whole < _IDLE, f"under {_IDLE:.0%}")


def _seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return used.user + used.system
