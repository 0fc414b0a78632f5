"""Several dreams on one picture, in one call."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from dreamlab.config import PRESETS, DreamConfig, settings_text
from dreamlab.errors import DreamError
from dreamlab.images import read_image, warned
from dreamlab.images.given import set_apart
from dreamlab.report.colours import COLOURS
from dreamlab.results import folder, section
from dreamlab.results.contact_sheet import comparison_sheet
from dreamlab.results.naming import file_name, told_apart, with_network
from dreamlab.results.record import PICTURES, network_for, record, resolve
from dreamlab.results.recording import Recording
from dreamlab.results.section import NamedDream

if TYPE_CHECKING:
    import keras

    from dreamlab.models import Network

Dreamable = DreamConfig | str | Mapping[str, float]


class Dreams(Mapping[str, Recording]):
    """Dreams on one picture, by name, in their order.

    Parameters
    ----------
    recordings : mapping of str to Recording
        Name and recording of each dream.
    """

    def __init__(self, recordings: Mapping[str, Recording]) -> None:
        self._recordings = dict(recordings)

    def __getitem__(self, name: str) -> Recording:
        return self._recordings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._recordings)

    def __len__(self) -> int:
        return len(self._recordings)

    def sheet(self) -> bytes:
        """Return a contact sheet of the original and all dreams, a PNG.

        The sheet of a single dream contains its settings.

        Raises
        ------
        DreamError
            If there are no dreams, or the sheet would have more than 64 million pixels.
        """
        if not self:
            raise DreamError("there are 0 dreams to put on a sheet; compare at least 1")
        first, *others = self.values()
        text = None if others else settings_text(first.provenance.to_json())
        return comparison_sheet(list(self.items()), text)

    def rows(self) -> list[dict[str, Any]]:
        """Return all losses as flat dicts, one per step, with the name under ``dream``."""
        return [
            {"dream": name, **row} for name, recording in self.items() for row in recording.rows()
        ]

    def save(self, directory: str | Path) -> list[str]:
        """Write a folder per dream, named as in the page's ZIP, and ``sheet.png``.

        Parameters
        ----------
        directory : str or path
            The directory; it is created if missing.

        Returns
        -------
        list of str
            Names of the files, with their folders.

        Raises
        ------
        DreamError
            If a file cannot be written.
        """
        folder.prepare(Path(directory))
        files: list[str] = []
        names = told_apart([(name, run.provenance.model) for name, run in self.items()])
        for number, (name, recording) in enumerate(zip(names, self.values(), strict=True), 1):
            own = f"{number}_{file_name(name)}"
            files += [f"{own}/{file}" for file in recording.save(Path(directory) / own)]
        folder.write_file(Path(directory) / "sheet.png", self.sheet())
        return [*files, "sheet.png"]

    def __repr__(self) -> str:
        return f"<Dreams: {', '.join(self)}>"

    def _repr_html_(self) -> str:
        return section.in_notebook(
            [
                NamedDream(name, COLOURS[place % len(COLOURS)], recording)
                for place, (name, recording) in enumerate(self.items())
            ]
        )


def compare(
    picture: str | Path | bytes | BinaryIO | Image.Image | np.ndarray,
    dreams: Sequence[Dreamable] | Mapping[str, Dreamable],
    model: "Network | keras.Model | str | Path | Sequence[Any] | None" = None,
    *,
    max_side: int | None = None,
    background: str = "auto",
    progress: bool | None = False,
    memory: float | None = None,
    **settings: Any,
) -> Dreams:
    """Dream on one picture in several ways.

    Parameters
    ----------
    picture : path, bytes, binary file, PIL.Image.Image or numpy.ndarray
        Any input of `dreamlab.images.load_image`: pixels in 0 to 255, or floats in [-1, 1].
    dreams : sequence or mapping
        The dreams: each is a layer's name, a preset's name, layers with their weights, or a
        `DreamConfig`. The keys of a mapping are their names; the dreams of a sequence have the
        names of their layers or presets.
    model : Network, keras.Model, str or path, or a sequence of them, optional
        Any input of `dreamlab.models.load_model`; a sequence has one for each dream. By default the
        network of each dream's preset, or vgg16.
    max_side : int, optional
        Scale a larger picture down so that its longest side has this many pixels.
    background : str
        Colour behind a transparent picture, as `dreamlab.record` has it.
    progress : bool or None
        Whether to draw a progress bar per dream; None draws it only in a terminal.
    memory : float, optional
        Memory that the process may take, in MB, before it works in tiles. None and 0 stand for
        half of what is free, at most 2,350 MB.
    **settings
        Settings of `DreamConfig` for all dreams.

    Returns
    -------
    Dreams
        The recordings by name.

    Raises
    ------
    DreamError
        If there are no dreams; or if the picture, the network or a setting cannot be used.
    NoAnswer
        If no dream changes the picture.

    Warns
    -----
    Silence
        If a dream that cannot change the picture is left out.
    """
    from dreamlab.dream import NoAnswer, Silence
    from dreamlab.models import cached_model

    networks = _networks(dreams, model)
    words, beside = set_apart(settings, PICTURES)
    configs = _configs(dreams, networks, words)
    image = warned(read_image(picture, max_side=max_side, background=background))
    recordings = {}
    for (name, config), own in zip(configs.items(), networks, strict=True):
        network = cached_model(own)
        try:
            recordings[name] = record(
                image, config, network, progress=progress, memory=memory, **beside
            )
        except NoAnswer as error:
            if len(configs) == 1:
                raise
            warnings.warn(f"{name} is left out: {error}", Silence, stacklevel=2)
    if not recordings:
        raise NoAnswer("no dream changes the picture: choose other layers or channels")
    return Dreams(recordings)


def _configs(
    dreams: Sequence[Dreamable] | Mapping[str, Dreamable],
    networks: Sequence[Any],
    settings: Mapping[str, Any],
) -> dict[str, DreamConfig]:
    if isinstance(dreams, str):
        dreams = [dreams]
    if not dreams:
        raise DreamError("there are 0 dreams to compare; give at least 1 layer or preset")
    if isinstance(dreams, Mapping):
        return {name: _config(dream, settings) for name, dream in dreams.items()}
    configs: dict[str, DreamConfig] = {}
    for dream, network in zip(dreams, networks, strict=True):
        config = _config(dream, settings)
        name = dream if isinstance(dream, str) else " + ".join(config.layers)
        if name in configs and isinstance(network, str):  # the same layers of another network
            name = with_network(name, network)
        while name in configs:  # the same layers with other settings
            name = f"{name} again"
        configs[name] = config
    return configs


def _networks(
    dreams: Sequence[Dreamable] | Mapping[str, Dreamable],
    model: Any,
) -> list[Any]:
    """Return the network of each dream."""
    if isinstance(dreams, str):
        dreams = [dreams]
    each = list(dreams.values() if isinstance(dreams, Mapping) else dreams)
    if model is None:
        return [network_for(dream) for dream in each]
    if not isinstance(model, list | tuple):
        return [model] * len(each)
    if len(model) != len(each):
        raise DreamError(
            f"the networks are {len(model)} and the dreams {len(each)}; give one for each, or one "
            "for all"
        )
    return list(model)


def _config(dream: Dreamable, settings: Mapping[str, Any]) -> DreamConfig:
    if isinstance(dream, DreamConfig):
        return dream.replace(**settings)
    if isinstance(dream, str) and dream in PRESETS:
        return resolve(dream, settings)
    return resolve(None, {"layers": dream, **settings})
