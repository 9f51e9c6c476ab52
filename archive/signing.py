"""Signing notes (c2sp.org/signed-note, Ed25519): keys as text, and signatures by the package `cryptography`.

That package is optional (extra `evidence`) and imported when a signature is made; verifying needs none (`archive.notes`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive.errors import VariorumError
from archive.notes import (
    ED25519,
    Checkpoint,
    NoteError,
    Signature,
    VerifierKey,
    check_name,
    check_text,
    from_base64,
    parse_checkpoint,
    to_base64,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PRIVATE = "PRIVATE+KEY+"


class SigningUnavailable(VariorumError):
    """The package that signs is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Signing checkpoints needs the package cryptography. Install it with: pip install 'variorum[evidence]'"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A name and an Ed25519 seed: a secret. Its text belongs in a file that only its owner can read."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != 32:
            raise NoteError(f"the seed of {self.name} has {len(self.seed)} bytes, not 32")

    @property
    def verifier(self) -> VerifierKey:
        """The public half, to be published. Raises SigningUnavailable."""
        return VerifierKey(name=self.name, public=self._private().public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The key as one line: `PRIVATE+KEY+name+hex(key id)+base64(type, seed)`. Raises SigningUnavailable."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{to_base64(ED25519 + self.seed)}"

    def sign(self, text: str) -> Signature:
        """The signature line of a note's text. Raises SigningUnavailable."""
        return Signature(name=self.name, key_id=self.verifier.key_id, signature=self._private().sign(text.encode()))

    def _private(self) -> Ed25519PrivateKey:
        try:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        except ModuleNotFoundError as error:
            raise SigningUnavailable from error
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def generate_signing_key(name: str) -> SigningKey:
    """A new key from the system's randomness. Raises NoteError where this can't be a key's name."""
    return SigningKey(name=name, seed=secrets.token_bytes(32))


def parse_signing_key(text: str) -> SigningKey:
    """The key of a `skey` line. Raises NoteError (which never quotes it), also where its key id is not its own."""
    parts = text.strip().removeprefix(_PRIVATE).split("+", 2)
    if not text.startswith(_PRIVATE) or len(parts) != 3:
        raise NoteError(f"a signing key has the form {_PRIVATE}name+key id+base64")
    name, key_id, encoded = parts
    try:
        data = from_base64(encoded)
    except NoteError:
        data = b""
    if data[:1] != ED25519 or len(data) != 33:
        raise NoteError(f"the signing key of {name} is not an Ed25519 key in base64")
    key = SigningKey(name=name, seed=data[1:])
    if key_id != key.verifier.key_id.hex():
        raise NoteError(
            f"the signing key of {name} is garbled: its key id is {key.verifier.key_id.hex()}, not {key_id}"
        )
    return key


def sign_note(text: str, keys: Sequence[SigningKey]) -> str:
    """The signed note of a text that ends with a newline. Raises NoteError where it can't be one."""
    check_text(text)
    if not keys:
        raise NoteError("a note without a signature is none")
    return text + "\n" + "".join(key.sign(text).line for key in keys)


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The signed note of a checkpoint; the key must be that of its log (its name is the origin).

    That it is consistent with every earlier one of this log is for the caller to make sure of first.
    """
    if key.name != checkpoint.origin:
        raise NoteError(f"the key of {key.name} does not sign for {checkpoint.origin}")
    if parse_checkpoint(checkpoint.text) != checkpoint:
        raise NoteError(f"the checkpoint of {checkpoint.origin} would read back otherwise than it was meant")
    return sign_note(checkpoint.text, [key])
