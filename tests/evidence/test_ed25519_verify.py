"""Ed25519 verified with the standard library alone: RFC 8032's own vectors, and `cryptography` as a second opinion."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import ed25519_verify
from archive.ed25519_verify import L, P, verify

# RFC 8032, section 7.1: public key, message, signature
RFC_8032 = {
    "test 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "test 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "test 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "test SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


@pytest.mark.parametrize("name", RFC_8032)
def test_a_signature_of_the_rfc_holds(name: str) -> None:
    public, message, signature = (bytes.fromhex(value) for value in RFC_8032[name])
    assert verify(public, message, signature)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300))
@settings(max_examples=30, deadline=None)
def test_what_cryptography_signs_holds(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    assert verify(key.public_key().public_bytes_raw(), message, key.sign(message))


@given(bit=st.integers(0, 64 * 8 - 1))
@settings(max_examples=40, deadline=None)
def test_one_flipped_bit_of_a_signature_is_seen(bit: int) -> None:
    signature = KEY.sign(b"text")
    altered = (int.from_bytes(signature) ^ (1 << bit)).to_bytes(64)
    assert not verify(PUBLIC, b"text", altered)


def test_another_text_or_another_key_does_not_hold() -> None:
    signature = KEY.sign(b"text")
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    assert not verify(PUBLIC, b"Text", signature)
    assert not verify(other, b"text", signature)


def test_a_second_signature_made_by_adding_the_order_is_refused() -> None:
    signature = KEY.sign(b"text")
    s = int.from_bytes(signature[32:], "little")
    assert not verify(PUBLIC, b"text", signature[:32] + (s + L).to_bytes(32, "little"))


@pytest.mark.parametrize(
    "public",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(PUBLIC + b"\0", id="too long"),
        pytest.param((2).to_bytes(32, "little"), id="not on the curve"),
        pytest.param((P + 1).to_bytes(32, "little"), id="a coordinate beyond the field"),
        pytest.param((1 | 1 << 255).to_bytes(32, "little"), id="minus zero"),
    ],
)
def test_what_is_no_public_key_verifies_nothing(public: bytes) -> None:
    assert not verify(public, b"text", KEY.sign(b"text"))


def test_a_signature_of_another_length_is_refused() -> None:
    assert not verify(PUBLIC, b"text", KEY.sign(b"text")[:-1])


@given(data=st.binary(min_size=32, max_size=32), signature=st.binary(min_size=64, max_size=64))
@settings(max_examples=60, deadline=None)
def test_garbage_is_judged_as_cryptography_judges_it(data: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(data).verify(signature, b"text")
        expected = True
    except (InvalidSignature, ValueError):
        expected = False
    assert verify(data, b"text", signature) is expected


def test_the_base_point_is_the_rfcs() -> None:
    x, y, z, _ = ed25519_verify._BASE
    assert z == 1
    assert x == 15112221349535400772501151409588531511454012693041857206046113283949847762202
    assert y == 46316835694926478169428394003475163141307993866256225615783033603165251855960
