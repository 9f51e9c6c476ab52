"""Signed notes, checkpoints and proofs as text (c2sp.org signed-note, tlog-checkpoint, tlog-proof): read and verify.

A signed note is a text, an empty line, and signature lines. A checkpoint is one whose text states a log's origin, size
and root. A tlog-proof is an inclusion proof with the checkpoint that it leads to. Nothing in them counts before a
signature by a key that the reader already trusts has been verified. Texts are `str` of valid UTF-8, decoded without
newline translation. Standard library alone, and of this package only what a verifier needs; signing is in `signing`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from archive import ed25519_verify, merkle

ED25519 = b"\x01"  # signature type
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MAX_SIGNATURES = 64
_MAX_DIGITS = 20  # of a size or an index: 64 bits
_MAX_PATH = 64
_SIGNATURE_START = "— "


class NoteError(ValueError):
    """What is wrong with a key, note, checkpoint or proof, in words; whoever read it from somewhere says from where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A name and an Ed25519 public key: what a reader must have from elsewhere to verify a note."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != 32:
            raise NoteError(f"the public key of {self.name} has {len(self.public)} bytes, not 32")

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key; a name, no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one line: `name+hex(key id)+base64(type, public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519 + self.public)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line of a note, as it stands there, verified or not."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{_SIGNATURE_START}{self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A signed note taken apart; nothing about it is verified."""

    text: str  # with its last newline
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself at one size: this root over the first `size` entries of the log named `origin`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()  # further lines, opaque

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That an entry is number `index` of the log with this checkpoint (a signed note); nothing of it is verified."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None  # opaque, and protected by nothing

    @property
    def text(self) -> str:
        """The proof as a `.tlog-proof` file."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        lines = [PROOF_HEADER, *extra, f"index {self.index}", *(to_base64(digest) for digest in self.path)]
        return "\n".join(lines) + "\n\n" + self.checkpoint


# -- keys


def check_name(name: str) -> None:
    """Raises NoteError where this can't be a key's name: empty, or with a space or a plus."""
    if not name or any(char.isspace() or char == "+" or char < " " for char in name):
        raise NoteError(f"{name!r} can't be a key's name: it must have neither spaces nor plus signs")


def parse_verifier_key(text: str) -> VerifierKey:
    """The key of a `vkey` line. Raises NoteError, also where its key id is not that of this name and key."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("a verifier key has the form name+key id+base64")
    name, key_id, encoded = parts
    data = from_base64(encoded)
    if data[:1] != ED25519:
        raise NoteError(f"the verifier key of {name} is not of type Ed25519 (1)")
    key = VerifierKey(name=name, public=data[1:])
    if key_id != key.key_id.hex():
        raise NoteError(f"the verifier key of {name} is garbled: its key id is {key.key_id.hex()}, not {key_id}")
    return key


# -- notes


def parse_note(note: str) -> Note:
    """A signed note taken apart. Raises NoteError where it is not one; verifies nothing."""
    check_text(note)
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail:
        raise NoteError("a signed note ends in an empty line and signature lines")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"a signed note with {len(lines)} signatures; at most {MAX_SIGNATURES} are read")
    return Note(text=text + "\n", signatures=tuple(_parse_signature(line) for line in lines))


def check_text(text: str) -> None:
    """Raises NoteError where this can't be the text of a note: control characters, no last newline, not UTF-8."""
    if not text.endswith("\n"):
        raise NoteError("it does not end with a newline")
    if any(char < " " and char != "\n" for char in text):
        raise NoteError("it has a control character (a carriage return, perhaps: line ends must be as they were made)")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise NoteError("it is not valid UTF-8")


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_SIGNATURE_START).partition(" ")
    if not line.startswith(_SIGNATURE_START) or not space:
        raise NoteError(f"{line[:80]!r} is not a signature line")
    check_name(name)
    data = from_base64(encoded)
    if len(data) < 5:
        raise NoteError(f"the signature by {name} is too short")
    return Signature(name=name, key_id=data[:4], signature=data[4:])


def open_note(note: str, keys: Iterable[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """The text of a signed note, and those of `keys` that signed it, in the order of its lines.

    Signatures by other keys are passed over. Raises NoteError where one by a key of `keys` is wrong, or there is none.
    """
    parsed = parse_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    signers: list[VerifierKey] = []
    for signature in parsed.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not ed25519_verify.verify(key.public, parsed.text.encode(), signature.signature):
            raise NoteError(f"the signature by {key.name} is not one of this text")
        if key not in signers:
            signers.append(key)
    if not signers:
        names = ", ".join(sorted({signature.name for signature in parsed.signatures}))
        raise NoteError(f"it is signed by no key that is trusted here, only by: {names}")
    return parsed.text, tuple(signers)


# -- checkpoints


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text states. Raises NoteError where it is none."""
    check_text(text)
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or "" in lines:
        raise NoteError("a checkpoint has at least three lines (origin, size, root) and no empty one")
    root = from_base64(lines[2])
    if len(root) != merkle.HASH_BYTES:
        raise NoteError(f"the root of a checkpoint has {merkle.HASH_BYTES} bytes, not {len(root)}")
    return Checkpoint(origin=lines[0], size=_decimal(lines[1]), root=root, extensions=tuple(lines[3:]))


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint of a signed note, with a signature by one of `keys` that has the log's origin as its name.

    Raises NoteError where the note is none, is not so signed, or states something else.
    """
    text, signers = open_note(note, keys)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin not in {key.name for key in signers}:
        raise NoteError(f"a checkpoint of {checkpoint.origin}, signed by another: {signers[0].name}")
    return checkpoint


# -- proofs


def parse_proof(text: str) -> Proof:
    """A `.tlog-proof` file taken apart. Raises NoteError where it is not one; verifies nothing."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != PROOF_HEADER:
        raise NoteError(f"it does not begin as a proof does: {PROOF_HEADER}")
    extra = from_base64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise NoteError("a proof has a line: index NUMBER")
    index = _decimal(lines.pop(0).removeprefix("index "))
    path = tuple(from_base64(line) for line in lines)
    if len(path) > _MAX_PATH or any(len(digest) != merkle.HASH_BYTES for digest in path):
        raise NoteError("the lines after the index are not at most 64 hashes of 32 bytes")
    return Proof(index=index, path=path, checkpoint=checkpoint, extra=extra)


def verify_proof(proof: Proof, leaf: bytes, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint by which the entry with this leaf hash is in the log. Raises NoteError where it is not shown."""
    checkpoint = open_checkpoint(proof.checkpoint, keys)
    if not merkle.verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise NoteError(
            f"the proof does not lead from this entry, as number {proof.index}, to the root of {checkpoint.origin}"
            f" at size {checkpoint.size}"
        )
    return checkpoint


# -- their alphabet


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """The bytes of standard base64 (RFC 4648, section 4) in its one proper form. Raises NoteError for any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:80]!r} is not base64") from error
    if to_base64(data) != text:
        raise NoteError(f"{text[:80]!r} is not base64 in its proper form")
    return data


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS or (text[0] == "0" and text != "0"):
        raise NoteError(f"{text[:80]!r} is not a decimal number without leading zeros")
    return int(text)
