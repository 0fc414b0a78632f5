"""Security headers and cookies, for the page by itself and in frames of others."""

import re

import pytest
from starlette.datastructures import MutableHeaders

from dreamlab.ui import headers
from dreamlab.ui.session.visitors import COOKIE

TOKEN = "2|a|b|1"
XSRF = f"_streamlit_xsrf={TOKEN}; Path=/; SameSite=Lax"
OURS = rf"{COOKIE}=[\w-]{{22}}; Max-Age=\d+; Path=/; HttpOnly; "


def parts(*frames):
    return dict(part.split(" ", 1) for part in headers.policy(*frames).split("; "))


def cookies(scheme="http", framed=False, kind="text/html; charset=utf-8", seconds=7200, **asked):
    """The cookies of an answer that has Streamlit's own, to a request with these headers."""
    asks = [(name.replace("_", "-").encode(), value.encode()) for name, value in asked.items()]
    scope = {"type": "http", "scheme": scheme, "headers": asks}
    answer = MutableHeaders({"Content-Type": kind, "Set-Cookie": XSRF})
    headers.set_cookies(answer, scope, framed, seconds)
    return answer.getlist("set-cookie")


def test_the_policy_allows_nothing_from_elsewhere():
    policy = parts()
    assert policy["default-src"] == policy["frame-ancestors"] == "'self'"
    assert policy["connect-src"] == "'self' data:"
    assert policy["object-src"] == "'none'"
    assert "'unsafe-inline'" not in policy["script-src"]
    assert len(re.findall(r"'sha256-[A-Za-z0-9+/]{43}='", policy["script-src"])) == 1
    assert not re.search(r"https?:|\*", headers.policy())


def test_listed_origins_may_frame_the_page_and_nothing_else():
    listed = parts("https://moodle.example.org,  https://*.hf.space\nhttp://localhost:81")
    expected = "'self' https://moodle.example.org https://*.hf.space http://localhost:81"
    assert listed == {**parts(), "frame-ancestors": expected}


def test_the_older_header_stands_only_where_it_says_the_same():
    assert headers.security()["X-Frame-Options"] == "SAMEORIGIN"
    assert "X-Frame-Options" not in headers.security("https://moodle.example.org")


@pytest.mark.parametrize(
    ("scheme", "framed", "asked", "where"),
    [
        ("http", False, {}, "SameSite=Lax"),
        ("http", False, {"sec_fetch_site": "none"}, "SameSite=Lax"),
        ("https", False, {}, "SameSite=Lax; Secure"),
        ("https", True, {}, "SameSite=None; Secure; Partitioned"),
        # A proxy that does not say what it was asked by; the browser does.
        ("http", True, {"sec_fetch_site": "cross-site"}, "SameSite=None; Secure; Partitioned"),
        # Over a connection that is not encrypted browsers refuse Secure cookies.
        ("http", True, {}, "SameSite=Lax"),
    ],
)
def test_where_cookies_are_sent(scheme, framed, asked, where):
    streamlit, ours = cookies(scheme, framed, **asked)
    assert streamlit == f"_streamlit_xsrf={TOKEN}; Path=/; {where}"
    assert re.fullmatch(OURS + re.escape(where), ours)


def test_each_page_and_nothing_else_renews_the_cookie():
    mine = "Zq-3_" + "x" * 17
    _, ours = cookies(cookie=f"{COOKIE}={mine}; other=b")
    assert ours.startswith(f"{COOKIE}={mine}; ") and re.fullmatch(OURS + "SameSite=Lax", ours)
    assert len(cookies(cookie="other=b")) == 2
    assert len(cookies(kind="image/png")) == 1


@pytest.mark.parametrize("forged", ["a", "", "x" * 23, "x" * 21 + "é", "x" * 21 + ".", "../" * 7])
def test_a_cookie_that_is_none_of_ours_is_replaced(forged):
    _, ours = cookies(cookie=f"{COOKIE}={forged}; other=b")
    assert re.fullmatch(OURS + "SameSite=Lax", ours)
    assert not ours.startswith(f"{COOKIE}={forged};")


@pytest.mark.parametrize(("seconds", "age"), [(0.0, 86_400), (7200, 93_600), (1e12, 34_560_000)])
def test_the_cookie_lasts_as_long_as_anything_is_kept(seconds, age):
    assert f"; Max-Age={age}; " in cookies(seconds=seconds)[1]
