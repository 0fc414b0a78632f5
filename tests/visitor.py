"""A visitor without a browser: speaks to the served page as its JavaScript does."""

import http.client
import re
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address and return status, headers (names in lower case) and body."""
    return _answer(urllib.request.Request(url, headers=headers))


class Visitor:
    """One session of the page.

    Parameters
    ----------
    address : str
        Where the page is, such as http://127.0.0.1:8501.

    Attributes
    ----------
    session : str
        Its id, once the page has been drawn.
    media : set of str
        Addresses of the pictures it was shown.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = ""
        self.media: set[str] = set()
        self._open = ExitStack()
        socket = connect(
            f"ws://{urlsplit(address).netloc}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=address,
            max_size=None,
        )
        self._socket = self._open.enter_context(socket)

    def draw(self) -> float:
        """Run the page once and return the seconds until it was drawn."""
        began = time.perf_counter()
        message = BackMsg()
        message.rerun_script.query_string = ""
        self._socket.send(message.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(self._socket.recv(timeout=60))
            if told.WhichOneof("type") == "new_session":
                self.session = told.new_session.initialize.session_id or self.session
            found = re.findall(rb"/media/[0-9a-f]+\.\w+", told.SerializeToString())
            self.media.update(one.decode() for one in found)
            if told.WhichOneof("type") == "script_finished":
                return time.perf_counter() - began

    def upload(self, data: bytes, *, claimed: int | None = None) -> int:
        """Send a file, or the first of so many claimed bytes, and return the answer's status."""
        _, headers, _ = get(f"{self.address}/_stcore/health", Referer=self.address)
        token = re.search(r"_streamlit_xsrf=([^;]+)", headers["set-cookie"])[1]
        part = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        body = b"--visitor\r\n" + part + data + b"\r\n--visitor--\r\n"
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.request(
            "PUT",
            f"/_stcore/upload_file/{self.session}/file1",
            body=body,
            headers={
                "Content-Type": "multipart/form-data; boundary=visitor",
                "Content-Length": str(claimed or len(body)),
                "Cookie": f"_streamlit_xsrf={token}",
                "X-Xsrftoken": token,
            },
        )
        status = connection.getresponse().status
        connection.close()
        return status

    def close(self) -> None:
        """Close the tab."""
        self._open.close()


def _answer(request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, headers, body = error.code, error.headers, error.read()
    return status, {name.lower(): value for name, value in headers.items()}, body
