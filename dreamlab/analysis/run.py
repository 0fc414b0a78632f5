"""The run of an analysis, common to all analyses."""

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamlab.analysis.base import Analysis, AnalysisStep, Item
from dreamlab.analysis.catalogue import named
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.further_networks import further_networks
from dreamlab.analysis.settings import LARGEST_SIDE, Settings
from dreamlab.config.presets import PRESETS, mixed_preset
from dreamlab.errors import DreamError, listed, shown
from dreamlab.images import (
    Loaded,
    Picture,
    PictureNote,
    PictureSet,
    Shape,
    read_image,
    read_set,
)
from dreamlab.images.bounds import check_smallest
from dreamlab.images.gathered import gathered
from dreamlab.images.load import Source
from dreamlab.images.overview import overview
from dreamlab.images.shipped_task import shipped_task
from dreamlab.results.progress import progress_bar

if TYPE_CHECKING:
    import keras

    from dreamlab.models import Network


def analyse(
    analysis: Analysis | str,
    picture: Source | Iterable[Source] | PictureSet | None = None,
    model: "Network | keras.Model | str | Path" = "vgg16",
    settings: Settings | Mapping[str, Any] | None = None,
    *,
    resume_from: Iterable[Item] = (),
    others: "Sequence[Network]" = (),
    on_step: Callable[[AnalysisStep], bool] = lambda step: True,
    background: str = "auto",
    progress: bool | None = False,
    memory: float | None = None,
    **values: Any,
) -> Findings:
    """Run an analysis to its end, or until `on_step` returns false.

    An interrupt (Ctrl-C, or *Stop* in a notebook) ends it too; both keep the items so far.

    Parameters
    ----------
    analysis : Analysis or str
        The analysis, or its name in `dreamlab.analysis.ANALYSES`.
    picture : path, bytes, binary file, PIL.Image.Image or numpy.ndarray, optional
        Any input of `dreamlab.images.load_image`: pixels in 0 to 255, or floats in [-1, 1]. A
        larger picture is scaled down to the ``max_side`` of the settings, in pixels. None for an
        analysis that needs no picture; a folder or a list for one of several pictures; any input of
        `dreamlab.images.read_set` for one of a set.
    model : Network, keras.Model, str or path
        Any input of `dreamlab.models.load_model`.
    settings : Settings or mapping, optional
        Settings of the analysis, or some of them by name, overridden by `values`; the others have
        their defaults. A mix that is not given is the network's own mixed preset.
    resume_from : iterable of Item
        Items of an earlier run with the same settings; they are not computed again.
    others : sequence of Network
        The networks that the setting ``beside`` names; by default they are loaded.
    on_step : callable
        Called with each `AnalysisStep`; false ends the run and keeps the items so far.
    background : str
        Colour behind a transparent picture: ``"white"``, ``"black"``, ``"grey"`` or ``"auto"``,
        which is white unless more of the picture shows on another.
    progress : bool or None
        Whether to draw a progress bar; None draws it only in a terminal.
    memory : float, optional
        Memory that the process may take, in MB, before it works in tiles. None and 0 stand for
        half of what is free, at most 2,350 MB.
    **values
        Settings by name, such as ``layers=["block2_conv2"]``.

    Returns
    -------
    Findings
        The items; `Findings.complete` is false if the run ended early.

    Raises
    ------
    DreamError
        If there is no such analysis or setting, or the analysis cannot run.

    Warns
    -----
    LayersLeftOut
        If layers are left out, as they take pictures of a single size.
    """
    from dreamlab.dream.original import fitting_all
    from dreamlab.models import LayersLeftOut, cached_model

    analysis = named(analysis) if isinstance(analysis, str) else analysis
    chosen = _merged(analysis, settings, values)
    layers_are_given = isinstance(settings, Settings) or "layers" in {**(settings or {}), **values}
    settings = chosen
    longest = settings.max_side
    read = _read(analysis, picture, longest, background)
    if isinstance(read, Loaded | PictureSet) and read is not picture:
        for note in read.notes:
            warnings.warn(note, PictureNote, stacklevel=2)
    if isinstance(read, PictureSet):
        analysis.check(read)
    network = cached_model(model)
    if not layers_are_given:
        settings = _with_layers_of(network, settings)
    settings = network.settled(settings)
    only = [layer.name for layer in network.layers if layer.only]
    if only and not getattr(settings, "layers", only):
        warnings.warn(
            f"{listed(only)} of {network.name} take pictures of a single size, so they are left "
            "out: name them in layers to have them",
            LayersLeftOut,
            stacklevel=2,
        )
    given: Any = read
    original = None
    shape = Shape(longest, longest)
    if isinstance(read, Loaded):
        needed = network.smallest, network.name
        check_smallest(Shape.of(read.image), *needed, full=read.full, most=LARGEST_SIDE)
        given = fitting_all(read.image, network)
        original, shape = Picture.of(given), Shape.of(given)
    elif isinstance(read, PictureSet):
        original, shape = overview(read), Shape(longest * len(read), longest)
    elif analysis.needs_picture:
        raise DreamError(f"{analysis.name} needs a picture; give one")
    networks: Network | tuple[Network, ...] = network
    if analysis.beside:
        further = others or [cached_model(name) for name in further_networks(settings)]
        networks = (network, *further)
    analysis.plan(shape, settings, network.name, network.layers)
    began, items, complete = time.perf_counter(), {}, True
    earlier = {item.key: item for item in resume_from}
    with (
        progress_bar(progress) as bar,
        closing(analysis.run(given, networks, settings, earlier, memory)) as steps,
    ):
        try:
            for step in steps:
                bar.set_description(step.doing, refresh=False)
                bar.update(step.fraction - bar.n)
                if step.item is not None:
                    items[step.item.key] = step.item
                if not on_step(step):
                    complete = False
                    break
        except KeyboardInterrupt:
            complete = False
    if not complete:  # keep earlier items that the run did not reach
        items = earlier | items
    return Findings(
        analysis=analysis.name,
        settings=settings.to_dict(),
        model=network.name,
        weights=network.weights,
        input_range=analysis.fed(network, settings),
        items=tuple(items.values()),
        complete=complete,
        seconds=time.perf_counter() - began,
        original=original,
    )


def _read(
    analysis: Analysis, picture: Any, longest: int, background: str
) -> Loaded | list[np.ndarray] | PictureSet | None:
    """Return what an analysis is of, of the kind that it takes, scaled down to a longest side."""
    if analysis.of_set:
        if picture is None:
            return shipped_task()
        return picture if isinstance(picture, PictureSet) else read_set(picture)
    if picture is None:
        return None
    if analysis.several:
        return gathered(picture, max_side=longest, background=background)
    return read_image(picture, max_side=longest, background=background)


def _merged(
    analysis: Analysis, settings: Settings | Mapping[str, Any] | None, values: Mapping[str, Any]
) -> Settings:
    """Return the settings of an analysis with some of them changed."""
    if settings is None or isinstance(settings, Mapping):
        return analysis.settings.from_dict({**(settings or {}), **values})
    if not isinstance(settings, analysis.settings):
        raise DreamError(
            f"settings are {shown(settings)}; give {analysis.settings.__name__} of "
            f"{analysis.name}, or a dict"
        )
    return settings.replace(**values) if values else settings


def _with_layers_of(network: "Network", settings: Settings) -> Settings:
    """Return settings with the network's own mixed preset, if they have a mix and it has one."""
    mix, preset = getattr(settings, "layers", ()), mixed_preset(network.name)
    if mix and preset is not None:
        return settings.replace(layers=PRESETS[preset]["layers"])
    if not {layer.name for layer in network.layers}.issuperset(mix):
        raise DreamError(
            f"{network.name} has no preset of its own: name its layers with their weights, as "
            "layers (--layers)"
        )
    return settings
