"""The part of the page that looks layer by layer, opened and run."""

import itertools

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from tests.support.fake_backend import sound

#: What the page begins with.
SETUP = Comparison(
    variants=(
        Variant(name="Mixed", layers={"block2_conv2": 0.5, "block5_conv2": 1.5}),
        Variant(name="Single", layers={"block3_conv3": 2.0}),
    ),
    common={"octaves": 2, "iterations": 3},
    max_side=128,
)


#: Numbers of steps through the browser's history.
_steps = itertools.count(1)


def comes_to(page, told):
    """The page after the browser came to an address by its way back or forth."""
    return from_address(page, told | {"step_of_history": str(next(_steps))})


def from_address(page, told):
    """The page after a run for which the browser had this address."""
    page.query_params.clear()
    for name, value in told.items():
        page.query_params[name] = value
    return sound(page.run())


def open_panel(page, analysis="atlas"):
    """The page with the panel of an analysis."""
    return comes_to(page, dict(page.query_params) | {"analysis": analysis})


def take(page, key, job="job1", place="atlas.vgg16"):
    """The page with a picture opened in full size and taken as a variant."""
    page.button(key=f"large-{job}-{key}").click().run()
    return sound(page.button(key=f"{place}.take").click().run())


def run_to_end(page, fake, analysis="atlas"):
    """The page with an analysis that has run."""
    page.button(key=f"{analysis}.vgg16.run").click().run()
    fake.finish()
    return sound(page.run())
