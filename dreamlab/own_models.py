"""Networks of the owner's own: the files of a folder, each known by its name.

A page has them from a process that reads the files, `dreamlab.jobs.own_files`; a worker from those
that it has loaded.
"""

from dataclasses import dataclass
from pathlib import Path

from dreamlab.errors import DreamError, shown
from dreamlab.layer_info import LayerInfo

#: Suffixes of the files in which Keras saves networks.
OWN_SUFFIXES = (".keras", ".h5", ".hdf5")


@dataclass(frozen=True)
class Own:
    """What is known of a network without loading it.

    Parameters
    ----------
    name : str
        Name of its file.
    layers : tuple of LayerInfo
        Its layers, in network order.
    smallest : int
        Smallest picture side that it takes, in pixels.
    fed : str
        What it is fed and why, as a sentence without its end.
    problem : str
        Why it cannot be used, in one sentence; empty if it can.
    """

    name: str
    layers: tuple[LayerInfo, ...] = ()
    smallest: int = 32
    fed: str = ""
    problem: str = ""


_known: dict[str, Own] = {}


def offer(network: Own) -> None:
    """Put a network on offer in this process, in place of any other of its name."""
    _known[network.name] = network


def own(name: str) -> Own | None:
    """Return what is known of a network, usable or not; None if there is none of that name."""
    return _known.get(name)


def usable() -> list[str]:
    """Return the names of the networks that can be used, in the order of their offer."""
    return [network.name for network in _known.values() if not network.problem]


def problems() -> list[str]:
    """Return why the other networks cannot be used, a sentence each."""
    return [network.problem for network in _known.values() if network.problem]


def files_in(folder: str) -> dict[str, Path]:
    """Return the files of networks in a folder, by name and in that order.

    Parameters
    ----------
    folder : str
        Path of the folder; without it there are no files.

    Raises
    ------
    DreamError
        If it cannot be read, or has none.
    """
    if not folder:
        return {}
    try:
        entries = sorted(Path(folder).iterdir(), key=lambda entry: entry.name.casefold())
        found = {
            entry.name: entry
            for entry in entries
            if entry.name.lower().endswith(OWN_SUFFIXES) and entry.is_file()
        }
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it is no path").lower()
        raise DreamError(
            f"the networks' folder {shown(folder)} cannot be read ({reason}): give another with "
            "--models, or DREAMLAB_MODELS"
        ) from error
    if not found:
        raise DreamError(
            f"the networks' folder {shown(folder)} has no .keras or .h5 file: save one there, or "
            "leave out --models, or DREAMLAB_MODELS"
        )
    return found
