"""The run of an analysis, common to all analyses."""

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

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
    warned,
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
    loaded: Loaded | None = None
    given: np.ndarray | list[np.ndarray] | PictureSet | None = None
    if analysis.of_set:
        given = _set_of(picture)
        analysis.check(given)
    elif picture is not None and analysis.several:
        # A folder or a list, as the analysis says.
        pictures = cast("str | Path | Iterable[Source]", picture)
        given = gathered(pictures, max_side=longest, background=background)
    elif picture is not None:
        source = cast("Source", picture)
        loaded = warned(read_image(source, max_side=longest, background=background))
    image = None if loaded is None else loaded.image
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
    if image is None and analysis.needs_picture:
        raise DreamError(f"{analysis.name} needs a picture; give one")
    count = len(given) if isinstance(given, PictureSet) else 1
    shape = Shape(longest * count, longest) if image is None else Shape.of(image)
    if loaded is not None and image is not None:
        needed = network.smallest, network.name
        check_smallest(shape, *needed, full=loaded.full, most=LARGEST_SIDE)
        given = image = fitting_all(image, network)
        shape = Shape.of(image)
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
    original = None if image is None else Picture.of(image)
    if isinstance(given, PictureSet):
        original = overview(given)
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


def _set_of(pictures: Any) -> PictureSet:
    if pictures is None:
        return shipped_task()
    if isinstance(pictures, PictureSet):
        return pictures
    found = read_set(pictures)
    for note in found.notes:
        warnings.warn(note, PictureNote, stacklevel=4)
    return found


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
