"""The command ``page``, which serves the page from this machine."""

import argparse
import os
import runpy
import socket
import sys
from pathlib import Path

from dreamlab.config.input_range import INPUT_RANGES, check_input_range
from dreamlab.errors import DreamError, needed, shown
from dreamlab.own_models import files_in

_PORT = 8501
_HOST = "localhost"


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "page",
        help="serve the page",
        description="Serve the page until Ctrl-C.",
        allow_abbrev=False,
    )
    parser.set_defaults(run=_page)
    parser.add_argument(
        "--port", metavar="N", type=int, default=_PORT, help=f"port to listen on (default: {_PORT})"
    )
    parser.add_argument(
        "--host",
        metavar="H",
        default=_HOST,
        help=f"address to listen on; 0.0.0.0 lets other machines in (default: {_HOST})",
    )

    parser.add_argument(
        "--models", metavar="DIR", help="folder of .keras and .h5 files to offer beside the zoo's"
    )
    parser.add_argument(
        "--input-range",
        metavar="RANGE",
        help="what those of them are fed that do not say it: "
        f"{', '.join(INPUT_RANGES[:-1])} or {INPUT_RANGES[-1]}",
    )


def script() -> Path:
    """Return the page's script, in the package or at the top of a checkout.

    Raises
    ------
    DreamError
        If neither place has it.
    """
    package = Path(__file__).parents[1]
    places = package / "page" / "app.py", package.parent / "app.py"
    for place in places:
        if place.is_file():
            return place
    raise DreamError(f"the page's script {places[0]} is missing; install dreamlab again")


def _page(options: argparse.Namespace) -> int:
    needed("streamlit", "altair", "pandas", "distributed", extra="page")
    needed("tensorflow", extra="cpu")
    _check(options.host, options.port)
    _set_models(options.models, options.input_range)
    where = ["--server.address", options.host, "--server.port", str(options.port)]
    sys.argv = ["streamlit", "run", str(script()), *where]
    # The server runs in this process, so that signals to the process reach it.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def _set_models(folder: str | None, input_range: str | None) -> None:
    """Set the variables of the owner's networks, which the server and its worker read."""
    if folder is not None:
        files_in(folder or ".")
        os.environ["DREAMLAB_MODELS"] = os.path.abspath(folder)
    if input_range is not None:
        if not os.environ.get("DREAMLAB_MODELS"):
            raise DreamError(
                f"input_range is {shown(input_range)}, which is for networks of your own: name "
                "their folder with --models"
            )
        os.environ["DREAMLAB_INPUT_RANGE"] = check_input_range(input_range)


def _check(host: str, port: int) -> None:
    """Raise `DreamError` if the server cannot listen on this host and port."""
    if not 1 <= port <= 65535:
        raise DreamError(f"port is {port}; choose 1 to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        reason = (error.strerror or "it is no address").lower()
        raise DreamError(
            f"the page cannot listen on {host}, port {port}: {reason}; "
            "choose others with --host and --port"
        ) from error
