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


def has_cookie(scope: Scope) -> bool:
    """Return whether a request has the cookie that identifies a browser."""
    return visitors.COOKIE in cookie_parser(Headers(scope=scope).get("cookie", ""))


def set_cookies(headers: MutableHeaders, scope: Scope, framed: bool) -> None:
    """Identify a browser that gets its first page, and let cookies into frames if they need it.

    Parameters
    ----------
    headers : MutableHeaders
        Headers of the answer, which are changed.
    scope : dict
        The request, as in the ASGI specification.
    framed : bool
        Whether pages of other origins may show the page.
    """
    where = _where(scope, framed)
    if not has_cookie(scope) and headers.get("content-type", "").startswith("text/html"):
        value = secrets.token_urlsafe(16)
        headers.append("Set-Cookie", f"{visitors.COOKIE}={value}; Path=/; HttpOnly; {where}")
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
