"""Where a visitor comes from."""

import pytest
import streamlit as st
from starlette.datastructures import Headers

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.ui.session import presence


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, ["203.0.113.7"], ""),
        (1, ["203.0.113.7"], "203.0.113.7/32"),
        (1, ["forged, 203.0.113.7"], "203.0.113.7/32"),
        (1, ["198.51.100.1", "203.0.113.7"], "203.0.113.7/32"),
        (2, ["forged, 203.0.113.7, 10.0.0.1"], "203.0.113.7/32"),
        (3, ["203.0.113.7, 10.0.0.1"], ""),
        (1, [], ""),
        (1, ["forged"], ""),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_tell(monkeypatch, proxies, told, address):
    class Context:
        class headers:
            @staticmethod
            def get_all(name):
                return Headers(raw=[(b"x-forwarded-for", one.encode()) for one in told]).getlist(
                    name
                )

    monkeypatch.setattr(st, "context", Context)
    assert presence.address(DeploymentSettings(trusted_proxies=proxies)) == address
