"""Checksums of weights, by which results say what they were made with."""

import hashlib
from pathlib import Path

import keras
import numpy as np


def checksum_of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_of_model(model: keras.Model) -> str:
    """Return the SHA-256 of the shapes, types and values of a model's weights."""
    digest = hashlib.sha256()
    for weight in model.weights:
        values = np.asarray(weight)
        digest.update(f"{values.shape} {values.dtype}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
