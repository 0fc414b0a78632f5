"""A cluster apart from the page: two workers against one."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psutil

from tests.load.guest import Guest
from tests.load.row import Figure
from tests.load.setups import LAYERS, layer, setup
from tests.load.tree import Tree
from tests.load.waiting import at_once, until
from tests.support.cluster import Cluster

VISITORS, DREAMS = 4, 4


def two_workers(tree: Tree) -> Iterator[Figure]:
    """The same dreams on one worker, then on two, each held to a core of its own."""
    seconds = []
    for names in (("one",), ("one", "two")):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            cluster = stack.enter_context(closing(Cluster(folder, *names, root=tree.root)))
            for core, name in enumerate(names):
                psutil.Process(cluster.processes[name].pid).cpu_affinity([core])
            site = stack.enter_context(tree.serve(DREAMLAB_SCHEDULER=cluster.address))
            # The first dreams of each worker load the network and compile its kernels.
            _dreamt(site.address, stack, 0, 2 * len(names))
            before = site.dreams()
            began = time.monotonic()
            _dreamt(site.address, stack, 1, VISITORS)
            seconds.append(time.monotonic() - began)
            until(lambda site=site, before=before: site.dreams() - before >= VISITORS * DREAMS, 5)
        yield Figure(
            f"{len(names)} worker{'s' * (len(names) > 1)}",
            f"{VISITORS * DREAMS} dreams in {seconds[-1]:.1f} s",
        )
    times = seconds[0] / seconds[1]
    yield Figure(
        "dreams a second, two workers against one",
        f"{times:.2f} times",
        times > 1.5,
        "over 1.5 times",
    )


def _dreamt(address: str, stack: ExitStack, batch: int, visitors: int) -> None:
    """Have visitors dream at once, each four dreams that nobody else has."""
    guests = []
    for number in range(visitors):
        step = round(0.01 + 0.001 * batch + 0.0001 * number, 6)
        query = setup(
            [layer(LAYERS[1], step=round(step + 0.00001 * each, 6)) for each in range(DREAMS)],
            max_side=160,
            octaves=2,
            iterations=20,
        )
        guests.append(stack.enter_context(closing(Guest(address, query))))

    def act(number: int) -> None:
        guests[number].draw()
        guests[number].click("Dream")
        guests[number].follow(lambda cards: all(card.done for card in cards), 300, every=0.5)

    at_once(visitors, act)
