#!/usr/bin/env python3
"""Checks a proof of one entry of a web archive's log, offline, with Python's standard library alone (3.9 or later).

    python3 verify.py [--key FILE] [BUNDLE]

BUNDLE is the zip file, or the folder that it was unpacked into; left out, the folder that this script lies in. FILE has
the archive's verifier key, got from somewhere else than this bundle: only then the signature says who signed it.
Exits 0 where everything holds, 1 where something does not, 2 where it could not be looked at. The formats are RFC 9162's
tree and c2sp.org's signed-note, tlog-checkpoint and tlog-proof; the archive's docs/evidence.md has them in full.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

MOST_BYTES = 1 << 28  # of one file in a bundle


class Wrong(Exception):
    """What does not hold, in words."""


def main(arguments: list[str]) -> int:
    key = None
    if arguments[:1] == ["--key"] and len(arguments) > 1:
        key, arguments = arguments[1], arguments[2:]
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"], ["--key"]):
        print(__doc__)
        return 2
    try:
        files = read_files(pathlib.Path(arguments[0] if arguments else __file__))
        vkeys = pathlib.Path(key).read_text("utf-8") if key else None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(f"It can't be read: {error}", file=sys.stderr)
        return 2
    try:
        for line in check(files, vkeys):
            print(line)
    except Wrong as error:
        print(f"NOT PROVED: {error}")
        return 1
    return 0


def read_files(path: pathlib.Path) -> dict[str, bytes]:
    """The files of a bundle by name."""
    if path.is_file() and path.suffix != ".py":
        with zipfile.ZipFile(path) as bundle:
            if any(item.file_size > MOST_BYTES for item in bundle.infolist()):
                raise ValueError("a file in it is too large")
            return {item.filename: bundle.read(item) for item in bundle.infolist()}
    folder = path.parent if path.is_file() else path
    return {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()}


def check(files: dict[str, bytes], trusted: str | None = None) -> Iterator[str]:
    """Everything that a bundle states, as lines; raises Wrong at the first thing that does not hold.

    `trusted` is text with verifier keys that the reader has from elsewhere, one a line.
    """
    for name in ("entry.json", "entry.tlog-proof", "log.vkey"):
        if name not in files:
            raise Wrong(f"{name} is missing")
    vkeys = trusted if trusted is not None else decoded(files["log.vkey"], "log.vkey")
    entry = files["entry.json"]
    index, path, note = parse_proof(decoded(files["entry.tlog-proof"], "entry.tlog-proof"))
    origin, size, root, name = open_checkpoint(note, [line for line in vkeys.splitlines() if line.strip()])
    if root_from(hashlib.sha256(b"\0" + entry).digest(), index, size, path) != root:
        raise Wrong(f"the proof does not lead from entry.json to the root of {origin} at size {size}")
    yield f"The checkpoint of the log {origin} at {size} entries is signed by the key {name}."
    if trusted is None:
        yield "That key came with this bundle: compare it with what the archive publishes, or give it with --key."
    yield f"entry.json is entry {index + 1} of that log."
    yield from check_time_stamp(files, note)
    try:
        value = json.loads(entry)
        yield from check_contents(files, value, index)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Wrong(f"entry.json is not an entry of a known kind ({error!r})") from error


def check_time_stamp(files: dict[str, bytes], note: str) -> Iterator[str]:
    """What a time stamp of the checkpoint states. Its signature takes more than the standard library."""
    if "checkpoint.tsr" not in files:
        return
    if files.get("checkpoint.txt") != note.encode():
        raise Wrong("checkpoint.txt is not the checkpoint that the proof leads to")
    at, digest = time_stamp(files["checkpoint.tsr"])
    if digest != hashlib.sha256(files["checkpoint.txt"]).digest():
        raise Wrong("checkpoint.tsr is a time stamp of something else than checkpoint.txt")
    yield (
        f"checkpoint.tsr is a time stamp of that checkpoint and states the time {at}. Who signed it, this script can't check:"
        " openssl ts -verify -in checkpoint.tsr -data checkpoint.txt -CAfile ROOT-FROM-ELSEWHERE"
    )


def check_contents(files: dict[str, bytes], entry: dict[str, Any], index: int) -> Iterator[str]:
    """The files beside the entry, against what it states."""
    if entry["seq"] != index + 1:
        raise Wrong(f"entry.json calls itself {entry['seq']}, and is {index + 1} in the log")
    if entry["kind"] != "observation":
        yield f"It records: {entry['kind']}."
        return
    yield f"It records one look at {entry['url']} at {entry['observed_at']} by that archive's clock."
    if entry["body_sha256"] is None:
        if "body.bin" in files:
            raise Wrong("the entry states no body, and here is one")
        yield "No body was received."
    elif "body.bin" in files:
        body = files["body.bin"]
        if hashlib.sha256(body).hexdigest() != entry["body_sha256"] or len(body) != entry["body_bytes"]:
            raise Wrong("body.bin is not the body that the entry states")
        yield f"body.bin ({len(body)} bytes) is the body that was recorded, with its content encoding undone."
    else:
        yield f"The body is not in this bundle; its SHA-256 is {entry['body_sha256']}."
    yield from check_rendering(files, entry.get("rendered"))
    if "headers.txt" in files:
        if files["headers.txt"] != head(entry):
            raise Wrong("headers.txt is not the head that the entry states")
        yield "headers.txt is the status line and the headers that were recorded."
    if "text.txt" in files:
        digest = hashlib.sha256(files["text.txt"]).hexdigest()
        if digest == entry["judged"]["text_sha256"]:
            yield "text.txt is the text that was read from the body then."
        else:
            yield "text.txt is not stated by the entry, so nothing here proves it: it may be a later reading of the body."
    yield "index.html, for people, is not checked: where it says otherwise than these files, they count."


def check_rendering(files: dict[str, bytes], rendered: dict[str, Any] | None) -> Iterator[str]:
    """What a browser received and showed, where body.bin is the page that it made."""
    if rendered is not None:
        yield f"That body was made by a browser, {rendered['browser']}, from what the server sent."
    for name, what in (("received.bin", "received"), ("screenshot.png", "screenshot")):
        if name in files:
            if rendered is None or hashlib.sha256(files[name]).hexdigest() != rendered[f"{what}_sha256"]:
                raise Wrong(f"{name} is not what the entry states")
            yield f"{name} is {'what the server sent as the page' if what == 'received' else 'what the browser showed'}."


def head(entry: dict[str, Any]) -> bytes:
    """Status line and headers as bytes; a character of an entry's header is a byte."""
    lines = [f"{entry['http_version']} {entry['status']} {entry['status_reason']}"]
    lines += [f"{name}: {value}" for name, value in entry["headers"]]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace")


# -- c2sp.org/tlog-proof, tlog-checkpoint, signed-note


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    """(index, path, checkpoint) of a proof file."""
    top, blank, note = text.partition("\n\n")
    lines = top.split("\n")
    if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Wrong("entry.tlog-proof is not a proof")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    if not lines or not lines[0].startswith("index "):
        raise Wrong("entry.tlog-proof states no index")
    index = number(lines.pop(0)[len("index ") :])
    path = [unbase64(line) for line in lines]
    if len(path) > 64 or any(len(digest) != 32 for digest in path):
        raise Wrong("entry.tlog-proof has a line that is not a hash")
    return index, path, note


def open_checkpoint(note: str, vkeys: list[str]) -> tuple[str, int, bytes, str]:
    """(origin, size, root, key) of a checkpoint with a right signature by one of these keys that has the log's name."""
    keys = [parse_key(line) for line in vkeys]
    if any(char < " " and char != "\n" for char in note):
        raise Wrong("the checkpoint has a control character")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise Wrong("the checkpoint is not a signed note")
    text += "\n"
    signatures = tail[:-1].split("\n")
    if len(signatures) > 64:
        raise Wrong("the checkpoint has too many signatures")
    signers = []
    for line in signatures:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:
            raise Wrong("the checkpoint has a garbled signature line")
        signature = unbase64(parts[2])
        if len(signature) < 5:
            raise Wrong("the checkpoint has a signature that is too short")
        for name, key_id, public in keys:
            if (name, key_id) == (parts[1], signature[:4]):
                if not verify_ed25519(public, text.encode(), signature[4:]):
                    raise Wrong(f"the signature by {name} is not one of this checkpoint")
                signers.append((name, key_id))
    lines = text[:-1].split("\n")
    if len(lines) < 3 or "" in lines:
        raise Wrong("the checkpoint has not the lines of one")
    for name, key_id in signers:
        if name == lines[0]:
            root = unbase64(lines[2])
            if len(root) != 32:
                raise Wrong("the checkpoint's root is not a hash")
            return name, number(lines[1]), root, f"{name}+{key_id.hex()}"
    raise Wrong("the checkpoint is signed by no key that was given")


def parse_key(line: str) -> tuple[str, bytes, bytes]:
    """(name, key id, public key) of a verifier key."""
    parts = line.strip().split("+", 2)
    if len(parts) != 3:
        raise Wrong("a verifier key is garbled")
    name, key_id, encoded = parts
    data = unbase64(encoded)
    if not name or len(data) != 33 or data[0] != 1:
        raise Wrong("a verifier key is not an Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex() != key_id:
        raise Wrong("a verifier key's id is not its own")
    return name, bytes.fromhex(key_id), data[1:]


def decoded(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Wrong(f"{name} is not UTF-8") from error


def unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong("there is something else where base64 should be") from error
    if base64.b64encode(data).decode() != text:
        raise Wrong("there is base64 that is not in its proper form")
    return data


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or str(int(text)) != text:
        raise Wrong("there is something else where a number should be")
    return int(text)


# -- RFC 3161, in DER

SHA256_OID = bytes.fromhex("608648016503040201")
TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z")


def time_stamp(response: bytes) -> tuple[str, bytes]:
    """(time, digest) that a time stamp states: TimeStampResp, with a token. Its signature is not checked."""
    try:
        _, token = inside(response, 0x30)
        _, signed = inside(token[2], 0x30)
        content = inside(inside(signed[2], 0xA0)[0][2], 0x30)[2]  # version, digest algorithms, content
        octets = inside(inside(content[2], 0x30)[1][2], 0xA0)[0]
        _, _, imprint, _, at = inside(octets[1], 0x30)[:5]
        algorithm, digest = inside(imprint[2], 0x30)
        when = TIME.fullmatch(at[1])
        if inside(algorithm[2], 0x30)[0][1] != SHA256_OID or when is None:
            raise Wrong("the time stamp is not of a SHA-256 digest, or of no proper time")
    except (ValueError, IndexError) as error:
        raise Wrong("the time stamp is none (RFC 3161)") from error
    year, month, day, hour, minute, second = (part.decode() for part in when.groups()[:6])
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{(when[7] or b'').decode()}Z", digest[1]


Item = tuple[int, bytes, bytes]  # tag, content, and both with the length between them


def inside(data: bytes, tag: int) -> list[Item]:
    """What stands in the one value of this tag that these bytes are."""
    ((found, content, _),) = items(data)
    if found != tag:
        raise ValueError("another tag")
    return items(content)


def items(data: bytes) -> list[Item]:
    """The values that stand in these bytes, one after the other."""
    found = []
    at = 0
    while at < len(data):
        start, size, at = at, data[at + 1], at + 2
        if size & 0x80:
            of = size & 0x7F
            if not 1 <= of <= 4:
                raise ValueError("a length of no or many bytes")
            size, at = int.from_bytes(data[at : at + of], "big"), at + of
        if at + size > len(data):
            raise ValueError("it ends early")
        found.append((data[start], data[at : at + size], data[start : at + size]))
        at += size
    return found


# -- RFC 9162, section 2.1.3.2


def root_from(digest: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to from a leaf hash."""
    if not 0 <= index < size:
        raise Wrong("the proof's index is not below the checkpoint's size")
    last = size - 1
    for sibling in path:
        if last == 0:
            raise Wrong("the proof is too long")
        if index % 2 or index == last:
            digest = node(sibling, digest)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            digest = node(digest, sibling)
        index, last = index // 2, last // 2
    if last:
        raise Wrong("the proof is too short")
    return digest


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


# -- RFC 8032, section 5.1: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z

Point = tuple[int, int, int, int]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D: int = -121665 * pow(121666, P - 2, P) % P


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 64:
        return False
    key, base = decompress(public), decompress(BASE)
    s = int.from_bytes(signature[32:], "little")
    if key is None or base is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - key[0], key[1], key[2], P - key[3])
    return compress(add(times(s, base), times(k, minus))) == signature[:32]


def add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(s: int, p: Point) -> Point:
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, p)
        p, s = add(p, p), s >> 1
    return q


def compress(p: Point) -> bytes:
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompress(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
