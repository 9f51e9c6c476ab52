"""Which addresses may be asked: public unicast ones, and those that the owner of the archive allows by name.

Pure functions of values; nothing here resolves or connects. The table follows the IANA special-purpose registries
(RFC 6890), not `ipaddress.is_global`, whose answers differ between Python versions.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from scraper.faults import Forbidden

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), meaning)
    for network, meaning in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local or metadata address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address reserved for protocols"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved or broadcast address"),
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6 spelling"),
        ("::/96", "an IPv4 address in IPv6 spelling"),
        ("64:ff9b::/96", "an IPv4 address behind NAT64"),
        ("64:ff9b:1::/48", "an IPv4 address behind NAT64"),
        ("2001::/32", "an IPv4 address behind Teredo"),
        ("2001::/23", "an address reserved for protocols"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "an IPv4 address behind 6to4"),
        ("3fff::/20", "a documentation address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<v4>[0-9.]+)):(?P<port>[0-9]{1,5})")


def special_use(address: Address) -> str | None:
    """What makes an address one that is not asked without leave; None for a public unicast address.

    >>> special_use(ipaddress.ip_address("127.0.0.1"))
    'a loopback address'
    """
    for network, meaning in _SPECIAL:
        if address.version == network.version and address in network:
            return meaning
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return "not a public address"
    return None


def is_localhost(host: str) -> bool:
    """
    >>> is_localhost("LOCALHOST."), is_localhost("a.localhost"), is_localhost("localhost.example")
    (True, True, False)
    """
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """One entry of `allow_addresses`: a network, at one port or at all."""

    network: Network
    port: int | None = None


def parse_leave(text: str) -> Leave:
    """An entry of `allow_addresses`: an address, a network, or address:port ([address]:port for IPv6).

    Raises ValueError with a sentence for the person who wrote it.

    >>> parse_leave("127.0.0.1:8001").port
    8001
    """
    match = _WITH_PORT.fullmatch(text.strip())
    try:
        if match is None:
            return Leave(network=ipaddress.ip_network(text.strip()))
        network = ipaddress.ip_network(match["v6"] or match["v4"])
    except ValueError:
        raise ValueError(f"{text!r} is not an address, a network or address:port, such as 127.0.0.1:8001") from None
    port = int(match["port"])
    if not 0 < port < 65536:
        raise ValueError(f"{text!r} names no port between 1 and 65535")
    return Leave(network=network, port=port)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """The addresses that may be asked. One that is allowed in IPv4 is not thereby allowed in an IPv6 spelling."""

    leaves: tuple[Leave, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> AddressRules:
        """Raises ValueError for an entry that can't be read."""
        return cls(leaves=tuple(parse_leave(text) for text in texts))

    def why_not(self, address: str, port: int) -> str | None:
        """Why this address may not be asked at this port; None where it may. A zone ("%eth0") is ignored."""
        parsed = ipaddress.ip_address(address.partition("%")[0])
        meaning = special_use(parsed)
        if meaning is None:
            return None
        for leave in self.leaves:
            if leave.network.version == parsed.version and parsed in leave.network and leave.port in (None, port):
                return None
        return meaning

    def check_unresolved(self, host: str, port: int) -> None:
        """Raises Forbidden for a host that is forbidden by its spelling alone; for names that somebody else resolves."""
        name = host.rstrip(".").lower()
        if is_localhost(name):
            self.check("127.0.0.1", port)
        elif ":" in name or name.replace(".", "").isdigit():
            self.check(name, port)

    def check(self, address: str, port: int) -> None:
        """Raises Forbidden for an address that may not be asked."""
        meaning = self.why_not(address, port)
        if meaning is not None:
            raise Forbidden(f"{address} is {meaning}")
