"""Networks of the kinds that people bring: each is listed and dreamt, or gets one true sentence."""

import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.cli.main import main
from tests.support.own import SIDE, backbone, classifier, head, picture_input, stacked, unet

ASKS = "does not say in which range its pictures are: --input-range says it"
PIXELS = "is fed pictures in 0 to 255, as"


def _over(maps):
    """A model from pictures to a head over some maps."""

    def build():
        inputs = picture_input()
        return keras.Model(inputs, head(maps(inputs)))

    return build


def _augmentation():
    layers = [kl.RandomFlip("horizontal"), kl.RandomRotation(0.1), kl.RandomZoom(0.1)]
    return keras.Sequential(layers, name="augmentation")


def _tutorial():
    return keras.Sequential(
        [
            *(picture_input(), _augmentation(), kl.Rescaling(1 / 255)),
            *(kl.Conv2D(6, 3, padding="same", activation="relu", name="c1"), kl.MaxPooling2D()),
            *(kl.Dropout(0.2, name="last"), kl.Flatten(), kl.Dense(5)),
        ]
    )


def _body():
    convolutions = [kl.Conv2D(6, 3, name="conv_a"), kl.Conv2D(8, 3, name="conv_b")]
    return keras.Sequential([picture_input(), *convolutions], name="body")


def _attention(x):
    x = kl.Reshape((24 * 24, 8))(stacked(x))
    x = kl.MultiHeadAttention(1, 4)(x, x)
    return kl.Conv2D(4, 1, name="after")(kl.Reshape((24, 24, 8), name="back")(x))


def _transformer():
    inputs = picture_input()
    x = kl.Reshape((36, 8))(kl.Conv2D(8, 16, strides=16, name="patches")(inputs))
    x = kl.Add()([x, kl.MultiHeadAttention(1, 4)(x, x)])
    return keras.Model(inputs, kl.Dense(4)(kl.GlobalAveragePooling1D()(x)))


def _excited(x):
    x = stacked(x)
    s = kl.Reshape((1, 1, 8))(kl.GlobalAveragePooling2D()(x))
    return kl.Multiply(name="excited")([x, kl.Conv2D(8, 1, activation="sigmoid")(s)])


def _autoencoder():
    inputs = picture_input()
    x = kl.Flatten()(kl.Conv2D(4, 3, strides=4, padding="same", name="enc")(inputs))
    x = kl.Reshape((24, 24, 2))(kl.Dense(24 * 24 * 2)(kl.Dense(8)(x)))
    return keras.Model(inputs, kl.Conv2DTranspose(3, 4, strides=4, name="dec")(x))


def _spoilt(change):
    def build():
        model = classifier(lambda x: x)
        layer = model.get_layer("conv_b")
        layer.set_weights([change(weight) for weight in layer.get_weights()])
        return model

    return build


def _quantized():
    model = classifier(lambda x: x)
    model.quantize("int8")
    return model


def _of(*shape, **options):
    def build():
        inputs = keras.Input(shape, **options)
        return keras.Model(inputs, head(stacked(inputs)))

    return build


def _two_inputs():
    inputs, age = picture_input(), keras.Input((5,))
    return keras.Model([inputs, age], kl.Concatenate()([head(stacked(inputs)), age]))


def _permuted():
    inputs = keras.Input((3, SIDE, SIDE))
    return keras.Model(inputs, head(stacked(kl.Permute((2, 3, 1))(inputs))))


def _no_channel():
    inputs = keras.Input((SIDE, SIDE))
    return keras.Model(inputs, head(stacked(kl.Reshape((SIDE, SIDE, 1))(inputs))))


class _Subclassed(keras.Model):
    def __init__(self, **options):
        super().__init__(**options)
        self.conv = kl.Conv2D(4, 3)

    def call(self, inputs):
        return self.conv(inputs)


def _subclassed():
    model = _Subclassed()
    model(np.zeros((1, SIDE, SIDE, 3), np.float32))
    return model


#: Name to what builds the network, what is said of its range, and the layer that is dreamt of.
DREAMT = {
    "nested": (_over(lambda x: backbone()(x, training=False)), ASKS, "pool_b"),
    "nested in a sequence": (
        lambda: keras.Sequential([picture_input(), backbone(), kl.GlobalMaxPooling2D()]),
        ASKS,
        "conv_b",
    ),
    "nested after augmentation": (
        _over(lambda x: backbone()(kl.Rescaling(1 / 127.5, -1)(kl.RandomFlip()(x)))),
        PIXELS,
        "pool_b",
    ),
    "a sequence within": (_over(lambda x: _body()(x)), ASKS, "conv_b"),
    "the tutorial's sequence": (_tutorial, PIXELS, "last"),
    "the tutorial's transfer": (
        _over(lambda x: backbone()(_augmentation()(x) / 127.5 - 1.0)),
        PIXELS,
        "pool_b",
    ),
    "augmentation alone": (_over(lambda x: stacked(_augmentation()(x))), ASKS, "pool_b"),
    "rescaled": (_over(lambda x: stacked(kl.Rescaling(1 / 255)(x))), PIXELS, "pool_b"),
    "whole numbers": (_of(SIDE, SIDE, 3, dtype="uint8"), PIXELS, "pool_b"),
    "whole numbers of any size": (_of(None, None, 3, dtype="uint8"), PIXELS, "pool_b"),
    "a batch of 8": (_of(SIDE, SIDE, 3, batch_size=8), ASKS, "pool_b"),
    "one free side": (_of(None, SIDE, 3), ASKS, "pool_b"),
    "grey": (_of(SIDE, SIDE, 1), ASKS, "pool_b"),
    "attention, before it": (_over(_attention), ASKS, "pool_b"),
    "a transformer's patches": (_transformer, ASKS, "patches"),
    "squeeze and excitation": (_over(_excited), ASKS, "excited"),
    "resized": (_over(lambda x: stacked(kl.Resizing(64, 64)(x))), ASKS, "pool_b"),
    "an autoencoder's encoder": (_autoencoder, ASKS, "enc"),
    "a U-Net": (lambda: unet(None), ASKS, "mask"),
    "a U-Net of a fixed size": (unet, ASKS, "mask"),
    "group normalisation": (
        _over(lambda x: kl.GroupNormalization(2, name="gn")(kl.Conv2D(8, 3)(x))),
        ASKS,
        "gn",
    ),
    "cropped and separable": (
        _over(lambda x: kl.SeparableConv2D(8, 3, name="sep")(kl.Cropping2D(2)(x))),
        ASKS,
        "sep",
    ),
    "in whole numbers of 8 bits": (_quantized, ASKS, "pool_b"),
}

#: Name to what builds the network, and the sentence of `layers`.
REFUSED = {
    "four channels": (_of(SIDE, SIDE, 4), "takes an input of 96 x 96 x 4; dreamlab feeds"),
    "no channel": (_no_channel, "takes an input of 96 x 96; dreamlab feeds"),
    "channels first": (_permuted, "x 1 for grey (channels last, not first)"),
    "two inputs": (_two_inputs, "takes 2 inputs; dreamlab feeds one, the picture"),
    "no numbers": (_spoilt(lambda w: w * np.nan), "the weights of conv_b are not finite numbers"),
    "subclassed": (_subclassed, "is a model of the class"),
}

#: As `DREAMT`, with the layer and the sentence of `dream`.
UNDREAMT = {
    "dead": (_spoilt(lambda w: w * 0 - 100 * (w.ndim == 1)), "pool_b", "such as pool_a"),
    "attention, behind it": (_over(_attention), "after", "takes only pictures of 96 x 96 px"),
    "a decoder": (_autoencoder, "dec", "takes only pictures of 96 x 96 px"),
}


@pytest.fixture(autouse=True)
def seeded():
    """Random weights are the same in each run: some leave channels without an answer."""
    keras.utils.set_random_seed(1)


@pytest.fixture
def said(capfd):
    """Returns what a command printed on both streams, having checked that there is no trace."""

    def lines():
        out, err = capfd.readouterr()
        assert not any(word in out + err for word in ("Traceback", "Error:", "site-packages"))
        return out.splitlines(), err.splitlines()

    return lines


def _dream(cat: str, own: Path, layer: str, *options: str) -> int:
    steps = ["--octaves", "2", "--iterations", "2", "--input-range", "-1,1", f"--layer={layer}=1"]
    out = str(own.parent / "out")
    return main(["dream", cat, "--out", out, "--model", str(own), *steps, *options])


@pytest.fixture
def cat(tmp_path):
    """The sample cat, small."""
    from PIL import Image

    whole = Image.open(Path(__file__).parents[1] / "dreamlab" / "samples" / "cat.png")
    whole.resize((114, 75)).save(tmp_path / "cat.png")
    return str(tmp_path / "cat.png")


@pytest.mark.filterwarnings("always::dreamlab.dream.original.SidesRounded")
@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
@pytest.mark.parametrize("name", DREAMT)
def test_it_is_listed_and_dreamt(name, cat, tmp_path, said):
    build, told, layer = DREAMT[name]
    own = tmp_path / "own.keras"
    build().save(own)
    assert main(["layers", "--model", str(own)]) == 0
    listed, errors = said()
    assert errors == []
    assert told in listed[-1]
    assert layer in [line.split("  ")[0] for line in listed]
    assert _dream(cat, own, layer) == 0
    _, errors = said()
    assert len(errors) == ("U-Net" in name)
    losses = (tmp_path / "out" / "losses.csv").read_text().splitlines()
    first, *_, last = [float(line.split(",")[4]) for line in losses[1:3]]
    assert last > first > 0


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_sentence(name, tmp_path, said):
    build, sentence = REFUSED[name]
    build().save(tmp_path / "own.keras")
    assert main(["layers", "--model", str(tmp_path / "own.keras")]) == 2
    listed, (error,) = said()
    assert listed == []
    assert error.startswith("dreamlab: own.keras")
    assert sentence in error


@pytest.mark.parametrize("name", UNDREAMT)
def test_a_layer_that_cannot_be_dreamt_says_why(name, cat, tmp_path, said):
    build, layer, sentence = UNDREAMT[name]
    build().save(tmp_path / "own.keras")
    assert _dream(cat, tmp_path / "own.keras", layer) == 2
    _, (error,) = said()
    assert layer in error
    assert sentence in error


def _torch(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00.")


def _saved_model(path):
    classifier(lambda x: x).export(path, verbose=False)


#: Names and what writes the file, with the sentence; None where it is read.
FILES = {
    "whole.h5": (lambda path: classifier(lambda x: x).save(path), None),
    "network.pth": (_torch, "is a file of PyTorch"),
    "renamed.keras": (_torch, "is a file of PyTorch"),
    "exported": (_saved_model, "is a SavedModel folder"),
    "only.weights.h5": (
        lambda path: classifier(lambda x: x).save_weights(path),
        "holds weights alone, without the network",
    ),
    "empty.keras": (lambda path: path.write_bytes(b""), "is empty"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_what_is_in_it(name, tmp_path, said):
    write, sentence = FILES[name]
    write(tmp_path / name)
    said()  # Keras prints about what it writes
    status = main(["layers", "--model", str(tmp_path / name)])
    listed, errors = said()
    if sentence is None:
        assert status == 0
        assert listed[1].startswith("conv_a")
    else:
        assert status == 2
        assert sentence in errors[0]
