"""The canvas of a line chart: where its values are, as SVG."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from dreamlab.report.heights import Heights
from dreamlab.report.table import Table

#: A small canvas, so that text stays readable at the width of a phone.
WIDTH, _HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 10, 40

#: Height of a name below the axis, written from top to bottom: of a letter, and at most.
_LETTER, _LONGEST = 7.0, 150.0


@dataclass(frozen=True)
class Canvas:
    """The canvas of a line chart.

    Parameters
    ----------
    across : tuple of float
        The x values.
    left, right : float
        The ends of the x axis.
    heights : Heights
        The y axis.
    bottom : float
        Height below the x axis, in pixels.
    joined : bool
        Whether a line goes on over missing values.
    """

    across: tuple[float, ...]
    left: float
    right: float
    heights: Heights
    bottom: float
    joined: bool = False

    @classmethod
    def of(cls, across: Iterable[float], table: Table) -> Self:
        """Return the canvas of a table with these x values; its names are below the axis."""
        places = tuple(across)
        names = [name for name, *_ in table.rows if isinstance(name, str)]
        bottom = min(_LONGEST, _LETTER * max(map(len, names)) + 14) if names else _BOTTOM
        ends = min(places), max(places)
        return cls(places, *ends, Heights.of(table), bottom, table.joined)

    @property
    def height(self) -> float:
        """Height of the whole canvas, in pixels."""
        return _HEIGHT - _BOTTOM + self.bottom

    def line(self, figures: Sequence[float | None]) -> str:
        """Return the path of a line; a missing value leaves a gap, unless lines are joined."""
        steps, pen = [], "M"
        for x, y in zip(self.across, figures, strict=True):
            if y is None:
                pen = pen if self.joined else "M"
                continue
            # A line of length 0 draws a dot, so a value between two gaps is visible.
            steps.append(f"{pen}{self._x(x):.1f} {self._y(y):.1f}" + ("h0" if pen == "M" else ""))
            pen = "L"
        return " ".join(steps)

    def band(self, lower: Sequence[float | None], upper: Sequence[float | None]) -> str:
        """Return the paths of the areas between two lines."""
        paths: list[str] = []
        stretch: list[tuple[float, float, float]] = []
        for x, low, high in zip((*self.across, None), (*lower, None), (*upper, None), strict=True):
            if x is not None and low is not None and high is not None:
                stretch.append((self._x(x), self._y(low), self._y(high)))
            elif stretch and (x is None or not self.joined):
                there = [f"{at:.1f} {top:.1f}" for at, _, top in stretch]
                back = [f"{at:.1f} {foot:.1f}" for at, foot, _ in reversed(stretch)]
                paths.append(f"M{' L'.join([*there, *back])}Z")
                stretch = []
        return " ".join(paths)

    def axis(self, y: float) -> str:
        """Return a line across at a value, with the value."""
        height = self._y(y)
        return (
            f'<path d="M{_LEFT} {height:.1f}H{WIDTH - _RIGHT}" stroke="currentColor" '
            f'opacity=".2"/>{_text(_LEFT - 6, height + 4, f"{y:.6g}", "end")}'
        )

    def number(self, x: float) -> str:
        """Return a value below the axis."""
        return _text(self._x(x), _HEIGHT - _BOTTOM + 16, f"{x:.6g}", "middle")

    def name(self, x: float, name: str) -> str:
        """Return a name below the axis, written upwards."""
        across, down = self._x(x) + 4, _HEIGHT - _BOTTOM + 8
        turned = f' transform="rotate(-90 {across:.1f} {down:.1f})"'
        return _text(across, down, name, "end", turned)

    def title(self, text: str) -> str:
        """Return the title of the x axis."""
        return _text((_LEFT + WIDTH - _RIGHT) / 2, self.height - 6, text, "middle")

    def _x(self, x: float) -> float:
        share = (x - self.left) / (self.right - self.left) if self.right > self.left else 0.5
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def _y(self, y: float) -> float:
        tall = _HEIGHT - _TOP - _BOTTOM
        return _HEIGHT - _BOTTOM - self.heights.share(y) * tall


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="currentColor" '
        f'text-anchor="{anchor}"{more}>{html.escape(text)}</text>'
    )
