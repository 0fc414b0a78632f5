"""Addresses that a browser could be given."""

import base64
import json
import zlib
from typing import Any


def packed(values: Any) -> str:
    """Pack a comparison as an address does: text and bytes as they are, all else as JSON."""
    text = values if isinstance(values, str | bytes) else json.dumps(values)
    data = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")
