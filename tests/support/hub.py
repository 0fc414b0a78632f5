"""A hub of presets on this machine, which answers as Hugging Face does; and small presets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

#: What the hub calls a state of a repository.
COMMIT = "a" * 40

#: What it answers where a repository is not to be had: its code, and its word for it.
REFUSALS = {"gone": (404, "RepoNotFound"), "gated": (403, "GatedRepo"), "broken": (500, "")}


@contextmanager
def hub_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Serve the folders ``OWNER/NAME`` in a folder, and yield the paths that are asked for."""
    from huggingface_hub import constants

    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(b"" if self._refused() else self._file())

        def do_GET(self) -> None:
            self._answer(self._file(), body=True)

        def _refused(self) -> tuple[int, str] | None:
            return next((REFUSALS[name] for name in REFUSALS if f"/{name}/" in self.path), None)

        def _file(self) -> bytes | None:
            asked.append(self.path)
            path = folder / self.path.strip("/").replace("resolve/main/", "")
            return path.read_bytes() if path.is_file() else None

        def _answer(self, data: bytes | None, body: bool = False) -> None:
            code, word = self._refused() or ((404, "EntryNotFound") if data is None else (200, ""))
            self.send_response(code)
            data = data or b""
            headers = {"ETag": f'"{sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
            headers |= {"Content-Length": str(len(data)), "X-Error-Code": word}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()
