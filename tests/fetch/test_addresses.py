"""Which addresses may be asked, as a pure function: no address here is ever connected to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.addresses import AddressRules, parse_leave, special_use
from scraper.faults import Forbidden


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1",  # noqa: S104
        "127.255.255.254", "169.254.1.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255",
        "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1",
        "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert AddressRules().why_not(address, 80) is not None


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
     "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255",
     "2001:200::1", "2001:4860:4860::8888", "2600::1", "2a00:1450::1"],
)  # fmt: skip
def test_a_public_address_is_not_refused(address: str) -> None:
    assert AddressRules().why_not(address, 80) is None


@given(st.ip_addresses())
def test_nothing_is_taken_for_public_that_the_standard_library_knows_to_be_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if special_use(address) is None:
        assert not any((address.is_loopback, address.is_link_local, address.is_multicast, address.is_unspecified))
        assert not address.is_private or address in ipaddress.ip_network("2001:200::/23")


def test_a_link_local_address_is_refused_with_its_zone_too() -> None:
    assert AddressRules().why_not("fe80::1%eth0", 80) == "a link-local address"


def test_leave_for_an_address_holds_at_all_its_ports() -> None:
    rules = AddressRules.parse(["127.0.0.1"])
    assert (rules.why_not("127.0.0.1", 1), rules.why_not("127.0.0.1", 65535)) == (None, None)
    assert rules.why_not("127.0.0.2", 1) == "a loopback address"


def test_leave_for_an_address_with_a_port_holds_at_that_port_alone() -> None:
    rules = AddressRules.parse(["127.0.0.1:8001", "[::1]:8002"])
    assert rules.why_not("127.0.0.1", 8001) is None
    assert rules.why_not("::1", 8002) is None
    assert rules.why_not("127.0.0.1", 8002) == "a loopback address"
    assert rules.why_not("::1", 8001) == "a loopback address"


def test_leave_for_a_network_holds_for_all_of_it() -> None:
    rules = AddressRules.parse(["10.1.0.0/16", "fd00::/8"])
    assert (rules.why_not("10.1.255.1", 80), rules.why_not("fd12::1", 80)) == (None, None)
    assert rules.why_not("10.2.0.1", 80) == "a private address"


def test_leave_for_an_ipv4_address_is_none_for_its_ipv6_spelling() -> None:
    rules = AddressRules.parse(["127.0.0.1", "0.0.0.0/0"])
    assert rules.why_not("::ffff:127.0.0.1", 80) == "an IPv4 address in IPv6 spelling"


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "::1:x", "10.0.0.1/8", "[::1]"]
)
def test_an_entry_that_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|port"):
        parse_leave(text)


def test_a_refusal_names_the_address_and_what_it_is() -> None:
    with pytest.raises(Forbidden) as refusal:
        AddressRules().check("192.168.7.7", 80)
    assert refusal.value.detail == "192.168.7.7 is a private address"
