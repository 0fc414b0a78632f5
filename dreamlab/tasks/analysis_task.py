"""An analysis as a task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dreamlab.analysis import AnalysisStep, Findings, Item, Settings, named
from dreamlab.analysis.further_networks import further_networks
from dreamlab.analysis.settings import LARGEST_SIDE
from dreamlab.errors import DreamError
from dreamlab.images import Picture, PictureSet, Shape, load_image
from dreamlab.images.bounds import check_smallest
from dreamlab.images.overview import overview
from dreamlab.images.shipped_task import shipped_task
from dreamlab.layers import known_layers
from dreamlab.tasks.events import Event, Loaded, Place, nbytes
from dreamlab.tasks.loading import network_of
from dreamlab.tasks.task import TYPICAL_OPERATIONS, Allowance, Cost, Result, key_of
from dreamlab.tasks.wording import choose
from dreamlab.zoo import architecture, is_on_offer, smallest_side

#: Steps assumed of an analysis of a network of the user's own.
_TYPICAL_STEPS = 100


@dataclass(frozen=True)
class AnalysisTask:
    """One analysis to be run.

    Parameters
    ----------
    picture : Picture or None
        The picture to analyse; None for an analysis that goes without.
    analysis : str
        Its name in `dreamlab.analysis.ANALYSES`.
    settings : Settings
        The analysis's own.
    model : str
        Name of the network on offer, or path of the user's own.
    pictures : PictureSet or None
        The pictures of an analysis of a set; None for the shipped task.
    public : bool
        Whether the picture shows nothing of a visitor: a sample, or seeded noise.
    """

    picture: Picture | None
    analysis: str
    settings: Settings
    model: str = "vgg16"
    pictures: PictureSet | None = None
    public: bool = False

    def remedy(self, share: float | None = None, *, network: bool = True) -> str:
        """See `Task`."""
        side = 0 if share is None else int(self.settings.max_side * share**0.5)
        least = smallest_side(self.model) if is_on_offer(self.model) else 1
        smaller = f"a max_side of {side} px" if side >= least else "a smaller max_side"
        return choose([smaller, "less to look at"])

    @property
    def noun(self) -> str:
        """See `Task`."""
        return self.analysis

    @property
    def key(self) -> str | None:
        """See `Task`."""
        networks = [self.model, *further_networks(self.settings)]
        shows = self.picture is not None and not self.public
        if shows or self.pictures is not None or not all(map(architecture, networks)):
            return None
        digest = None if self.picture is None else self.picture.digest
        return key_of("analysis", self.analysis, digest, self.settings.to_dict(), self.model)

    def key_of(self, result: Result | None) -> str | None:
        """See `Task`."""
        return self.key

    @property
    def precision(self) -> str:
        """See `Task`."""
        return self.settings.precision

    @property
    def nbytes(self) -> int:
        """See `Task`."""
        return sum(held.nbytes for held in (self.picture, self.pictures) if held is not None)

    def cost(self) -> Cost:
        """See `Task`."""
        analysis, longest = named(self.analysis), self.settings.max_side
        shape = Shape(longest, longest)
        if analysis.of_set:
            analysis.check(self._set)
            shape = Shape(longest * len(self._set), longest)
        elif self.picture is not None:
            shape = self.picture.shape.fitted(longest)
            if is_on_offer(self.model):
                needed = smallest_side(self.model), self.model
                check_smallest(shape, *needed, full=self.picture.full, most=LARGEST_SIDE)
        elif analysis.needs_picture:
            raise DreamError(f"{analysis.name} needs a picture; give one")
        if not is_on_offer(self.model):
            return Cost(((float(shape.area * _TYPICAL_STEPS), TYPICAL_OPERATIONS),))
        layers = known_layers(self.model)
        return Cost(tuple(analysis.plan(shape, self.settings, self.model, layers)))

    @property
    def _set(self) -> PictureSet:
        return shipped_task() if self.pictures is None else self.pictures

    def run(
        self,
        resume: Sequence[Event],
        emit: Callable[[Event], None],
        stop: Callable[[], bool],
        allowance: Allowance,
        give_way: Callable[[], bool] = lambda: False,
    ) -> bool:
        """See `Task`."""
        from dreamlab.analysis.run import analyse
        from dreamlab.dream.original import fitting_all

        network = network_of(self.model, allowance)
        others = []
        if named(self.analysis).beside:
            others = [network_of(name, allowance) for name in further_networks(self.settings)]
        given: np.ndarray | PictureSet | None = None
        original = None
        if named(self.analysis).of_set:
            given = self._set
            original = overview(given)
        elif self.picture is not None:
            given = load_image(self.picture, max_side=self.settings.max_side)
            given = fitting_all(given, network)
            original = Picture.of(given)
        input_range = named(self.analysis).fed(network, self.settings)
        emit(Loaded(network.name, network.weights, original, input_range))
        if stop():
            return False
        items = {event.key: event for event in resume if isinstance(event, Item)}
        held = sum(nbytes(item) for item in items.values())

        def on_step(step: AnalysisStep) -> bool:
            nonlocal held
            item = step.item
            known = None if item is None else items.get(item.key)
            if item is not None and item is not known:
                held += nbytes(item) - (0 if known is None else nbytes(known))
                emit(item)
            emit(Place(step.fraction, step.doing))
            if held > allowance.max_bytes:
                raise DreamError(
                    f"the pictures take more than {allowance.max_bytes / 1e6:,.0f} MB: choose a "
                    "smaller max_side or fewer of them"
                )
            # Elsewhere what was done for the next items would be lost.
            rests = item is not None and known is None and step.resumable
            return not (stop() or rests and give_way())

        findings = analyse(
            named(self.analysis),
            given,
            network,
            self.settings,
            others=others,
            resume_from=items.values(),
            on_step=on_step,
            memory=allowance.memory,
        )
        return findings.complete

    def kept(self, events: Sequence[Event]) -> tuple[Item, ...]:
        """See `Task`: all that was found."""
        return tuple({event.key: event for event in events if isinstance(event, Item)}.values())

    def collect(self, events: Sequence[Event], seconds: float, done: bool) -> Result | None:
        """See `Task`."""
        items = self.kept(events)
        if not items:
            return None
        loaded = [event for event in events if isinstance(event, Loaded)]
        last = loaded[-1] if loaded else Loaded(self.model, "", self.picture)
        return Findings(
            analysis=self.analysis,
            settings=self.settings.to_dict(),
            model=last.model,
            weights=last.weights,
            input_range=last.input_range,
            items=items,
            complete=done,
            seconds=seconds,
            original=last.original,
        )

    def released(self, result: Result | None) -> "AnalysisTask":
        """See `Task`: the picture as the run began from it is enough; a set is not kept at all."""
        picture = self.picture if result is None else result.original
        return replace(self, picture=picture, pictures=None)

    def extent(self, result: Result | None) -> str:
        """See `Task`."""
        count = len(result.items) if isinstance(result, Findings) else 0
        return f"{count} items"
