"""What the server does beside answering: it ends what takes too long, and lets go of who left."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit import runtime

from dreamlab.jobs.service import checked
from dreamlab.ui import logs, memory
from dreamlab.ui.connections import Connections, most_connections
from dreamlab.ui.session.departed import Departed

logger = logging.getLogger("dreamlab.upkeep")

#: Seconds between two looks, and least seconds between two times that memory is given back.
LOOK_SECONDS = 4.0
GIVE_BACK_SECONDS = 10.0


@asynccontextmanager
async def upkeep() -> AsyncIterator[None]:
    """Keep the server's log, connections, sessions and memory bounded, until it ends.

    Enter it in the event loop of the server, before that listens.
    """
    memory.settle()
    connections = Connections(most_connections())
    connections.mind(asyncio.get_running_loop())
    bound = logs.Bound()
    with logs.bounded(bound):
        looking = asyncio.create_task(_look(connections, bound), name="upkeep")
        try:
            yield
        finally:
            looking.cancel()


async def _look(connections: Connections, bound: logs.Bound) -> None:
    departed = Departed(checked().tab_seconds)
    loop = asyncio.get_running_loop()
    told = loop.time()
    left, given_back = 0, -GIVE_BACK_SECONDS
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            connections.look()
            left += departed.look(runtime.get_instance()) if runtime.exists() else 0
            if left and loop.time() - given_back >= GIVE_BACK_SECONDS:
                left, given_back = 0, loop.time()
                await asyncio.to_thread(memory.give_back)
        except Exception:  # the next look may fare better
            logger.exception("the upkeep failed")
        if loop.time() - told >= logs.MINUTE:
            told = loop.time()
            bound.tell()
