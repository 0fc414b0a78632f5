"""A dream as a task."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Parent, Provenance
from dreamlab.images import Picture, Shape
from dreamlab.images.octaves import plan_octaves
from dreamlab.layers import deepest_operations
from dreamlab.results.predictions import Prediction
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import Frame, LossPoint
from dreamlab.tasks.dream_events import Follower, Passing
from dreamlab.tasks.events import Checkpoint, Event, Loaded, Timed
from dreamlab.tasks.loading import network_of
from dreamlab.tasks.look_cost import look_operations
from dreamlab.tasks.task import TYPICAL_OPERATIONS, Allowance, Cost, Result, key_of
from dreamlab.tasks.wording import choose
from dreamlab.zoo import architecture, label, smallest_side

#: The network on offer that does least.
_SMALL = "efficientnet_lite0"

#: Steps that a picture takes for each step's length of the distance that it moves in the end: about
#: 2 in VGG16 and 5 in EfficientNet-Lite0.
_DETOUR = 4


@dataclass(frozen=True)
class DreamTask:
    """One dream to be dreamt.

    Parameters
    ----------
    picture : Picture
        The picture to dream on.
    config : DreamConfig
        The settings.
    model : str
        Name of the network on offer, or path of the user's own.
    every : int or None
        Keep a frame after every so many steps too.
    public : bool
        Whether the picture shows nothing of a visitor: a sample, or seeded noise.
    guide, mask : Picture or None
        The pictures that the config names with the word ``picture``.
    parent : Parent or None
        The dream that the picture is of, where it is of one.
    """

    picture: Picture
    config: DreamConfig
    model: str = "vgg16"
    every: int | None = None
    public: bool = False
    guide: Picture | None = None
    mask: Picture | None = None
    parent: Parent | None = None

    noun = "dream"

    def remedy(self, share: float | None = None, *, network: bool = True) -> str:
        """See `Task`."""
        ways = ["fewer steps", "a smaller side"]
        if share is not None:
            steps = int(self.config.iterations * share)
            side = int(max(self.picture.shape) * share**0.5)
            ways = [f"{steps} steps an octave"] if steps else []
            ways += [f"a side of {side} px"] if side >= smallest_side(self.model) else []
        if network and self.model != _SMALL:
            ways.append(f"a smaller network such as {label(_SMALL)}")
        return choose(ways or ["a smaller picture and fewer steps"])

    @property
    def precision(self) -> str:
        """See `Task`."""
        return self.config.precision

    @property
    def key(self) -> str | None:
        """See `Task`."""
        private = not self.public or self.guide is not None or self.mask is not None
        if private or architecture(self.model) is None:
            return None
        parent = None if self.parent is None else self.parent.to_dict()
        settings = self.config.to_dict()
        return key_of("dream", self.picture.digest, settings, self.model, self.every, parent)

    def key_of(self, result: Result | None) -> str | None:
        """See `Task`: number format and convolutions are those that the dream had."""
        made = result.provenance if isinstance(result, Recording) else None
        if made is None:
            return self.key
        config = self.config.replace(precision=made.precision, convolution=made.convolution)
        return replace(self, config=config).key

    def shapes(self) -> tuple[Shape, ...]:
        """Return the shape of each octave that will run, smallest first.

        Raises
        ------
        DreamError
            If the picture is too small for the network.
        """
        plan = plan_octaves(
            *self.picture.shape,
            self.config,
            model=self.model,
            smallest=smallest_side(self.model),
        )
        return plan.shapes

    @property
    def nbytes(self) -> int:
        """See `Task`."""
        beside = (self.guide, self.mask)
        return self.picture.nbytes + sum(each.nbytes for each in beside if each is not None)

    def cost(self) -> Cost:
        """See `Task`: the deepest layer that is asked for counts."""
        area = sum(shape.area for shape in self.shapes())
        return Cost(((float(area * self.config.iterations), self._operations),), self._likely)

    @property
    def _likely(self) -> float:
        """Share of the steps after which the picture has moved by the effort."""
        config = self.config
        if config.effort is None or not config.iterations:
            return 1.0
        steps = _DETOUR * config.effort / config.step
        octaves = 1 if config.only_octave else config.octaves
        return min(1.0, steps / (octaves * config.iterations))

    @property
    def _operations(self) -> float:
        """Multiplications a pixel and step."""
        layers = deepest_operations(self.model, self.config.layers) or TYPICAL_OPERATIONS
        return layers + look_operations(self.config, self.model)

    def run(
        self,
        resume: Sequence[Event],
        emit: Callable[[Event], None],
        stop: Callable[[], bool],
        allowance: Allowance,
        give_way: Callable[[], bool] = lambda: False,
    ) -> bool:
        """See `Task`."""
        from dreamlab.dream import Resume, dream

        network = network_of(self.model, allowance)
        emit(Loaded(network.name, network.weights))
        if stop():
            return False
        checkpoints = [event for event in resume if isinstance(event, Checkpoint)]
        before = checkpoints[-1] if checkpoints else None
        follow = Follower(emit, self.config.iterations, before)
        recording = Passing(self.every, emit, resumed=before is not None)
        config, resumed = self.config, None
        if before is not None:  # the fastest arithmetic of this process may be another
            asked = {"precision": before.precision, "convolution": before.convolution}
            config = config.replace(**asked)
            resumed = Resume(before.octave, before.picture, before.moved, before.iteration)
        steps = dream(
            self.picture,
            network,
            config,
            resume=resumed,
            memory=allowance.memory,
            guide=self.guide,
            mask=self.mask,
            parent=self.parent,
        )
        with closing(recording.record(steps, network)) as recorded:
            for place, step in enumerate(recorded):
                if place == 0 and step.original_picture is not self.picture:
                    # The network takes other sides than the picture's, or grey.
                    emit(Loaded(network.name, network.weights, step.original_picture))
                follow(step)
                if stop():
                    return False
                if not step.ends_dream and give_way():
                    if not step.ends_octave:  # else what goes on from there is kept already
                        follow.keep(step.octave, step, step.iteration + 1)
                    return False
        if not recording.empty:
            precision = recording.provenance.precision
            # An octave may end early, so that the cost is the most that was to be done.
            emit(Timed(follow.pixel_steps * self._operations, follow.seconds, precision))
        return True

    def kept(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """See `Task`: all up to the last checkpoint."""
        places = [place for place, event in enumerate(events) if isinstance(event, Checkpoint)]
        return tuple(events[: places[-1] + 1]) if places else ()

    def collect(self, events: Sequence[Event], seconds: float, done: bool) -> Result | None:
        """See `Task`."""
        recording, original = Recording(every=self.every), self.picture
        for event in events:
            if isinstance(event, Loaded):
                original = event.original or original
            elif isinstance(event, Provenance):
                recording.provenance = event
            elif isinstance(event, LossPoint):
                recording.losses.append(event)
            elif isinstance(event, Prediction):
                recording.predictions.append(event)
            elif isinstance(event, Frame):
                recording.frames.append(event)
        if recording.empty:
            return None
        recording.original = original
        recording.seconds, recording.finished = seconds, done
        return recording

    def released(self, result: Result | None) -> "DreamTask":
        """See `Task`: the picture as the run began from it is enough."""
        original = None if result is None else result.original
        picture = self.picture if original is None else original
        return replace(self, picture=picture, guide=None, mask=None)

    def extent(self, result: Result | None) -> str:
        """See `Task`."""
        octaves = len(self.shapes())
        return f"{octaves} octaves, {self.config.iterations} steps each"
