"""What a link to the page shows in a chat."""

import asyncio
import re
from pathlib import Path

import pytest
import streamlit as st

from dreamlab.ui import preview

INDEX = (Path(st.__file__).parent / "static" / "index.html").read_bytes()
TAG = re.compile(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)" />')


def asked(path="/", *, method="GET", accept="text/html,*/*;q=0.8", status=200, **answer):
    """Ask for an address; returns the headers, the body and what reached the application."""
    sent, reached = [], []
    more = answer.get("headers", [])
    kind = answer.get("kind", b"text/html; charset=utf-8")

    async def application(scope, receive, send):
        reached.append(dict(scope["headers"]))
        headers = [(b"content-type", kind), (b"content-length", b"1"), (b"etag", b"old"), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        half = len(INDEX) // 2
        await send({"type": "http.response.body", "body": INDEX[:half], "more_body": True})
        await send({"type": "http.response.body", "body": INDEX[half:]})

    async def send(message):
        sent.append(message)

    asks = [(b"host", b"dreams.example.org"), (b"accept-encoding", b"gzip")]
    if "has" in answer:
        asks.append((b"if-none-match", answer["has"].encode()))
    if accept is not None:
        asks.append((b"accept", accept.encode()))
    scope = {"type": "http", "method": method, "path": path, "scheme": "https", "headers": asks}
    asyncio.run(preview.Preview(application)(scope, None, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    headers["status"] = str(sent[0]["status"])
    return headers, b"".join(part.get("body", b"") for part in sent[1:]), reached


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "*/*", None])
def test_the_page_has_title_words_and_picture(accept):
    headers, body, reached = asked(accept=accept)
    page = body.decode()
    assert "<title>dreamlab</title>" in page and "<title>Streamlit</title>" not in page
    tags = dict(TAG.findall(page))
    assert tags["og:title"] == "dreamlab"
    assert "which network" in tags["og:description"] == tags["description"]
    assert tags["og:image"] == "https://dreams.example.org/preview.jpg"
    assert headers["content-length"] == str(len(body)) and headers["etag"] != "old"
    assert b"accept-encoding" not in reached[0]
    assert INDEX.partition(b"</title>")[2] in body  # all else is as it was


@pytest.mark.parametrize(
    ("name", "part"), [("history", b"history.replaceState"), ("anywhere", b"clipboardData")]
)
def test_the_page_s_own_scripts_come_before_streamlit_s(name, part):
    page = asked()[1].decode()
    (address,) = re.findall(rf'<script src="\./({name}\.js\?\w+)">', page)
    assert page.index(address) < page.index('type="module"')
    for path in (f"/{name}.js", f"/here/dreams/{name}.js"):
        headers, body, reached = asked(path, accept="*/*")
        assert headers["content-type"].startswith("text/javascript")
        assert part in body and not reached


def test_a_browser_that_has_the_page_does_not_get_it_again():
    etag = asked()[0]["etag"]
    headers, body, reached = asked(has=etag)
    assert (headers["status"], headers["etag"], body) == ("304", etag, b"")
    assert b"if-none-match" not in reached[0]
    assert asked("/elsewhere/", has=etag)[0]["status"] == "200"  # its picture lies elsewhere
    assert asked(has='"older"')[0]["status"] == "200"


def test_the_picture_lies_beside_the_page():
    tags = dict(TAG.findall(asked("/here/dreams/")[1].decode()))
    assert tags["og:image"] == "https://dreams.example.org/here/dreams/preview.jpg"
    for path in ("/preview.jpg", "/here/dreams/preview.jpg"):
        headers, body, reached = asked(path, accept="image/*")
        assert headers["content-type"] == "image/jpeg" and body[:2] == b"\xff\xd8"
        assert not reached


def test_the_address_is_escaped():
    page = asked('/"><script>alert(1)</script>/')[1].decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "other",
    [
        {"kind": b"text/plain"},
        {"status": 404},
        {"headers": [(b"content-encoding", b"gzip")]},
        {"method": "POST"},
        {"path": "/static/js/a.js", "accept": "*/*"},
        {"path": "/media/1.png", "accept": "image/png"},
    ],
)
def test_anything_else_is_as_it_was(other):
    headers, body, _ = asked(**other)
    assert body == INDEX and headers["etag"] == "old"
