"""Whose pages may speak with this server over a WebSocket."""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope
from streamlit import config

_PORTS = {"http": 80, "https": 443}


def is_foreign(scope: Scope) -> bool:
    """Say whether a connection is asked for by another site's page.

    Streamlit compares hosts alone, so that another port of the same host passes, and asks a server
    elsewhere for its own address before it refuses anybody.

    Parameters
    ----------
    scope : dict
        A connection, as in the ASGI specification. Only browsers send an ``Origin``, and no page
        can forge it, nor the name of the host that a proxy was asked for.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None or not config.get_option("server.enableCORS"):
        return False
    hosts = filter(None, (headers.get("host"), headers.get("x-forwarded-host")))
    return not _is_one_of(origin, hosts, config.get_option("server.corsAllowedOrigins"))


def _is_one_of(origin: str, hosts: Iterable[str], listed: Iterable[str]) -> bool:
    """Return whether an origin is of one of these hosts with their ports, or is a listed one."""
    try:
        asked = urlsplit(origin)
        own = [urlsplit(f"{asked.scheme}://{host}") for host in hosts]
        named = [urlsplit(other if "//" in other else f"//{other}") for other in listed]
        return bool(asked.hostname) and (
            any(_place(asked) == _place(other) for other in own)
            # A listed one without a port or a scheme stands for all of them.
            or any(
                asked.hostname == other.hostname
                and (not other.scheme or _place(asked) == _place(other))
                for other in named
            )
        )
    except ValueError:  # no port that there can be
        return False


def _place(parts: SplitResult) -> tuple[str | None, int | None]:
    return parts.hostname, parts.port or _PORTS.get(parts.scheme)
