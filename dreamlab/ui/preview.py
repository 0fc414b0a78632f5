"""What a link shows in a chat: title, words and a picture; and the scripts the page has first."""

import functools
import hashlib
import html
from importlib import resources

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dreamlab.ui import anywhere, history, shortcut

#: The last part of the picture's address, and where the picture is.
_NAME, _PICTURE = "preview.jpg", "samples/preview.jpg"

_TITLE = "dreamlab"
_WORDS = (
    "See what each layer of a convolutional network looks for, and decide which network and which "
    "layer is right for your own pictures."
)

#: Streamlit's own title, which stands in the page until its scripts have run.
_OLD = b"<title>Streamlit</title>"

#: The page's own scripts, by the end of their addresses.
_SCRIPTS = {
    f"/{script.name}": script for script in (history.SCRIPT, anywhere.SCRIPT, shortcut.SCRIPT)
}

#: Headers of an answer that are of another body, and those of a request that ask for them.
_OF_BODY = ("content-length", "etag", "last-modified")
_ASKED = (b"accept-encoding", b"if-none-match", b"if-modified-since")


class Preview:
    """ASGI middleware that names the page for those who do not run its scripts.

    Parameters
    ----------
    app : callable
        The ASGI application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection; see the ASGI specification."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif scope["path"].endswith(f"/{_NAME}"):
            caching = {"Cache-Control": "public, max-age=86400"}
            answer = Response(_picture(), media_type="image/jpeg", headers=caching)
            await answer(scope, receive, send)
        elif scope["path"].endswith(tuple(_SCRIPTS)):
            caching = {"Cache-Control": "public, immutable, max-age=31536000"}
            text = _SCRIPTS["/" + scope["path"].rpartition("/")[2]].text
            answer = Response(text, media_type="text/javascript", headers=caching)
            await answer(scope, receive, send)
        elif _asks_for_page(scope):
            await self._named(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _named(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with Streamlit's page and the tags in it, anything else as it is."""
        # It has to come, and cannot be read when it is compressed.
        headers = [header for header in scope["headers"] if header[0] not in _ASKED]
        begun: list[Message] = []
        body = bytearray()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                begun.append(message)
            elif begun and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_page(begun[0], bytes(body), scope, send)
            else:
                await send(message)

        await self._app({**scope, "headers": headers}, receive, named)


def _asks_for_page(scope: Scope) -> bool:
    """Whether a request may be for the page: of a browser, or of who makes a preview."""
    accept, file = Headers(scope=scope).get("accept", "*/*"), scope["path"].rpartition("/")[2]
    return "text/html" in accept or "*/*" in accept and "." not in file


def _is_page(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    html_ = headers.get("content-type", "").startswith("text/html")
    return html_ and message["status"] == 200 and "content-encoding" not in headers


async def _send_page(start: Message, body: bytes, scope: Scope, send: Send) -> None:
    changed = body.replace(_OLD, tags(scope).encode(), 1)
    headers = MutableHeaders(raw=list(start["headers"]))
    for name in _OF_BODY:
        del headers[name]
    headers["ETag"] = f'"{hashlib.sha256(changed).hexdigest()[:32]}"'
    if Headers(scope=scope).get("if-none-match") == headers["ETag"]:
        await send({**start, "status": 304, "headers": headers.raw})
        await send({"type": "http.response.body"})
        return
    headers["Content-Length"] = str(len(changed))
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": changed})


def tags(scope: Scope) -> str:
    """Return the title, the scripts and the tags of a preview, as HTML, for an address."""
    headers = Headers(scope=scope)
    host = headers.get("x-forwarded-host") or headers.get("host", "")
    at = f"{scope['scheme']}://{host}{scope['path'].rpartition('/')[0]}/"
    properties = {
        "og:type": "website",
        "og:title": _TITLE,
        "og:description": _WORDS,
        "og:image": f"{at}{_NAME}",
    }
    named = {"description": _WORDS, "twitter:card": "summary_large_image"}
    lines = [f"<title>{_TITLE}</title>", *(script.tag for script in _SCRIPTS.values())]
    lines += [_meta("property", *pair) for pair in properties.items()]
    lines += [_meta("name", *pair) for pair in named.items()]
    return "\n    ".join(lines)


def _meta(kind: str, name: str, content: str) -> str:
    return f'<meta {kind}="{name}" content="{html.escape(content, quote=True)}" />'


@functools.cache
def _picture() -> bytes:
    return resources.files("dreamlab").joinpath(_PICTURE).read_bytes()
