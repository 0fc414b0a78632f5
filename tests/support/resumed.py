"""A cancelled run that is resumed ends as one that was never cancelled."""

import numpy as np
import pytest


def assert_resumes(run, cuts):
    """Cancel an analysis at several steps, and resume it.

    `run(**options)` analyses with options of `analyse`; `cuts(places, last)` returns the steps
    after which it is cancelled, from the numbers of those with an item and of the last, from 1.
    """
    steps = []

    def upto(most=None, **more):
        steps.clear()
        return run(on_step=lambda step: steps.append(step) or len(steps) != most, **more)

    whole = upto()
    assert whole.complete
    assert_same(upto().items, whole.items)  # its steps count: what is kept takes fewer
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and fractions[-1] == pytest.approx(1)
    places = [at for at, step in enumerate(steps, 1) if step.item is not None]
    for most in sorted(set(cuts(places, len(steps)))):
        cancelled = upto(most)
        assert not cancelled.complete
        assert_same(cancelled.items, whole.items[: len(cancelled.items)])
        if cancelled.items:
            assert cancelled.sentence.endswith(".")
            assert isinstance(cancelled.tables(), tuple)
        resumed = upto(resume_from=cancelled.items)
        assert resumed.complete
        assert_same(resumed.items, whole.items)
    assert_same(upto(resume_from=whole.items[1::2]).items, whole.items)


def assert_same(items, others):
    """Items are the same, to the last bit of their arrays."""
    assert [item.key for item in items] == [item.key for item in others]
    for item, other in zip(items, others, strict=True):
        assert item == other
        assert item.arrays.keys() == other.arrays.keys()
        for name, array in item.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[name])
