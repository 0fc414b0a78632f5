import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.presets import COMPARISONS
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_are_the_notebooks(name):
    expected = [DreamConfig.preset(part.preset) for part in COMPARISONS[name]]
    assert list(Comparison.preset(name).configs()) == expected
    assert all(part.model is None for part in COMPARISONS[name])


def test_comparison_keeps_what_is_asked():
    comparison = Comparison.preset("Noise alone", source="noise", max_side=128, common={"seed": 9})
    assert (comparison.source, comparison.max_side, comparison.common["seed"]) == ("noise", 128, 9)
    assert comparison.configs()[0].iterations == 0


@pytest.mark.parametrize("name", ["mixed", "", 3, ["Mixed"]])
def test_an_unknown_comparison_is_refused(name):
    with pytest.raises(DreamError, match="unknown comparison .*; choose from Layers 1–4, Mixed"):
        Comparison.preset(name)
