"""The rows of the load test, in the order of its table."""

from tests.load import (
    browsers,
    classroom,
    cluster,
    faults,
    hostile,
    lasting,
    sockets,
    strangers,
    uploads,
    worker,
)
from tests.load.row import Row

#: Visitors speak to the page as its JavaScript does, but where browsers are named. Where no engine
#: is named it is the real one, with VGG16; limits are the defaults, but where one is named.
ROWS = (
    Row(
        "class",
        f"{classroom.STUDENTS} students, one address, open the page and press *Dream* at once on "
        "the comparison it begins with: four layers of VGG16 on the cat, 451 x 300 px, 1 octave of "
        "10 steps each",
        classroom.same,
    ),
    Row(
        "different",
        f"{classroom.STUDENTS} students, one address, each with {classroom.DREAMS} dreams that "
        "nobody else has: the same four layers, 160 x 106 px, 1 octave of 5 steps",
        classroom.different,
    ),
    Row(
        "strangers",
        f"{strangers.STRANGERS} strangers with new cookies, one address, {strangers.VARIANTS} "
        "variants each of the largest dream that can be sent off (four layers, 1 octave); then a "
        "visitor of another address with one of 128 x 85 px, 2 octaves of 3 steps",
        strangers.largest,
    ),
    Row(
        "jpeg",
        f"a stranger uploads a grey progressive JPEG of {hostile.SIDE} x {hostile.SIDE} px, whose "
        f"last scan is repeated {hostile.SCANS} times; a second after it has arrived another "
        "visitor uploads 70 x 60 px and presses *Dream*",
        hostile.jpeg,
    ),
    Row(
        "uploads",
        f"{uploads.AT_ONCE} uploads of 9.5 MB at once in one session, which leaves; "
        f"{uploads.MANY} over {uploads.SESSIONS} sessions, all at once, which leave; then nobody",
        uploads.flood,
        quiet=True,
    ),
    Row(
        "half-open",
        f"{sockets.HALF_OPEN} requests that are begun and not ended, half without the rest of the "
        "header, half without the rest of the body",
        sockets.half_open,
        quiet=True,
    ),
    Row("idle", "a worker is ready, nobody is there, for a minute", lasting.idle, quiet=True),
    Row(
        "origin",
        f"{sockets.FOREIGN} WebSockets at once from a page of another site, while every call out "
        "leads to a proxy that takes it and never answers",
        sockets.calls,
        quiet=True,
    ),
    Row(
        "log",
        f"{sockets.GARBAGE} WebSocket messages of random bytes; {sockets.GARBAGE} bad requests: no "
        "HTTP, a bad header, an upload without a session, an address out of its folder",
        sockets.garbage,
        quiet=True,
    ),
    Row(
        "worker",
        "`kill -9` of the worker in the third of four octaves of 40 steps, up to 300 x 200 px",
        worker.worker_killed,
    ),
    Row(
        "scheduler",
        "`kill -9` of the process between page and worker in the same dream",
        worker.scheduler_killed,
    ),
    Row(
        "octave",
        "4 dreams by a stand-in for the engine, which kills its worker one step of 50 ms after "
        "the first octave has ended, twice",
        worker.octave_kept,
        quiet=True,
    ),
    Row(
        "browsers",
        f"{browsers.BROWSERS} windows of Chromium on the same cores, each with an upload of a "
        "width of its own (96 to 168 px) and the four dreams that the page begins with; one more "
        "visitor draws the page twice a second",
        browsers.own_pictures,
    ),
    Row(
        "many",
        f"{lasting.MANY} dreams of one visitor in a row, 128 px, 2 octaves of 2 steps",
        lasting.many_dreams,
    ),
    Row(
        "workers",
        f"a cluster apart from the page (`DREAMLAB_SCHEDULER`): {cluster.VISITORS} visitors with "
        f"{cluster.DREAMS} dreams each, 160 x 106 px, 2 octaves of 20 steps; each worker has a "
        "core of its own",
        cluster.two_workers,
    ),
    Row(
        "faults",
        "the faults of `tests/support/faults.py`, injected into jobs of a stand-in for the engine; "
        "their own limits: 0.6 GB for the worker, 1 s to stop, 2 s after a visitor has left",
        faults.injected,
    ),
)
