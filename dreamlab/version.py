"""The version, which every output carries."""

__version__ = "0.2.0"
