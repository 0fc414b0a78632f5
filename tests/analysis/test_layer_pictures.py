import io

import pytest
from PIL import Image

from dreamlab.analysis import layer_pictures
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.shipped import example
from dreamlab.errors import DreamError
from dreamlab.layers import is_offered, known_layers
from dreamlab.zoo import shipped


@pytest.mark.parametrize("model", shipped())
def test_each_layer_on_offer_has_a_small_picture_of_its_own(model):
    offered = [layer.name for layer in known_layers(model) if is_offered(model, layer.name)]
    files = [layer_pictures.picture(model, name) for name in offered]
    assert len(set(files)) == len(offered)
    for file in files:
        assert file is not None and len(file) < 12_000
        with Image.open(io.BytesIO(file)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (144, 96))


@pytest.mark.parametrize(
    ("model", "layer"),
    [
        ("vgg16:untrained", "block1_conv1"),
        ("resnet50", "conv1_relu"),
        ("vgg16", "flatten"),
        ("../layers/vgg16", "block1_conv1"),
    ],
)
def test_other_networks_have_none(model, layer):
    assert layer_pictures.picture(model, layer) is None


def test_they_are_written_from_an_atlas(tmp_path):
    atlas = example("atlas")
    (tmp_path / "old.jpg").write_bytes(b"")
    layer_pictures.write(tmp_path, atlas)
    assert {file.stem for file in tmp_path.iterdir()} == {item.key for item in atlas.items}
    none = Findings(**{**vars(atlas), "items": ()})
    with pytest.raises(DreamError, match="run it to its end"):
        layer_pictures.write(tmp_path, none)
