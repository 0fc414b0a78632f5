"""Whose pages may open a WebSocket."""

import pytest
from streamlit import config

from dreamlab.ui import origins


def scope(origin=None, host="dreams.example.org", forwarded=None):
    headers = [(b"host", host.encode())] if host is not None else []
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if forwarded is not None:
        headers.append((b"x-forwarded-host", forwarded.encode()))
    return {"type": "websocket", "path": "/_stcore/stream", "headers": headers}


@pytest.fixture
def options(monkeypatch):
    values = {"server.enableCORS": True, "server.corsAllowedOrigins": []}
    monkeypatch.setattr(config, "get_option", values.__getitem__)
    return values


@pytest.mark.parametrize(
    ("origin", "host", "foreign"),
    [
        (None, "dreams.example.org", False),  # no browser
        ("https://dreams.example.org", "dreams.example.org", False),
        ("https://dreams.example.org:443", "dreams.example.org", False),
        ("http://dreams.example.org", "dreams.example.org:80", False),
        ("http://127.0.0.1:8501", "127.0.0.1:8501", False),
        ("http://[::1]:8501", "[::1]:8501", False),
        ("https://DREAMS.example.org", "dreams.example.org", False),
        ("https://dreams.example.org:8443", "dreams.example.org", True),  # another port
        ("http://127.0.0.1:8502", "127.0.0.1:8501", True),
        ("http://localhost:8501", "127.0.0.1:8501", True),
        ("http://evil.example", "dreams.example.org", True),
        ("https://dreams.example.org.evil.example", "dreams.example.org", True),
        ("https://evil.example@dreams.example.org:9", "dreams.example.org", True),
        ("null", "dreams.example.org", True),
        ("file://", "dreams.example.org", True),
        ("https://dreams.example.org:99999", "dreams.example.org", True),
        ("https://[broken", "dreams.example.org", True),
        ("https://dreams.example.org", None, True),
    ],
)
def test_only_the_servers_own_pages(options, origin, host, foreign):
    assert origins.is_foreign(scope(origin, host)) is foreign


def test_a_proxy_says_what_it_was_asked_for(options):
    behind = scope("https://dreams.example.org", "10.0.0.7:8501", "dreams.example.org")
    assert not origins.is_foreign(behind)
    assert origins.is_foreign(scope("https://evil.example", "10.0.0.7:8501", "dreams.example.org"))


def test_what_the_owner_lists_may(options):
    options["server.corsAllowedOrigins"] = ["https://course.example.org", "school.example"]
    assert not origins.is_foreign(scope("https://course.example.org"))
    assert origins.is_foreign(scope("https://course.example.org:8443"))
    assert not origins.is_foreign(scope("http://school.example:81"))
    assert origins.is_foreign(scope("https://other.example"))
    options["server.enableCORS"] = False
    assert not origins.is_foreign(scope("https://other.example"))
