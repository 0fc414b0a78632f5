from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dreamlab import models
from tests.support.tiny import picture, tiny_network


@pytest.fixture
def cat(tmp_path):
    """A small picture."""
    pixels = np.rint((picture(30, 40) + 1) * 127.5).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "cat.png")
    return str(tmp_path / "cat.png")


@pytest.fixture
def asked(monkeypatch):
    """Puts a tiny network in place of the zoo; lists which networks were asked for."""
    network, asked = tiny_network(), []
    network.feeding = replace(network.feeding, has_preprocessing=True)  # as the zoo's have

    def load(name, weights="imagenet", input_range=None):
        asked.append((name, weights))
        return network

    monkeypatch.setattr(models, "load_model", load)
    return asked
