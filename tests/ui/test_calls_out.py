"""Nothing leaves the server for an address that its owner did not name."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.jobs import until
from tests.support.server import ROOT, free_port
from tests.support.visitor import Visitor, get


@contextmanager
def recorder():
    """A proxy that never answers, and what it was asked for."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:  # closed
                    return
                with connection:
                    asked.append(connection.recv(1000))

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


def handshake(address: str, origin: str) -> int:
    """Ask for a WebSocket in the name of an origin; return the status of the answer."""
    try:
        with connect(
            f"ws://{urlsplit(address).netloc}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=origin,
            proxy=None,
        ):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


@pytest.mark.slow
def test_a_server_asks_nobody_at_its_start_and_for_no_strangers_origin(tmp_path):
    port, log = free_port(), tmp_path / "log.txt"
    address = f"http://127.0.0.1:{port}"
    with recorder() as (proxy, asked), log.open("wb") as printed:
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        environment = os.environ | dict.fromkeys(names, proxy) | {"no_proxy": "127.0.0.1"}
        # As the README has it: without an address, Streamlit asks for its own.
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        served = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        try:
            until(
                lambda: f"the page is at http://localhost:{port}".encode() in log.read_bytes(), 60
            )
            for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}"):
                assert handshake(address, origin) == 403
            assert handshake(address, address) == 101
            with closing(Visitor(address)) as visitor:
                visitor.draw()
            assert get(f"{address}/_stcore/health", Referer=address)[0] == 200
        finally:
            served.terminate()
            served.wait(30)
    assert asked == []
