"""What a browser may say over its WebSocket: what the page's own JavaScript does.

Streamlit answers more than that, whoever asks: it clears the caches of all visitors, and it names
the files of the folder that it serves.
"""

import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

logger = logging.getLogger("dreamlab.messages")

#: The messages that the page sends, by Streamlit's names.
_OF_PAGE = {
    "rerun_script",
    "stop_script",
    "file_urls_request",
    "app_heartbeat",
    "backend_operation_request",
}

#: Code of a WebSocket that ends as the other side does not keep to the protocol.
_PROTOCOL_ERROR = 1002


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

        async def received() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                kind = kind_of(message.get("bytes"))
                if kind in _OF_PAGE:
                    return message
                logger.warning("a message was not the page's")
                if kind is None:
                    break
            await send({"type": "websocket.close", "code": _PROTOCOL_ERROR})
            return {"type": "websocket.disconnect", "code": _PROTOCOL_ERROR}

        await self._app(scope, received, send)


def kind_of(data: bytes | None) -> str | None:
    """Return the name of a message's kind; None for text, and for bytes that are no message."""
    if data is None:
        return None
    try:
        return BackMsg.FromString(data).WhichOneof("type")
    except DecodeError:
        return None
