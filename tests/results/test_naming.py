"""Names of dreams say of which network they are."""

import pytest

from dreamlab.results.naming import with_network


@pytest.mark.parametrize(
    ("name", "model", "full"),
    [
        ("Mixed", "vgg16", "Mixed · VGG16"),
        ("vgg16, mixed", "vgg16", "vgg16, mixed · VGG16"),
        ("vgg16", "vgg16", "vgg16"),
        ("VGG16", "vgg16:untrained", "VGG16 · VGG16, untrained"),
        ("VGG16, untrained", "vgg16:untrained", "VGG16, untrained"),
        ("VGG16, untrained", "vgg16", "VGG16, untrained · VGG16"),
    ],
)
def test_a_name_is_followed_by_its_network(name, model, full):
    assert with_network(name, model) == full
