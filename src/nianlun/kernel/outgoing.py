"""Where a connection to the outside may go: only to partners that are written down, and where these really are (S7.4).

A name is a promise of whoever keeps its entry: it can be made to point at a machine inside. So what it resolves to is
looked at, and the connection goes to an address that was looked at.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a name; raises `OSError` where it has none."""


class NotAllowed(Exception):
    """A connection may not go there; the sentence says where and what to do."""


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks parted by commas or blanks, such as `10.8.0.0/16, 203.0.113.7`. Raises `ValueError`."""
    return tuple(ip_network(part) for part in text.replace(",", " ").split())


def resolved(host: str, port: int) -> list[str]:
    """What the system's own resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(
    host: str, port: int, *, networks: Sequence[Network], resolve: Resolver = resolved
) -> list[str]:
    """The addresses under which a partner may be reached, all of them looked at.

    A bare address was written down by the operator and stands for itself. All addresses of a name must lie in
    `networks`; where the operator has named none, they must be public ones. What is nobody's (unspecified, multicast,
    link-local, where clouds keep their secrets) is refused however it came. Raises `NotAllowed`, and `OSError` for a
    name without address.
    """
    literal = _literal(host)
    if literal is not None:
        if _is_nobodys(literal):
            raise NotAllowed(f"{host} 不是一台对方的机器的地址，没有连接。请改正设置里的地址。")
        return [str(literal)]
    found = [ip_address(text.partition("%")[0]) for text in resolve(host, port)]
    for address in found:
        if _is_nobodys(address) or not _lies_in(address, networks):
            raise NotAllowed(
                f"{host} 解析到 {address}，不在允许外连的网段，没有连接。"
                "若对方确在那里，请把网段写进 NIANLUN_OUTGOING；若不是，请查域名解析。"
            )
    return [str(address) for address in found]


def _literal(host: str) -> Address | None:
    """The address that is written out, or meant by the one name that needs no resolver."""
    if host == "localhost":
        return IPv4Address("127.0.0.1")
    try:
        return ip_address(host)
    except ValueError:
        return None


def _lies_in(address: Address, networks: Sequence[Network]) -> bool:
    plain = _plain(address)
    if not networks:
        return plain.is_global
    return any(plain.version == network.version and plain in network for network in networks)


def _is_nobodys(address: Address) -> bool:
    plain = _plain(address)
    return plain.is_unspecified or plain.is_multicast or plain.is_link_local


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def connect(host: str, port: int, *, networks: Sequence[Network], seconds: float) -> socket.socket:
    """A connection to one of the addresses that were looked at. Raises `NotAllowed`, `OSError`."""
    fault: OSError | None = None
    for address in checked(host, port, networks=networks):
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            fault = error
    raise fault or OSError(f"{host} 没有地址")
