"""Debian's nginx with the README's configuration, in front of pages on this machine."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.support.jobs import until
from tests.support.server import ROOT, free_port

#: Where `tests/run` unpacks the program, and where Debian installs it.
_PLACES = (Path(sys.prefix) / "nginx" / "usr" / "sbin", Path("/usr/sbin"))

PROGRAM = shutil.which("nginx", path=os.pathsep.join(map(str, _PLACES)))

#: What Debian's own configuration has around a file of conf.d.
_AROUND = """
daemon off;
{user}
pid {folder}/pid;
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {folder}/disk/body;
    proxy_temp_path {folder}/disk/proxy;
    fastcgi_temp_path {folder}/disk/fastcgi;
    uwsgi_temp_path {folder}/disk/uwsgi;
    scgi_temp_path {folder}/disk/scgi;
    include {folder}/dreamlab.conf;
}}
"""


def recipe() -> str:
    """Return the README's configuration."""
    text = (ROOT / "README.md").read_text("utf-8")
    return re.search(r"```nginx\n(.*?)```", text, re.DOTALL)[1]


class Nginx:
    """The proxy, until it is closed; it has no folder on the disk for what passes through it.

    Parameters
    ----------
    folder : Path
        An empty folder.
    replicas : sequence of str
        Addresses of two pages, such as http://127.0.0.1:8501.

    Attributes
    ----------
    address : str
        Where the proxy is.
    log : Path
        What the README has it log.
    tls : SSLContext
        Trusts the proxy's certificate.
    """

    def __init__(self, folder: Path, replicas: Sequence[str]) -> None:
        port = free_port()
        self.address, self.log = f"https://localhost:{port}", folder / "dreamlab.log"
        certificate, key = folder / "dreams.pem", folder / "dreams.key"
        _sign(certificate, key)
        self.tls = ssl.create_default_context(cafile=str(certificate))
        changed = {
            "127.0.0.1:8501": replicas[0].removeprefix("http://"),
            "# server 127.0.0.1:8502": f"server {replicas[1].removeprefix('http://')}",
            "listen 443": f"listen 127.0.0.1:{port}",
            "dreams.example.org": "localhost",
            "/etc/ssl/dreams.pem": str(certificate),
            "/etc/ssl/dreams.key": str(key),
            "/var/log/nginx/dreamlab.log": str(self.log),
        }
        text = recipe()
        for old, new in changed.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / "dreamlab.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, user=user))
        (folder / "disk").mkdir()
        assert PROGRAM is not None
        command = [PROGRAM, "-e", "stderr", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        self._process = subprocess.Popen(command)
        until(lambda: self._process.poll() is not None or _listens(port))
        assert self._process.poll() is None, "nginx refuses the README's configuration"
        shutil.rmtree(folder / "disk")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _sign(certificate: Path, key: Path) -> None:
    """Write a certificate for this machine, signed by itself, and its key."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key)]
    subprocess.run([*command, "-out", str(certificate)], check=True, capture_output=True)
