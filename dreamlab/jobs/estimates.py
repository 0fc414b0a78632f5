"""How much work a dream is, and how long this machine needs for it."""

import io
from collections.abc import Iterable

from PIL import Image

from dreamlab.analysis import named
from dreamlab.analysis.base import Work
from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.images.octaves import plan_octaves
from dreamlab.images.shape import Shape
from dreamlab.jobs.protocol import AnalysisRequest, Request
from dreamlab.jobs.record import Record
from dreamlab.zoo import ARCHITECTURES, check_network, find_layer, known_layers

#: Assumed of a network that nothing is known of, a user's own: VGG16's last block.
_TYPICAL_OPERATIONS = 2.5e5
_TYPICAL_SMALLEST = 32
_TYPICAL_STEPS = 100

#: Share of a run after which its own speed says more than what was measured before it.
_TELLING = 0.05


def shapes(request: Request) -> tuple[Shape, ...]:
    """Return height and width of each octave that will run, in pixels, smallest first.

    Raises
    ------
    DreamError
        If the picture cannot be read or is too small for the network.
    """
    height, width = _shape(request.image)
    known = ARCHITECTURES.get(request.model)
    plan = plan_octaves(
        height,
        width,
        request.config,
        model=request.model,
        smallest=known.smallest if known else _TYPICAL_SMALLEST,
    )
    return plan.shapes


def _shape(image: bytes) -> Shape:
    """Return height and width of a PNG."""
    try:
        with Image.open(io.BytesIO(image), formats=("PNG",)) as picture:
            width, height = picture.size  # the header alone: nothing is decoded
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DreamError("the picture is not a readable PNG; choose another one") from error
    return Shape(height, width)


def parts(request: Request | AnalysisRequest) -> list[Work]:
    """Return the parts of a job: pixels times steps, and multiplications for each of those.

    Raises
    ------
    DreamError
        If it cannot run.
    """
    if isinstance(request, Request):
        return [(pixel_steps(request), operations(request))]
    analysis, longest = named(request.analysis), request.settings.max_side
    shape = Shape(longest, longest)
    if request.image:
        shape = _shape(request.image).fitted(longest)
    elif analysis.needs_picture:
        raise DreamError(f"{analysis.name} needs a picture; give one")
    if request.model not in ARCHITECTURES:
        return [(shape.area * _TYPICAL_STEPS, _TYPICAL_OPERATIONS)]
    return analysis.plan(shape, request.settings, request.model, known_layers(request.model))


def work(request: Request | AnalysisRequest) -> float:
    """Return the multiplications that a job takes."""
    return sum(pixels * each for pixels, each in parts(request))


def pixel_steps(request: Request) -> float:
    """Return the sum over octaves of pixels times steps."""
    area = sum(height * width for height, width in shapes(request))
    return float(area * request.config.iterations)


def operations(request: Request) -> float:
    """Return the multiplications a pixel and step take: those of the deepest layer asked for.

    Raises
    ------
    DreamError
        If a network of the zoo has no such layer.
    """
    if request.model not in ARCHITECTURES:
        return _TYPICAL_OPERATIONS
    layers = known_layers(request.model)
    return max(find_layer(request.model, layers, name).operations for name in request.config.layers)


def check(request: Request | AnalysisRequest, limits: Limits) -> None:
    """Raise a `DreamError` if a job cannot run, or is not allowed."""
    if not limits.own_models:
        check_network(request.model)
    steps = sum(pixels for pixels, _ in parts(request))
    if steps > limits.cost * 1e6:
        raise DreamError(
            f"this takes {steps / 1e6:,.0f} million pixel steps; at most {limits.cost:,.0f} "
            "million are allowed: choose a smaller picture, fewer iterations or fewer octaves"
        )


class Pace:
    """Seconds a multiplication takes here, by network and precision, as last measured."""

    def __init__(self) -> None:
        self._paces: dict[tuple[str, str], float] = {}

    def observe(self, model: str, precision: str, work: float, seconds: float) -> None:
        """Note that so much work (multiplications) took so many seconds."""
        if work > 0 and seconds > 0:
            self._paces.pop((model, precision), None)  # so that the last one measured is last
            self._paces[model, precision] = seconds / work

    def seconds(self, model: str, precision: str, work: float) -> float | None:
        """Return the seconds expected for so much work, or None if nothing was measured yet.

        What was not measured itself is taken from the nearest that was: the network at another
        precision, else another network at this precision, else the last one measured.
        """
        candidates = (
            [(model, precision)]
            + [key for key in self._paces if key[0] == model]
            + [key for key in self._paces if key[1] == precision]
            + list(reversed(self._paces))
        )
        for key in candidates:
            if key in self._paces:
                return work * self._paces[key]
        return None


def seconds_left(record: Record, pace: Pace) -> float | None:
    """Return the seconds a job is expected to run yet, or None if nothing was measured."""
    elapsed, fraction = record.elapsed, record.latest.fraction
    if elapsed is not None and fraction > _TELLING:
        return elapsed * (1 - fraction) / fraction
    request = record.request
    whole = pace.seconds(request.model, request.precision, record.work)
    return None if whole is None else max(0.0, whole - (elapsed or 0.0))


def wait(before: Iterable[Record], pace: Pace, slots: int) -> float | None:
    """Return the seconds until so many workers are through with all that comes before a job."""
    seconds = [seconds_left(record, pace) for record in before]
    known = [value for value in seconds if value is not None]
    return sum(known) / max(1, slots) if len(known) == len(seconds) else None
