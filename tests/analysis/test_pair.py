import pytest

from dreamlab.analysis import ANALYSES, Item, Table, catalogue
from dreamlab.analysis.base import Contrast
from dreamlab.analysis.pair import Pair, contrast
from dreamlab.errors import DreamError
from tests.support.findings import found, grey


def robust(model, ssim):
    values = {
        "layer": "a",
        "kind": "gaussian",
        "level": 0.1,
        "ssim": ssim,
        "ssim_pictures": 0.5,
        "shift": 0.2,
    }
    return found("robustness", [Item("a-1", "a", values, grey())], model=model)


def test_without_a_comparison_of_its_own_both_sentences_stand(tmp_path):
    pair = Pair(robust("vgg16", 0.75), robust("vgg16:untrained", 0.25))
    said = pair.contrast.sentence
    assert said.startswith("VGG16: With Gaussian noise of 0.1") and "0.75" in said
    assert "VGG16, untrained: " in said and "0.25" in said
    written = pair.save(tmp_path)
    assert "1_vgg16/robustness.json" in written and "2_vgg16_untrained/robustness.zip" in written
    assert all((tmp_path / name).is_file() for name in written)
    text = (tmp_path / "report.html").read_text()
    assert text.index("0.75") < text.index("<h2>Noise robustness of VGG16</h2>")
    assert "<h2>Noise robustness of VGG16, untrained</h2>" in text
    assert "<iframe" in pair._repr_html_()


def test_a_comparison_of_its_own_is_told_and_saved(tmp_path, monkeypatch):
    def own(first, second):
        assert (first.model, second.model) == ("vgg16", "efficientnet_lite0")
        return Contrast("They differ.", (Table("apart", "T", ("x", "y"), (("a", 1.0),)),))

    import dataclasses

    changed = dict(ANALYSES) | {
        "robustness": dataclasses.replace(ANALYSES["robustness"], contrast=own)
    }
    monkeypatch.setattr(catalogue, "ANALYSES", changed)
    pair = Pair(robust("vgg16", 0.75), robust("efficientnet_lite0", 0.25))
    assert "apart.csv" in pair.save(tmp_path)
    assert (tmp_path / "apart.csv").read_text() == "x,y\na,1.0\n"
    assert '<p class="said">They differ.</p>' in (tmp_path / "report.html").read_text()


def test_two_analyses_cannot_be_compared():
    with pytest.raises(DreamError, match="robustness and atlas cannot be compared"):
        contrast(robust("vgg16", 0.5), found("atlas", ()))
