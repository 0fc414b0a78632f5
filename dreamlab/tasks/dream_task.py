"""A dream as a task."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from dreamlab.classes import is_head
from dreamlab.config import DreamConfig
from dreamlab.config.beside import PICTURE
from dreamlab.config.guide import MOST_FEATURES, guided_layers
from dreamlab.config.provenance import Parent, Provenance
from dreamlab.images import Picture
from dreamlab.images.branch import BranchPoint
from dreamlab.layers import deepest_operations, match_operations
from dreamlab.results.frame import Frame
from dreamlab.results.guide_map import GuideMap
from dreamlab.results.predictions import Prediction
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_events import Follower, Passing
from dreamlab.tasks.dream_plan import DreamPlan, dream_plan
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
    start : BranchPoint or None
        The picture of another dream that it goes on from; `picture` is the original of both.
    parent : Parent or None
        The dream that it goes on from.
    """

    picture: Picture
    config: DreamConfig
    model: str = "vgg16"
    every: int | None = None
    public: bool = False
    guide: Picture | None = None
    mask: Picture | None = None
    start: BranchPoint | None = None
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
        # By the words of the settings: the pictures themselves are let go of.
        given = PICTURE in (self.config.guide, self.config.mask)
        branches = self.start is not None or self.parent is not None
        if not self.public or given or branches or architecture(self.model) is None:
            return None
        return key_of("dream", self.picture.digest, self.config.to_dict(), self.model, self.every)

    def key_of(self, result: Result | None) -> str | None:
        """See `Task`: number format and convolutions are those that the dream had."""
        made = result.provenance if isinstance(result, Recording) else None
        if made is None:
            return self.key
        config = self.config.replace(precision=made.precision, convolution=made.convolution)
        return replace(self, config=config).key

    @property
    def plan(self) -> DreamPlan:
        """What it will do; raises `DreamError` if the picture is too small for the network."""
        return dream_plan(self.picture, self.start, self.config, self.model)

    @property
    def nbytes(self) -> int:
        """See `Task`."""
        beside = (self.guide, self.mask, self.start)
        return self.picture.nbytes + sum(each.nbytes for each in beside if each is not None)

    def cost(self) -> Cost:
        """See `Task`: the deepest layer that is asked for counts."""
        plan, iterations = self.plan, self.config.iterations
        octaves = 1 if self.config.only_octave else self.config.octaves
        likely = self._likely(max(1, octaves - plan.begins.octave))
        return Cost(((float(plan.pixel_steps(iterations)), self._operations),), likely)

    def _likely(self, octaves: int) -> float:
        """Share of the steps after which the picture has moved by the effort."""
        config = self.config
        if config.effort is None or not config.iterations:
            return 1.0
        steps = _DETOUR * config.effort / config.step
        return min(1.0, steps / (octaves * config.iterations))

    @property
    def _operations(self) -> float:
        """Multiplications a pixel and step, with those of a guide and of the look."""
        config = self.config
        plain = deepest_operations(self.model, config.layers) or TYPICAL_OPERATIONS
        plain += look_operations(config, self.model)
        guided = guided_layers(config, partial(is_head, self.model))
        if config.guide == "none" or not config.guide_strength:
            return plain
        return plain + match_operations(self.model, guided, MOST_FEATURES)

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

        image: Picture | np.ndarray = self.picture
        network = network_of(self.model, allowance)
        emit(Loaded(network.name, network.weights))
        if stop():
            return False
        checkpoints = [event for event in resume if isinstance(event, Checkpoint)]
        before = checkpoints[-1] if checkpoints else None
        config, resumed, left_out = self.config, None, 0.0
        if self.start is not None:
            from dreamlab.dream import branch

            image, resumed, left_out = branch(self.start, self.picture, network, config)
        recording = Passing(self.every, emit, resumed=before is not None)
        follow = Follower(emit, recording.copied, config.iterations, before, left_out)
        if before is not None:  # the fastest arithmetic of this process may be another
            asked = {"precision": before.precision, "convolution": before.convolution}
            config = config.replace(**asked)
            begun = None if resumed is None else resumed.begun
            resumed = Resume(before.octave, before.picture, before.moved, before.iteration, begun)
        steps = dream(
            image,
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
            elif isinstance(event, GuideMap):
                recording.guide = event
            elif isinstance(event, Frame):
                recording.frames.append(event)
        if recording.empty:
            return None
        recording.original = original
        if self.start is not None and self.plan.image is self.picture:
            recording.begun_from = self.start.picture
        recording.seconds, recording.finished = seconds, done
        return recording

    def released(self, result: Result | None) -> "DreamTask":
        """See `Task`: the picture as the run began from it is enough."""
        original = None if result is None else result.original
        picture = self.picture if original is None else original
        return replace(self, picture=picture, guide=None, mask=None, start=None)

    def extent(self, result: Result | None) -> str:
        """See `Task`."""
        octaves = len(self.plan.shapes)
        return f"{octaves} octaves, {self.config.iterations} steps each"
