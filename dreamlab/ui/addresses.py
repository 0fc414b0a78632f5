"""Addresses that visitors come from: whoever has one of IPv6 has 2^64 of them."""

import ipaddress


def household(address: str) -> str:
    """Return the network that an address stands for; an empty text for what is no address.

    The addresses of a household or a phone share the first 64 bits of IPv6. An address of IPv4 is
    the same where it is written as one of IPv6.

    Parameters
    ----------
    address : str
        An address of IPv4 or IPv6.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    return str(ipaddress.ip_network((found, 64 if found.version == 6 else 32), strict=False))
