"""What EfficientNet-Lite0 calls the sample picture, against the known probabilities."""

from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import from_pixels, load_image, to_pixels
from dreamlab.images.crops import crops
from dreamlab.models import load_model
from dreamlab.models.classifier import Classifier, classifier
from dreamlab.results.classify import classify
from dreamlab.results.predictions import CENTRE, FIVE_CROPS
from tests.support.tiny import headed_network, picture, tiny_network

CAT = "dreamlab/samples/cat.png"


def test_the_cat_is_the_cat_that_is_known():
    centre, five = classify(CAT)
    assert (centre.octave, centre.crop, five.crop) == (-1, CENTRE, FIVE_CROPS)
    known = [(282, "tiger cat", 0.39), (285, "Egyptian cat", 0.36), (281, "tabby", 0.17)]
    for likely, (number, name, probability) in zip(centre.classes, known, strict=False):
        assert (likely.number, likely.name) == (number, name)
        assert likely.probability == pytest.approx(probability, abs=0.01)
    assert len(centre.classes) == len(five.classes) == 5
    assert five.classes != centre.classes


def test_the_five_crops_are_the_mean_of_each_by_itself():
    pixels = to_pixels(load_image(CAT))
    network = load_model("efficientnet_lite0")
    each = classifier(network).probabilities(pixels)
    assert each.shape == (5, 1000)
    np.testing.assert_allclose(each.sum(1), 1, atol=1e-5)
    image = Image.fromarray(pixels)
    image = image.resize([round(side * 256 / 300) for side in image.size], Image.Resampling.BICUBIC)
    left = round((image.width - 224) / 2)
    centre = np.asarray(image.crop((left, 16, left + 224, 240)))
    alone = classifier(network).probabilities(np.pad(centre, [(16, 16), (16, 16), (0, 0)]))[0]
    np.testing.assert_allclose(alone, each[0], atol=5e-3)  # a crop is scaled by itself
    five = classify(pixels, network)[1]
    numbers = [likely.number for likely in five.classes]
    assert numbers == np.argsort(-each.mean(0))[:5].tolist()
    assert five.likeliest.probability == pytest.approx(float(each.mean(0).max()), abs=1e-5)


def test_probabilities_by_hand():
    network = headed_network()
    kernel, bias, weights, offsets = (
        np.asarray(weight, np.float64)
        for weight in network.feature_extractor(["predictions"], "float32").get_weights()
    )
    pixels = to_pixels(picture(256, 256))
    fed = (from_pixels(crops(pixels)).astype(np.float64) + 1) * 127.5
    logits = (fed.mean((1, 2)) @ kernel[0, 0] + bias) @ weights[0, 0] + offsets
    powers = np.exp(logits - logits.max(1, keepdims=True))
    expected = powers / powers.sum(1, keepdims=True)
    found = Classifier(network).probabilities(pixels)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-7)


def test_a_network_without_its_head_says_which_has_one():
    said = (
        "has no classes that are known here, so it cannot name what a picture shows: choose "
        "efficientnet_lite0"
    )
    with pytest.raises(DreamError, match=f"^tiny {said}$"):
        Classifier(tiny_network())
    with pytest.raises(DreamError, match=f"^vgg16 {said}$"):
        classify(CAT, "vgg16")


@pytest.mark.parametrize(
    ("file", "known"),
    [
        ("chelsea.png", {"tiger cat": 0.39, "Egyptian cat": 0.36, "tabby": 0.17}),
        ("coffee.png", {"espresso": 0.95}),
        ("rocket.jpg", {"missile": 0.30, "projectile": 0.20}),
    ],
)
def test_pictures_of_scikit_image_are_called_what_they_are_known_for(file, known):
    # As arrays: the rocket's file has a colour profile, which is left out in the known figures.
    with Image.open(Path(skimage.__file__).parent / "data" / file) as image:
        pixels = np.asarray(image.convert("RGB"))
    (centre, _) = classify(pixels, "efficientnet_lite0")
    found = {likely.name: likely.probability for likely in centre.classes}
    for name, probability in known.items():
        assert found[name] == pytest.approx(probability, abs=0.01)
