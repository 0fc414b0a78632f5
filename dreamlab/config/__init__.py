"""Settings: of a dream, of a deployment, and as they travel inside pictures.

Inside: specs of settings, `DreamConfig` with its presets, readers and writers of embedded
settings, provenance. May be imported from it: the names below; it imports nothing above itself.
"""

from dreamlab.config.ascent import PRECISIONS, PREPROCESSINGS
from dreamlab.config.embedded import SETTINGS_KEY, read_settings, settings_text
from dreamlab.config.presets import PRESETS
from dreamlab.config.settings import DreamConfig

__all__ = [
    "PRECISIONS",
    "PREPROCESSINGS",
    "PRESETS",
    "SETTINGS_KEY",
    "DreamConfig",
    "read_settings",
    "settings_text",
]
