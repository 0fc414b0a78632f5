"""A dream in one call: picture, network and settings in, a recording out."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from dreamlab.config import PRESETS, DreamConfig
from dreamlab.config.base import specs
from dreamlab.config.beside import picture_settings
from dreamlab.config.presets import mixed_preset, network_of
from dreamlab.errors import DreamError, listed
from dreamlab.images import Loaded, Picture, Shape, read_image, warned
from dreamlab.images.bounds import check_smallest
from dreamlab.images.branch import BranchPoint
from dreamlab.images.given import set_apart
from dreamlab.results.progress import follow
from dreamlab.results.recording import Recording

#: The settings that may be a picture.
PICTURES = picture_settings(specs(DreamConfig))

if TYPE_CHECKING:
    import keras

    from dreamlab.dream import Step
    from dreamlab.models import Network


def record(
    picture: "str | Path | bytes | BinaryIO | Image.Image | np.ndarray | Loaded | Recording",
    config: DreamConfig | str | Mapping[str, Any] | None = None,
    model: "Network | keras.Model | str | Path | None" = None,
    *,
    at: int | None = None,
    max_side: int | None = None,
    background: str = "auto",
    every: int | None = None,
    progress: bool | None = False,
    memory: float | None = None,
    **settings: Any,
) -> Recording:
    """Dream on a picture and record the run.

    An interrupt (Ctrl-C, or *Stop* in a notebook) ends the dream and keeps its steps so far.

    Parameters
    ----------
    picture : path, bytes, binary file, PIL.Image.Image or numpy.ndarray
        Any input of `dreamlab.images.load_image`: pixels in 0 to 255, or floats in [-1, 1]. A
        `Recording` is gone on from, with its settings and the network of its name unless others
        are given: from its last picture, or from that of the octave `at`.
    config : DreamConfig, str or mapping, optional
        The settings, the name of a preset, or plain values; by default the mixed preset of the
        network, or the defaults of `DreamConfig` where `settings` name the layers.
    model : Network, keras.Model, str or path, optional
        Any input of `dreamlab.models.load_model`; by default the network of the preset, or vgg16.
    at : int, optional
        Octave of a recording to go on from, from 0. With unchanged settings the rest equals that
        of the recorded dream bit for bit, if its original was one of bytes: not scaled down.
    max_side : int, optional
        Scale a larger picture down so that its longest side has this many pixels.
    background : str
        Colour behind a transparent picture: ``"white"``, ``"black"``, ``"grey"`` or ``"auto"``,
        which is white unless more of the picture shows on another.
    every : int, optional
        Keep a frame after every n-th step too.
    progress : bool or None
        Whether to draw a progress bar; None draws it only in a terminal.
    memory : float, optional
        Memory that the process may take, in MB, before it works in tiles. None and 0 stand for
        half of what is free, at most 2,350 MB.
    **settings
        Settings of `DreamConfig` that override those of `config`, such as ``octaves=3``. A guide
        or a mask may be a picture itself.

    Returns
    -------
    Recording
        Losses, frames, and what a network with a head calls them; `Recording.finished` is false if
        it was interrupted.

    Raises
    ------
    DreamError
        If the picture, the network or a setting cannot be used, or they do not fit together.
    """
    from dreamlab.dream import branch, dream
    from dreamlab.models import cached_model

    point = _point(picture, at)
    if isinstance(picture, Recording):
        config = picture.provenance.config if config is None else config
        model = picture.provenance.model if model is None else model
        picture = picture.original.pixels
    if config is None and "layers" not in settings:
        config = mixed_preset(str(getattr(model, "name", model))) or "mixed"
    words, beside = set_apart(settings, PICTURES)
    dream_config = resolve(config, words)
    loaded = warned(read_image(picture, max_side=max_side, background=background))
    image, shape, full = Picture.exactly(loaded.image), Shape.of(loaded.image), loaded.full
    del loaded  # its floats take four times the picture
    network = cached_model(network_for(config) if model is None else model)
    check_smallest(shape, network.smallest, network.name, full=full)
    recording = Recording(every=every, exact=True)
    more: dict[str, Any] = {name: beside.get(name) for name in PICTURES}
    if point is not None:
        image, resume, _ = branch(point, image, network, dream_config)
        more |= {"resume": resume, "parent": point.parent}
        recording.begun_from = None if resume is None else point.picture
    steps = dream(image, network, dream_config, memory=memory, **more)
    run_to_end(recording, steps, network, progress)
    return recording


def _point(picture: Any, at: int | None) -> BranchPoint | None:
    """Return the place of a recording to go on from; None for any other picture."""
    if not isinstance(picture, Recording):
        if at is not None:
            raise DreamError(f"at is {at}, an octave of a recording: give a recording, or leave it")
        return None
    ends = {frame.octave: frame for frame in picture.octave_frames}
    if at is not None and at not in ends:
        raise DreamError(f"the recording has no octave {at}; choose one of {listed(ends)}")
    return picture.point(picture.final if at is None else ends[at])


def run_to_end(
    recording: Recording, steps: Iterable["Step"], network: "Network", progress: bool | None
) -> None:
    """Record a dream to its end, or until an interrupt, which keeps the steps so far.

    Parameters
    ----------
    recording : Recording
        The recording to fill; it is unfinished after an interrupt.
    steps : iterable of Step
        Steps of `dreamlab.dream.dream`.
    network : Network
        The network; one with a head is asked what it calls the pictures.
    progress : bool or None
        Whether to draw a progress bar; None draws it only in a terminal.

    Raises
    ------
    KeyboardInterrupt
        If the recording has no frame yet.
    """
    try:
        with closing(recording.record(follow(steps, progress), network)) as recorder:
            for _ in recorder:
                pass
    except KeyboardInterrupt:
        if not recording.frames:
            raise


def network_for(config: Any) -> str:
    """Return the name of the network of a preset, or of vgg16 for any other settings."""
    return network_of(config) if isinstance(config, str) and config in PRESETS else "vgg16"


def resolve(
    config: DreamConfig | str | Mapping[str, Any] | None, settings: Mapping[str, Any]
) -> DreamConfig:
    """Return the settings for the arguments of `record`; see there."""
    if config is None:
        return DreamConfig.from_dict(settings)
    return DreamConfig.of(config).replace(**settings)
