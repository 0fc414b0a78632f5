"""A visitor without a browser: speaks to the served page as its JavaScript does."""

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
import uuid
from contextlib import ExitStack
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from dreamlab.ui.session.visitors import COOKIE


def get(
    url: str, *, tls: ssl.SSLContext | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address and return status, headers (names in lower case) and body."""
    return _answer(urllib.request.Request(url, headers=headers), tls)


class Visitor:
    """One session of the page.

    Parameters
    ----------
    address : str
        Where the page is, such as http://127.0.0.1:8501.
    query : str
        What stands in the address after the question mark.
    browser : str
        Its browser's name, as the page's cookie has it.
    again : Visitor or None
        The same one before its connection was lost: it asks for the same session.
    tls : SSLContext, optional
        What certificates are trusted, for an address with https.
    source : str
        This machine's address that it comes from, such as 127.0.0.2.
    patience : float
        Longest it waits for the next message, in seconds.

    Attributes
    ----------
    session : str
        Its id, once the page has been drawn.
    media : set of str
        Addresses of the pictures it was shown.
    buttons : dict
        Ids of the buttons it was shown, by their labels.
    visit : str
        Name of its visit, once something was sent off.
    uploaded : str
        Id of the file that was uploaded last.
    """

    def __init__(
        self,
        address: str,
        *,
        query: str = "",
        browser: str = "",
        again: "Visitor | None" = None,
        tls: ssl.SSLContext | None = None,
        source: str = "127.0.0.1",
        patience: float = 60,
    ) -> None:
        self.address = address
        self.source = source
        self.patience = patience
        self.session = self.visit = ""
        self.media: set[str] = set()
        self.buttons: dict[str, str] = {}
        self._query, self._tls = query, tls
        self.uploaded, self._picker = (again.uploaded, again._picker) if again else ("", "")
        self._cookie = f"{COOKIE}={browser}" if browser else ""
        self._open = ExitStack()
        socket = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            # As its JavaScript does it: a token, which the page has no use for, and the session.
            subprotocols=["streamlit", "none", again.session] if again else ["streamlit"],
            origin=address,
            max_size=None,
            ssl=tls,
            additional_headers={"Cookie": self._cookie} if browser else None,
            source_address=(source, 0),
            ping_interval=None,  # browsers send none
        )
        self._socket = self._open.enter_context(socket)

    def draw(self) -> float:
        """Run the page once and return the seconds until it was drawn."""
        return self.run(BackMsg())

    def click(self, label: str) -> float:
        """Press a button that was drawn; all else on the page is as it was at first."""
        message = BackMsg()
        message.rerun_script.widget_states.widgets.add(id=self.buttons[label], trigger_value=True)
        return self.run(message)

    def show_upload(self) -> float:
        """Let the page take the last upload as its picture."""
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add(id=self._picker)
        files = widget.file_uploader_state_value.uploaded_file_info
        files.add(file_id=self.uploaded, name="a.png")
        return self.run(message)

    def run(self, message: BackMsg) -> float:
        """Have the page run for a message and return the seconds until all was drawn."""
        began = time.perf_counter()
        message.rerun_script.query_string = self._query
        self._socket.send(message.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(self._socket.recv(timeout=self.patience))
            self.take(told)
            if told.WhichOneof("type") == "new_session":
                self.session = told.new_session.initialize.session_id or self.session
            found = re.findall(rb"/media/[0-9a-f]+\.\w+", told.SerializeToString())
            self.media.update(one.decode() for one in found)
            uploader = told.delta.new_element.file_uploader.id
            self._picker = self._picker or uploader  # the page's first is the picture's
            button = told.delta.new_element.button
            if button.id:
                self.buttons[button.label] = button.id
            named = re.search(r"visit=([\w-]+)", told.page_info_changed.query_string)
            self.visit = named[1] if named else self.visit
            if told.WhichOneof("type") != "script_finished":
                continue
            if told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return time.perf_counter() - began

    def take(self, told: ForwardMsg) -> None:
        """Take in a message of the page; a visitor who looks closer has more to do here."""

    def upload(self, data: bytes, *, claimed: int | None = None) -> int:
        """Send a file, or the first of so many claimed bytes, and return the answer's status."""
        _, headers, _ = get(f"{self.address}/_stcore/health", tls=self._tls, Referer=self.address)
        token = re.search(r"_streamlit_xsrf=([^;]+)", headers["set-cookie"])[1]
        part = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        body = b"--visitor\r\n" + part + data + b"\r\n--visitor--\r\n"
        place, source = urlsplit(self.address).netloc, (self.source, 0)
        options = {"timeout": self.patience, "source_address": source}
        connection = (
            http.client.HTTPConnection(place, **options)
            if self._tls is None
            else http.client.HTTPSConnection(place, context=self._tls, **options)
        )
        self.uploaded = str(uuid.uuid4())  # as the page names them; no two have the same
        connection.request(
            "PUT",
            f"/_stcore/upload_file/{self.session}/{self.uploaded}",
            body=body,
            headers={
                "Content-Type": "multipart/form-data; boundary=visitor",
                "Content-Length": str(claimed or len(body)),
                "Cookie": f"_streamlit_xsrf={token}; {self._cookie}",
                "X-Xsrftoken": token,
            },
        )
        status = connection.getresponse().status
        connection.close()
        return status

    def close(self) -> None:
        """Close the tab."""
        self._open.close()


def _answer(
    request: urllib.request.Request, tls: ssl.SSLContext | None
) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(request, timeout=60, context=tls) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, headers, body = error.code, error.headers, error.read()
    return status, {name.lower(): value for name, value in headers.items()}, body
