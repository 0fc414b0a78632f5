"""What the server's answers carry besides their content: security headers and cookies."""

import base64
import hashlib
import re
import secrets
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import Scope

from dreamlab.ui.session import visitors

#: Beginning of the cookie by which Streamlit knows that an upload is of its own page.
_XSRF = "_streamlit_xsrf="

#: The value of our own cookie, as `secrets.token_urlsafe` makes it.
_VALUE = re.compile(r"[\w-]{22}", re.ASCII)

#: Seconds that a tab is expected to stay open at the most: it renews the cookie when it is loaded
#: alone. And the most that browsers keep a cookie: 400 days.
_OPEN_SECONDS, _MOST_SECONDS = 86_400, 400 * 86_400


def policy(frames: str = "") -> str:
    """Return the page's Content-Security-Policy, which allows this server as the only source.

    Streamlit's page contains one inline script, which the policy allows by its hash. Its charts
    compile functions from text, its components load from blobs, and its styles are inline.

    Parameters
    ----------
    frames : str
        Origins whose pages may show the page in a frame, as `DeploymentSettings` has them.
    """
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    parts = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'unsafe-eval'", "blob:", *scripts]),
        # The camera's shot is read from an address that contains it.
        "connect-src": "'self' data:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        # Streamlit Community Cloud shows the page in a frame of the same origin.
        "frame-ancestors": " ".join(["'self'", *re.findall(r"[^\s,]+", frames)]),
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def security(frames: str = "") -> dict[str, str]:
    """Return the security headers of every answer, by name; `policy` has the parameter."""
    headers = {
        "Content-Security-Policy": policy(frames),
        "X-Content-Type-Options": "nosniff",
        # The address contains the name of a visit, which no other site may learn.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    }
    # It knows no list of origins; browsers that know the policy's heed that alone.
    return headers if frames else {**headers, "X-Frame-Options": "SAMEORIGIN"}


def _cookie(scope: Scope) -> str | None:
    """Return the cookie of a request that identifies a browser, if it has one of ours."""
    value = cookie_parser(Headers(scope=scope).get("cookie", "")).get(visitors.COOKIE, "")
    return value if _VALUE.fullmatch(value) else None


def has_cookie(scope: Scope) -> bool:
    """Return whether a request has the cookie that identifies a browser."""
    return _cookie(scope) is not None


def set_cookies(headers: MutableHeaders, scope: Scope, framed: bool, seconds: float) -> None:
    """Identify the browser that gets a page, and let cookies into frames if they need it.

    Each page renews the cookie, which goes when nothing can be kept any more of what was dreamt.

    Parameters
    ----------
    headers : MutableHeaders
        Headers of the answer, which are changed.
    scope : dict
        The request, as in the ASGI specification.
    framed : bool
        Whether pages of other origins may show the page.
    seconds : float
        Longest that a result is kept, in seconds.
    """
    where = _where(scope, framed)
    if headers.get("content-type", "").startswith("text/html"):
        value = _cookie(scope) or secrets.token_urlsafe(16)
        age = f"Max-Age={min(seconds + _OPEN_SECONDS, _MOST_SECONDS):.0f}"
        cookie = f"{visitors.COOKIE}={value}; {age}; Path=/; HttpOnly; {where}"
        headers.append("Set-Cookie", cookie)
    for number, (name, text) in enumerate(headers.raw):
        if name == b"set-cookie" and text.decode("latin-1").startswith(_XSRF):
            token = text.decode("latin-1").partition(";")[0]
            headers.raw[number] = name, f"{token}; Path=/; {where}".encode("latin-1")


def _where(scope: Scope, framed: bool) -> str:
    """Return the attributes of a cookie that say where a browser sends it."""
    encrypted = scope["scheme"] == "https"
    # Browsers send this header over encrypted connections, and to the machine they run on. Others
    # refuse a Secure cookie. A proxy need not say what it was asked by.
    if framed and (encrypted or "sec-fetch-site" in Headers(scope=scope)):
        return "SameSite=None; Secure; Partitioned"
    return "SameSite=Lax; Secure" if encrypted else "SameSite=Lax"
