"""A visitor who reads the page as it stands, and draws anew what a browser would."""

import html
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.load.setups import QUICK
from tests.support.visitor import Visitor

#: What the page says of dreams that it does not take.
REFUSED = re.compile(
    r"not sent off|Nothing was sent|Cannot run yet|queue is full|at most .* allowed"
)

_Path = tuple[int, ...]


@dataclass
class Drawing:
    """What one run of the page, or of a part of it, has drawn."""

    elements: list[tuple[_Path, Element, str]] = field(default_factory=list)
    blocks: list[tuple[_Path, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """The card of a dream: its job, whether a picture was dreamt, its words, buttons and pictures.

    Parameters
    ----------
    job : str
        Name of the job.
    shown : bool
        Whether it shows a picture that was dreamt.
    text : str
        All that it says.
    buttons : tuple of str
        Labels of its buttons.
    """

    job: str
    shown: bool
    text: str
    buttons: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether the dream has not begun."""
        return "Waiting" in self.text

    @property
    def active(self) -> bool:
        """Whether the dream has not ended."""
        return any(label in ("Cancel", "Stopping…") for label in self.buttons)

    @property
    def done(self) -> bool:
        """Whether the dream has ended with all its pictures."""
        ended = not self.active and "Before and after" in self.buttons
        return ended and "Stopped" not in self.text and "worker" not in self.text

    @property
    def forecast(self) -> float | None:
        """Seconds until it is said to begin; None if nothing is said."""
        told = re.search(r"in about (?:(\d+) min)? ?(?:(\d+) s)?", self.text)
        return None if told is None else 60 * int(told[1] or 0) + int(told[2] or 0)


class Guest(Visitor):
    """A visitor with a browser of its own, as its cookie tells.

    Parameters
    ----------
    address : str
        Where the page is.
    setup : str
        The comparison in the address; a quick dream by default, "" for the page's own.
    **options
        See `Visitor`.
    """

    def __init__(self, address: str, setup: str = QUICK, **options) -> None:
        self._page = Drawing()
        self._parts: dict[str, Drawing] = {}
        self._beats: dict[str, float] = {}
        self._into = self._page
        self._chosen: tuple[str, int] | None = None
        options = {"browser": secrets.token_urlsafe(16), "patience": 300, **options}
        query = options.pop("query", f"setup={setup}" if setup else "")
        super().__init__(address, query=query, **options)

    def take(self, told: ForwardMsg) -> None:
        """Take in a message of the page."""
        kind = told.WhichOneof("type")
        if kind == "new_session":
            parts = list(told.metadata.run.fragment_ids)
            self._into = Drawing()
            if parts:
                self._parts[parts[0]] = self._into
            else:
                self._page, self._parts, self._beats = self._into, {}, {}
        elif kind == "auto_rerun":
            self._beats[told.auto_rerun.fragment_id] = told.auto_rerun.interval
        elif kind == "delta":
            path = tuple(told.metadata.delta_path)
            if told.delta.WhichOneof("type") == "new_element":
                element = told.delta.new_element
                self._into.elements.append((path, element, told.delta.fragment_id))
            else:
                self._into.blocks.append((path, told.delta.add_block.id))

    def run(self, message: BackMsg) -> float:
        """Have the page run for a message and return the seconds until all was drawn."""
        if self._chosen is not None:
            name, size = self._chosen
            state = message.rerun_script.widget_states.widgets.add(id=self._uploader())
            chosen = state.file_uploader_state_value.uploaded_file_info
            chosen.add(name="a.png", file_id=name, size=size)
        seconds = super().run(message)
        if "in the address was left out" in self.said():
            raise RuntimeError("the page does not take the comparison of the address")
        return seconds

    def beat(self) -> None:
        """Draw anew the parts of the page that a browser draws again and again."""
        for part in list(self._beats):
            if part in self._beats:  # else the whole page was drawn meanwhile
                message = BackMsg()
                message.rerun_script.fragment_id = part
                message.rerun_script.is_auto_rerun = True
                self.run(message)

    def follow(
        self, over: Callable[[list[Card]], bool], seconds: float, every: float = 1.0
    ) -> float:
        """Look at the cards once a second until something holds; return the seconds that took.

        Raises
        ------
        TimeoutError
            If it does not hold after so many seconds.
        """
        began = time.monotonic()
        while not over(self.cards()):
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"not within {seconds:g} s: {self.said()[:100]}")
            time.sleep(every)
            self.beat()
        return time.monotonic() - began

    def elements(self) -> list[tuple[_Path, Element]]:
        """Return all that the page shows."""
        parts = [each for part in self._parts.values() for each in part.elements]
        whole = [each for each in self._page.elements if each[2] not in self._parts]
        return [(path, element) for path, element, _ in whole + parts]

    def cards(self) -> list[Card]:
        """Return the cards of the dreams, in order."""
        drawings = [*self._parts.values(), self._page]
        for drawing in drawings:
            cards = [
                _card(drawing, path, found[1])
                for path, name in drawing.blocks
                if (found := re.search(r"-edged\d+-dream-(.+)$", name))
            ]
            if cards:
                return cards
        return []

    def said(self) -> str:
        """Return all that the page says."""
        return "\n".join(filter(None, (_words(element) for _, element in self.elements())))

    def refusal(self) -> str:
        """Return the first line in which the page does not take a dream; empty if there is none."""
        return next((line for line in self.said().splitlines() if REFUSED.search(line)), "")

    def may_dream(self) -> bool:
        """Return whether *Dream* can be pressed."""
        return any(
            element.button.label == "Dream" and not element.button.disabled
            for _, element in self.elements()
        )

    def broken(self) -> bool:
        """Return whether the page shows an error of its own."""
        return any(element.WhichOneof("type") == "exception" for _, element in self.elements())

    def choose(self, data: bytes, *, arrived: Callable[[], None] = lambda: None) -> int:
        """Upload a picture and have it drawn; return the upload's status.

        Parameters
        ----------
        data : bytes
            The file.
        arrived : callable
            Called once it has arrived, before it is drawn.
        """
        status = self.upload(data)
        if status < 300:
            self._chosen = self.uploaded, len(data)
        arrived()
        if status < 300:
            self.draw()
        return status

    def _uploader(self) -> str:
        return next(
            element.file_uploader.id
            for _, element in self.elements()
            if element.file_uploader.label == "Your picture"
        )


def _card(drawing: Drawing, place: _Path, job: str) -> Card:
    inside = [element for path, element, _ in drawing.elements if path[: len(place)] == place]
    return Card(
        job=job,
        shown=any(name.endswith(f"-shown-{job}") for _, name in drawing.blocks),
        text="\n".join(filter(None, map(_words, inside))),
        buttons=tuple(element.button.label for element in inside if element.button.id),
    )


def _words(element: Element) -> str:
    kind = element.WhichOneof("type")
    body = getattr(getattr(element, kind or "", None), "body", "")
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", body, flags=re.DOTALL))
    return text.replace("\u00a0", " ").strip()
