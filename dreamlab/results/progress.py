"""The progress bar of a run, in a terminal or a notebook."""

import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dreamlab.dream import Step

_FORM = "{desc}{percentage:3.0f} %|{bar}| {elapsed}<{remaining}{postfix}"


@contextmanager
def progress_bar(visible: bool | None) -> Generator[Any]:
    """Yield a bar of tqdm that runs from 0 to 1.

    Parameters
    ----------
    visible : bool or None
        Whether to draw it; None draws it if standard error is a terminal.
    """
    with warnings.catch_warnings():
        # In a notebook without widgets, tqdm warns and draws the bar as text.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    with tqdm(total=1.0, bar_format=_FORM, disable=None if visible is None else not visible) as bar:
        yield bar


def follow(steps: Iterable["Step"], visible: bool | None) -> Generator["Step"]:
    """Yield the steps of a dream and show its progress on a bar; see `progress_bar`."""
    with progress_bar(visible) as bar:
        for step in steps:
            place = f"octave {step.octave + 1}/{step.octaves}, {step.width} x {step.height}"
            bar.set_description(place, refresh=False)
            bar.set_postfix_str(f"loss {step.loss:.5g}", refresh=False)
            bar.update(step.fraction - bar.n)
            yield step
