"""Reading web addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.faults import BadTarget, Forbidden
from scraper.targets import host_of, read_target, redirect_target


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/A", "https://example.org/A"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("http://example.org:/x", "http://example.org/x"),
        ("http://example.org?q=1", "http://example.org/?q=1"),
        ("http://example.org/a#b", "http://example.org/a"),
        (" http://example.org/a ", "http://example.org/a"),
        ("http://example.org/a b", "http://example.org/a%20b"),
        ("http://example.org/%2f%E2%82%ac", "http://example.org/%2f%E2%82%ac"),
        ("http://example.org/қаз?q=ё", "http://example.org/%D2%9B%D0%B0%D0%B7?q=%D1%91"),
        ("http://example.org/a|b[1]?c[]=^", "http://example.org/a|b[1]?c[]=^"),
        ("http://қазақ.example/", "http://xn--80aau21bd.example/"),
        ("http://my_host.example/", "http://my_host.example/"),
        ("http://[2001:DB8:0::1]:81/", "http://[2001:db8::1]:81/"),
        ("http://192.0.2.1/", "http://192.0.2.1/"),
    ],
)
def test_an_address_is_asked_in_one_spelling(text: str, url: str) -> None:
    assert read_target(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://0x7f000001/", "http://127.1/",
        "http://127.0.0.1./", "http://0/", "http://127.0.0.01/", "http://256.1.1.1/", "http://1.2.3.4.5/",
        "http://１２７.０.０.１/", "http://127。0。0。1/", "http://①②⑦.0.0.1/",
        "http://[::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[v1.x]/", "http://[]/",
        "http://user@example.org/", "http://user:secret@example.org/", "http://good.example@127.0.0.1/", "http://@example.org/",
        "http://127.0.0.1\\@good.example/", "http://example.org\\.evil.example/",
        "file:///etc/passwd", "gopher://example.org/", "data:text/html,x", "javascript:alert(1)", "ftp://example.org/",
    ],
)  # fmt: skip
def test_an_address_that_hides_its_host_or_is_not_of_the_web_is_forbidden(text: str) -> None:
    with pytest.raises(Forbidden):
        read_target(text)


@pytest.mark.parametrize(
    "text",
    ["", "example.org", "/path", "http:", "http:/x", "http:///x", "http://:80/", "http://example.org:0/",
     "http://example.org:99999/", "http://example.org:x/", "http://exa mple.org/", "http://example..org/",
     "http://-/", "http://a%2fb/", "http://exam\tple.org/", "http://example.org/a\r\nHost: x", "http://example.org/\0",
     "http://" + "a" * 64 + ".example/", "http://" + "a." * 130 + "example/", "http://xn--a.é/"],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadTarget):
        read_target(text)


@given(st.text(max_size=40), st.sampled_from(["http://example.org/", "http://example.org", "https://", ""]))
def test_reading_an_address_again_changes_nothing(tail: str, head: str) -> None:
    try:
        target = read_target(head + tail)
    except (BadTarget, Forbidden):
        return
    assert read_target(target.url) == target
    assert target.url.isascii()
    assert not set(target.url) & set(" \t\r\n\0\\")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/c", "http://example.org:81/c"),
        ("c", "http://example.org:81/a/c"),
        ("?q", "http://example.org:81/a/b?q"),
        ("../c#d", "http://example.org:81/c"),
        ("//other.example/c", "http://other.example/c"),
        ("https://other.example", "https://other.example/"),
        ("/good?q=\xd2\x9b", "http://example.org:81/good?q=%D2%9B"),
        ("/good?q=\xe9", "http://example.org:81/good?q=%E9"),
        ("/good%0d%0aX-Injected:%201", "http://example.org:81/good%0d%0aX-Injected:%201"),
        ("/\\evil.example/", "http://example.org:81/%5Cevil.example/"),
    ],
)
def test_a_location_is_read_from_where_it_was_given(location: str, url: str) -> None:
    assert redirect_target(read_target("http://example.org:81/a/b"), location).url == url


@pytest.mark.parametrize("location", ["http://[", "http://[::1", "/a\x00b"])
def test_a_location_that_is_no_address_is_said_to_be_none(location: str) -> None:
    with pytest.raises(BadTarget):
        redirect_target(read_target("http://example.org/"), location)


def test_the_host_is_its_name_whatever_the_port_and_case() -> None:
    assert {host_of(u) for u in ("http://A.example:81/", "https://a.example./", "http://a.EXAMPLE")} == {"a.example"}
