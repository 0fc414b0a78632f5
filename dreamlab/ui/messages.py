"""What a browser may say over its WebSocket: what the page's own JavaScript does.

Streamlit answers more than that, whoever asks: it clears the caches of all visitors, it names the
files of the folder that it serves, and a message of millions of parts keeps all others waiting.
"""

import asyncio
import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLsRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

logger = logging.getLogger("dreamlab.messages")

#: Most bytes of a message; one that tells of the most files has some 0.5 MB.
MOST_BYTES = 2_000_000

#: Most files that a message asks addresses for: a set has 200 pictures.
MOST_FILES = 1000

#: Most widgets that a message tells of, and most parts of the page that it says are there already.
MOST_ITEMS = 10_000

#: Seconds that each of them waits: a browser need not read what it is told, which waits in memory.
FILE_SECONDS = 0.001

#: Most messages that are taken of a browser while it reads nothing.
MOST_UNREAD = 20

#: The messages that the page sends, by Streamlit's names.
_OF_PAGE = {
    "rerun_script",
    "stop_script",
    "file_urls_request",
    "app_heartbeat",
    "backend_operation_request",
}

#: Codes of a WebSocket that ends: the other side does not keep to the protocol, or says too much.
_PROTOCOL_ERROR, _TOO_LARGE = 1002, 1009


class Messages:
    """ASGI middleware: passes on the page's messages; ends a WebSocket that says what is none.

    Parameters
    ----------
    app : callable
        The ASGI application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection; see the ASGI specification."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        unread = 0
        is_read = asyncio.Event()
        is_read.set()

        async def sent(message: Message) -> None:
            nonlocal unread
            is_read.clear()
            try:
                await send(message)
            finally:
                unread = 0
                is_read.set()

        async def received() -> Message:
            nonlocal unread
            while True:
                if unread >= MOST_UNREAD:
                    await is_read.wait()
                message = await receive()
                unread += 1
                if message["type"] != "websocket.receive":
                    return message
                said, code = _read(message.get("bytes"))
                files = said.file_urls_request
                if len(files.file_names) > MOST_FILES:
                    await sent({"type": "websocket.send", "bytes": _too_many(files)})
                    continue
                if not code and said.WhichOneof("type") in _OF_PAGE:
                    await asyncio.sleep(len(files.file_names) * FILE_SECONDS)
                    return message
                logger.warning("a message was not the page's")
                if code:
                    break
            await send({"type": "websocket.close", "code": code})
            return {"type": "websocket.disconnect", "code": code}

        await self._app(scope, received, sent)


def _read(data: bytes | None) -> tuple[BackMsg, int]:
    """Return a message, and the code that the WebSocket ends with; 0 if it does not."""
    if len(data or b"") > MOST_BYTES:
        return BackMsg(), _TOO_LARGE
    try:
        said = BackMsg.FromString(data or b"")
    except DecodeError:
        return BackMsg(), _PROTOCOL_ERROR
    run = said.rerun_script
    if max(len(run.widget_states.widgets), len(run.cached_message_hashes)) > MOST_ITEMS:
        return said, _TOO_LARGE
    return said, 0 if said.WhichOneof("type") else _PROTOCOL_ERROR


def _too_many(files: FileURLsRequest) -> bytes:
    """Return the page's answer to a request for too many files, which its upload shows."""
    message = ForwardMsg()
    message.file_urls_response.response_id = files.request_id
    message.file_urls_response.error_msg = (
        f"{len(files.file_names):,} files are too many at a time: give at most {MOST_FILES:,}, "
        "or a ZIP"
    )
    return message.SerializeToString()
