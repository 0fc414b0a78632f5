"""Streamlit's own files: from memory, those alone, and the scripts of the controls ahead."""

import asyncio
import re
from pathlib import Path

import pytest
import streamlit as st

from dreamlab.ui import assets, connection, messages, preview, server

STATIC = Path(st.__file__).parent / "static"


def asked(path, method="GET", behind="text/html; charset=utf-8"):
    """Ask for an address; returns who answered, the headers and the body."""
    sent = []

    async def application(scope, receive, send):
        headers = [(b"content-type", behind.encode()), (b"x-behind", b"yes")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"behind"})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": []}
    asyncio.run(assets.Assets(application)(scope, None, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return "x-behind" in headers, headers, sent[1]["body"]


@pytest.mark.parametrize("base", ["", "/dreams/here"])
def test_a_file_of_streamlits_comes_from_memory(base, monkeypatch):
    (file,) = (STATIC / "static" / "js").glob("Slider.*.js")
    path = f"{base}/static/js/{file.name}"
    behind, headers, body = asked(path)
    assert not behind and body == file.read_bytes()
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it is read again"))
    assert asked(path)[2] == body


@pytest.mark.parametrize(
    "path",
    ["/", "/static/js/none.js", "/static/../index.html", "/static/js/../../index.html", "/static/"],
)
def test_anything_else_is_for_streamlit(path):
    assert asked(path)[0]


def test_only_what_is_asked_for_with_get_is_answered():
    (file,) = (STATIC / "static" / "js").glob("Slider.*.js")
    assert asked(f"/static/js/{file.name}", "POST")[0]


def test_the_page_names_the_scripts_of_its_controls():
    link = asked("/")[1]["link"]
    names = re.findall(r"<\./(\S+)>; rel=modulepreload", link)
    assert names == assets.early()
    assert all((STATIC / name).is_file() for name in names)
    # nginx allows 4 KB for all headers of an answer.
    assert len(link) < 2000
    assert "link" not in asked("/_stcore/health", behind="text/plain")[1]


def test_this_streamlit_has_each_script_once_and_its_page_does_not_name_them_itself():
    page = (STATIC / "index.html").read_text("utf-8")
    found = [Path(name).name for name in assets.early()]
    assert [name.rsplit(".", 2)[0] for name in found] == list(assets._EARLY)
    assert not [name for name in found if name in page]


def test_the_server_has_them_behind_its_headers():
    assert [each.cls for each in server.middleware()] == [
        connection.Minded,
        server.Guard,
        messages.Messages,
        preview.Preview,
        assets.Assets,
    ]
