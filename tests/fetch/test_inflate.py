"""Undoing content codings, bounded and to their proper end."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.faults import Fault
from scraper.inflate import Inflater, content_coding


def inflate(coding: str, pieces: list[bytes], max_bytes: int = 1_000_000) -> bytes:
    out = io.BytesIO()
    inflater = Inflater(coding, max_bytes=max_bytes)
    for piece in pieces:
        inflater.feed(piece, out.write)
    inflater.finish()
    return out.getvalue()


def reason_of(coding: str, data: bytes, max_bytes: int = 1_000_000) -> str:
    with pytest.raises(Fault) as fault:
        inflate(coding, [data], max_bytes)
    return fault.value.reason


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


@pytest.mark.parametrize(
    ("values", "coding"),
    [
        ([], ""),
        ([""], ""),
        (["identity"], ""),
        (["GZIP"], "gzip"),
        (["x-gzip"], "gzip"),
        (["identity", "deflate"], "deflate"),
    ],
)
def test_a_single_offered_coding_is_named(values: list[str], coding: str) -> None:
    assert content_coding(values) == coding


@pytest.mark.parametrize("values", [["br"], ["zstd"], ["x-rot13"], ["gzip, gzip"], ["gzip", "deflate"], ["gzip"] * 50])
def test_a_coding_not_offered_and_several_layers_are_refused(values: list[str]) -> None:
    with pytest.raises(Fault) as fault:
        content_coding(values)
    assert fault.value.reason == "encoding"


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "zlib", "raw", "plain"]), st.integers(1, 50))
def test_what_was_coded_comes_back_however_it_is_cut_into_pieces(data: bytes, how: str, size: int) -> None:
    coded = {"gzip": gzip.compress, "zlib": zlib.compress, "raw": raw_deflate, "plain": bytes}[how](data)
    coding = {"gzip": "gzip", "plain": ""}.get(how, "deflate")
    assert inflate(coding, [coded[i : i + size] for i in range(0, len(coded), size)]) == data


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4), st.integers(1, 40))
def test_all_members_of_a_gzip_body_are_read(members: list[bytes], size: int) -> None:
    coded = b"".join(gzip.compress(member) for member in members)
    assert inflate("gzip", [coded[i : i + size] for i in range(0, len(coded), size)]) == b"".join(members)


@pytest.mark.parametrize("rest", [b"\0" * 600, b"\n", b"\x1f", b"<!-- cache -->", b"\x1fX"])
def test_what_follows_a_gzip_body_and_is_no_member_is_passed_over(rest: bytes) -> None:
    assert inflate("gzip", [gzip.compress(b"page") + rest]) == b"page"


@pytest.mark.parametrize("cut", [1, 2, 9, 15, -9, -8, -4, -1])
def test_gzip_that_ends_early_is_truncated_even_when_only_its_checksum_is_missing(cut: int) -> None:
    assert reason_of("gzip", gzip.compress(b"a page of some length, " * 5)[:cut]) == "truncated"


def test_deflate_that_ends_early_is_truncated() -> None:
    assert reason_of("deflate", raw_deflate(b"a page of some length")[:-3]) == "truncated"
    assert reason_of("deflate", zlib.compress(b"a page of some length")[:-3]) == "truncated"


def test_a_second_member_that_ends_early_is_truncated() -> None:
    assert reason_of("gzip", gzip.compress(b"one") + gzip.compress(b"two")[:-5]) == "truncated"


def test_a_wrong_checksum_is_broken_data() -> None:
    assert reason_of("gzip", gzip.compress(b"page")[:-8] + b"\0" * 8) == "encoding"


def test_plain_text_called_gzip_is_broken_data() -> None:
    assert reason_of("gzip", b"<!DOCTYPE html><p>plain") == "encoding"


def test_a_body_of_thousands_of_members_is_given_up() -> None:
    assert reason_of("gzip", gzip.compress(b"") * 1001) == "encoding"


def test_an_empty_body_needs_no_frame() -> None:
    assert inflate("gzip", []) == b""


def test_a_bomb_is_stopped_at_the_limit_and_what_came_so_far_is_no_more_than_that() -> None:
    out = io.BytesIO()
    inflater = Inflater("gzip", max_bytes=1000)
    with pytest.raises(Fault) as fault:
        inflater.feed(gzip.compress(bytes(50_000_000), 1), out.write)
    assert (fault.value.reason, len(out.getvalue())) == ("too_large", 1000)


def test_a_body_of_exactly_the_limit_is_not_too_large() -> None:
    assert inflate("gzip", [gzip.compress(b"x" * 1000)], max_bytes=1000) == b"x" * 1000
    assert reason_of("gzip", gzip.compress(b"x" * 1001), max_bytes=1000) == "too_large"
    assert reason_of("", b"x" * 1001, max_bytes=1000) == "too_large"
