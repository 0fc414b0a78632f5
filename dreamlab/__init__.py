"""dreamlab: see what the layers of a convolutional network look for, with DeepDream."""

__version__ = "0.1.0"
