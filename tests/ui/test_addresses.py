"""Addresses are told apart by the households that they stand for."""

import pytest

from dreamlab.ui.addresses import household


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),  # as a socket for both kinds says it
        ("fe80::1%eth0", "fe80::/64"),
        ("a name", ""),
        ("", ""),
    ],
)
def test_a_household_has_one_ipv4_address_or_64_bits_of_ipv6(address, expected):
    assert household(address) == expected
