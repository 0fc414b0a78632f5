"""Strangers who knock at the served page with what is no request, and who keep their sockets."""

import contextlib
import os
import re
import socket
from contextlib import closing
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.support.visitor import get

#: Requests that are no good, the whole of what is sent.
BAD_REQUESTS = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: \xff\xfe\r\nCookie: \xff=\xfe\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    b"GET /?%ff%00=%c3%28&setup=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET //%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /media/..%5c..%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /component/a/../../b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /_stcore/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"PUT /_stcore/upload_file/none/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
    b"PUT /_stcore/upload_file/none/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"\r\nzz\r\n",
)

#: What ends the body of an upload.
END = b"\r\n--b--\r\n"


def knock(address: str) -> None:
    """Send each of the bad requests, and read what is answered."""
    for request in BAD_REQUESTS:
        with closing(opened(address)) as stranger, contextlib.suppress(OSError):
            stranger.sendall(request)
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(65536):
                pass


def babble(address: str) -> None:
    """Say what is no message to the page's WebSocket, each in a session of its own."""
    many = BackMsg()
    many.rerun_script.query_string = "setup=" + "%ff" * 1000 + "&a=\x1b[31m"
    many.rerun_script.widget_states.widgets.add(id="none", json_value="{")
    many.rerun_script.widget_states.widgets.add(id="$$ID-0-source", int_value=7)
    of_fragment = BackMsg()
    of_fragment.rerun_script.fragment_id = "none"
    of_page = BackMsg()
    of_page.rerun_script.page_script_hash = "none"
    files = BackMsg()
    files.file_urls_request.request_id = "x"
    files.file_urls_request.file_names.extend(["../a\0"] * 3)
    said = [
        os.urandom(200),
        b"\xff" * 12_000_000,
        "text",
        BackMsg().SerializeToString(),
        BackMsg(debug_shutdown_runtime=True).SerializeToString(),
        BackMsg(debug_disconnect_websocket=True).SerializeToString(),
        BackMsg(clear_cache=True).SerializeToString(),
        BackMsg(load_git_info=True).SerializeToString(),
        BackMsg(stop_script=True).SerializeToString(),
        *(message.SerializeToString() for message in (many, of_fragment, of_page, files)),
    ]
    for message in said:
        with contextlib.suppress(ConnectionClosed, InvalidStatus, TimeoutError, OSError):
            with talking(address) as stranger:
                stranger.send(message)
                with contextlib.suppress(TimeoutError):
                    while stranger.recv(timeout=0.3):
                        pass
    for origin in ("http://elsewhere.example", "null", address + "0", "no address"):
        with contextlib.suppress(InvalidStatus, ConnectionClosed, OSError):
            with talking(address, origin):
                pass


def misplace(address: str, session: str) -> None:
    """Send uploads that are no good to a session."""
    for kind, body in (
        ("multipart/form-data; boundary=b", b"no parts"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b"--b\r\n\xff\xfe: \0\r\n\r\n--b--"),
        ("text/plain", b"no form"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n',
        ),
    ):
        head = _head(address, session, kind, len(body))
        with closing(opened(address)) as stranger, contextlib.suppress(OSError):
            stranger.sendall(head + body)
            while stranger.recv(65536):
                pass


def half_open(address: str) -> socket.socket:
    """Return a connection on which half a request was sent."""
    stranger = opened(address)
    stranger.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Half: ")
    return stranger


def half_upload(address: str, session: str, size: int = 1000) -> socket.socket:
    """Return a connection on which an upload has begun, of which so many bytes and `END` miss."""
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    kind = "multipart/form-data; boundary=b"
    head = _head(address, session, kind, len(part) + size + len(END))
    stranger = opened(address)
    stranger.sendall(head + part)
    return stranger


def ended(stranger: socket.socket, seconds: float) -> bool:
    """Return whether the page ends a connection within so many seconds."""
    stranger.settimeout(seconds)
    try:
        while stranger.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:  # it was cut off
        pass
    return True


def opened(address: str) -> socket.socket:
    """Return a connection to the page, on which nothing has been said."""
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), timeout=10)


def _head(address: str, session: str, kind: str, length: int) -> bytes:
    """Return the head of an upload."""
    _, headers, _ = get(f"{address}/_stcore/health", Referer=address)
    token = re.search(r"_streamlit_xsrf=([^;]+)", headers["set-cookie"])[1]
    return (
        f"PUT /_stcore/upload_file/{session}/a HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {length}\r\nCookie: _streamlit_xsrf={token}\r\n"
        f"X-Xsrftoken: {token}\r\nConnection: close\r\n\r\n"
    ).encode()


def talking(address: str, origin: str = "") -> ClientConnection:
    """Return a WebSocket of the page, on which nothing has been said."""
    return connect(
        f"ws://{urlsplit(address).netloc}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=origin or address,
        max_size=None,
        open_timeout=10,
    )
