"""By what name a source of requests is counted. No Django."""

from ipaddress import IPv6Address, ip_address, ip_network

_ONE_READER = 64
"""Bits of an IPv6 address that name one household or machine; within them it takes as many as it likes (RFC 6177)."""


def source_name(address: str) -> str:
    """An IPv4 address as it is, of an IPv6 address its whole network, nothing for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), _ONE_READER), strict=False))
    return str(found)
