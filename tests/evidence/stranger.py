"""A verifier of bundles and databases, written from docs/evidence.md alone. It imports nothing of the program that it checks."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import sys
import zipfile
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Files = dict[str, bytes]
Head = tuple[str, int, bytes]  # origin, size, root


class Wrong(Exception):
    """What does not hold."""


def need(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


# -- hashes, keys, notes


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def unbase64(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong("no base64") from error
    need(base64.b64encode(value).decode() == text, "base64 in another form")
    return value


def number(text: str) -> int:
    need(text.isascii() and text.isdigit() and str(int(text)) == text, "no decimal number")
    return int(text)


def open_note(note: str, vkeys: list[str]) -> Head:
    need(not any(char < " " and char != "\n" for char in note), "a control character")
    text, empty, tail = note.rpartition("\n\n")
    need(empty != "" and tail.endswith("\n"), "no signed note")
    text += "\n"
    right = set()
    for line in tail[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "—" and parts[1] != "", "no signature line")
        signature = unbase64(parts[2])
        for vkey in vkeys:
            name, key_id, key = vkey.split("+", 2)
            public = unbase64(key)
            need(len(public) == 33 and public[0] == 1, "no Ed25519 key")
            need(
                hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id,
                "a key id that is not the key's",
            )
            if (parts[1], signature[:4].hex()) == (name, key_id):
                try:
                    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
                except InvalidSignature as error:
                    raise Wrong("a wrong signature") from error
                right.add(name)
    lines = text[:-1].split("\n")
    need(len(lines) >= 3 and "" not in lines, "no checkpoint")
    need(lines[0] in right, "no right signature by the log's key")
    root = unbase64(lines[2])
    need(len(root) == 32, "no root")
    return lines[0], number(lines[1]), root


# -- bundles


def check_bundle(files: Files, vkeys: list[str]) -> set[str]:
    """The names of the files that are proved; raises Wrong where one is there that is not what it must be."""
    proof = files["entry.tlog-proof"].decode()
    top, empty, note = proof.partition("\n\n")
    lines = top.split("\n")
    need(empty != "" and lines.pop(0) == "c2sp.org/tlog-proof@v1", "no proof")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    need(bool(lines) and lines[0].startswith("index "), "no index")
    f = index = number(lines.pop(0)[len("index ") :])
    _, size, root = open_note(note, vkeys)
    need(index < size, "an index beyond the tree")
    r, s = leaf_hash(files["entry.json"]), size - 1
    for line in lines:
        p = unbase64(line)
        need(len(p) == 32 and s != 0, "a proof that is too long, or has no hashes")
        if f % 2 or f == s:
            r = node_hash(p, r)
            while f % 2 == 0 and f:
                f, s = f // 2, s // 2
        else:
            r = node_hash(r, p)
        f, s = f // 2, s // 2
    need(s == 0 and r == root, "a proof that leads elsewhere")
    entry = json.loads(files["entry.json"])
    need(entry["seq"] == index + 1, "an entry of another number")
    proved = {"entry.json", "entry.tlog-proof"}
    if "checkpoint.txt" in files:
        need(files["checkpoint.txt"] == note.encode(), "another checkpoint")
        proved.add("checkpoint.txt")
    return proved | (observation_files(files, entry) if entry["kind"] == "observation" else set())


def observation_files(files: Files, entry: dict[str, Any]) -> set[str]:
    proved = set()
    rendered = entry.get("rendered") or {}
    for name, digest, size in (
        ("body.bin", entry["body_sha256"], entry["body_bytes"]),
        ("received.bin", rendered.get("received_sha256"), rendered.get("received_bytes")),
        ("screenshot.png", rendered.get("screenshot_sha256"), rendered.get("screenshot_bytes")),
    ):
        if name in files:
            found = hashlib.sha256(files[name]).hexdigest(), len(files[name])
            need(found == (digest, size), f"{name} is another")
            proved.add(name)
    if "headers.txt" in files:
        lines = [f"{entry['http_version']} {entry['status']} {entry['status_reason']}"]
        lines += [f"{name}: {value}" for name, value in entry["headers"]]
        need(
            files["headers.txt"] == "".join(f"{line}\r\n" for line in lines).encode("latin-1"), "headers.txt is another"
        )
        proved.add("headers.txt")
    if "text.txt" in files and hashlib.sha256(files["text.txt"]).hexdigest() == entry["judged"]["text_sha256"]:
        proved.add("text.txt")
    return proved


def read_bundle(path: Path) -> Files:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


# -- databases


def unpacked(frame: bytes, prefix: bytes = b"") -> bytes:
    base = zstd.ZstdDict(prefix, is_raw=True).as_prefix if len(prefix) >= 8 else None
    decoder = zstd.ZstdDecompressor(zstd_dict=base)
    value = decoder.decompress(frame)
    need(decoder.eof and decoder.unused_data == b"", "a frame that does not end where it should")
    return value


class Database:
    """All that is wrong with a database, as lines; with notes that were kept elsewhere also against these."""

    def __init__(self, path: Path, vkeys: list[str], kept: list[str]) -> None:
        self.conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        self.vkeys, self.kept = vkeys, kept
        self.problems: list[str] = []
        self.entries: dict[int, dict[str, Any]] = {}
        self.blobs: dict[int, tuple[str, int]] = {}  # digest and size
        self.leaves: list[bytes] = []

    def check(self) -> list[str]:
        for look in (self.log, self.tree, self.checkpoints, self.bodies, self.observations, self.others, self.pages):
            try:
                look()
            except (Wrong, sqlite3.DatabaseError, zstd.ZstdError, KeyError, TypeError, ValueError) as error:
                self.problems.append(f"{look.__name__}: {error!r}")
        self.conn.close()
        return self.problems

    def say(self, holds: bool, what: str) -> None:
        if not holds:
            self.problems.append(what)

    def log(self) -> None:
        packed = {}
        rows = self.conn.execute(
            "SELECT seq, kind, page_id, base_seq, leaf, entry FROM entries ORDER BY seq"
        ).fetchall()
        for place, (seq, kind, _, base_seq, leaf, data) in enumerate(rows, 1):
            need(seq == place, f"entry {place} is missing")
            packed[seq] = (base_seq, data)
            base = b""
            if base_seq is not None:
                need(packed[base_seq][0] is None, f"entry {seq} builds on one that is not full")
                base = unpacked(packed[base_seq][1])
            entry = unpacked(data, base)
            self.leaves.append(leaf_hash(entry))
            self.say(self.leaves[-1] == leaf, f"entry {seq}: another leaf")
            self.entries[seq] = json.loads(entry)
            self.say((self.entries[seq]["seq"], self.entries[seq]["kind"]) == (seq, kind), f"entry {seq}: seq or kind")
        pages = dict(self.conn.execute("SELECT slug, page_id FROM page_slugs"))
        for seq, _, page_id, *_ in rows:
            slug = self.entries[seq]["page"]
            self.say(page_id == (None if slug is None else pages.get(slug)), f"entry {seq}: page_id")

    def tree(self) -> None:
        nodes = {
            (level, idx): found
            for level, idx, found in self.conn.execute("SELECT level, idx, hash FROM log_nodes")
            if level > 0 or found != self.leaves[idx]  # those of level 0 are left from earlier versions
        }
        wanted = {(0, idx): leaf for idx, leaf in enumerate(self.leaves)}
        level = 0
        while (level, 1) in wanted:
            for idx in range(len(self.leaves) >> level + 1):
                wanted[level + 1, idx] = node_hash(wanted[level, 2 * idx], wanted[level, 2 * idx + 1])
            level += 1
        above = {place: found for place, found in wanted.items() if place[0] > 0}
        self.say(nodes == above, "the log's nodes")

    def checkpoints(self) -> None:
        stored = self.conn.execute("SELECT size, note FROM checkpoints").fetchall()
        restores = [entry for entry in self.entries.values() if entry["kind"] == "restore"]
        for size, note in [*stored, *((None, note) for note in self.kept)]:
            origin, stated, root = open_note(note, self.vkeys)
            self.say(size in (None, stated), f"a checkpoint at {size}")
            self.say(stated <= len(self.leaves) and tree_root(self.leaves[:stated]) == root, f"the log at {stated}")
            begun = [entry["origin"] for entry in restores if entry["seq"] <= stated][-1:]
            self.say(begun in ([], [None], [origin]), f"the log at {stated} is one that was lost")

    def bodies(self) -> None:
        taken = {entry["body_sha256"] for entry in self.entries.values() if entry["kind"] == "redact"}
        rows = {
            row[0]: row for row in self.conn.execute("SELECT id, sha256, size_bytes, base_id, depth, data FROM blobs")
        }
        found: dict[int, bytes] = {}

        def read(blob_id: int, most: int) -> bytes:
            if blob_id not in found:
                _, _, _, base_id, depth, data = rows[blob_id]
                need(0 <= depth <= most and (base_id is None) == (depth == 0), f"blob {blob_id}: depth")
                base = b"" if base_id is None else read(base_id, depth - 1)
                found[blob_id] = unpacked(data, base)
            return found[blob_id]

        for blob_id, digest, size, _, _, data in rows.values():
            self.blobs[blob_id] = (digest.hex(), size)
            if digest.hex() in taken:
                self.say(data == b"", f"blob {blob_id} was redacted, and is there")
                continue
            body = read(blob_id, 32)
            self.say((hashlib.sha256(body).digest(), len(body)) == (digest, size), f"blob {blob_id} is another")

    def observations(self) -> None:
        pages = dict(self.conn.execute("SELECT slug, page_id FROM page_slugs"))
        last: dict[int, str] = {}
        rows = {
            row[0]: row[1:]
            for row in self.conn.execute(
                "SELECT seq, page_id, body_id, observed_at, clock_at, duration_ms, via, http_status, outcome, reason,"
                " received_bytes FROM observations"
            )
        }
        for seq, entry in self.entries.items():
            if entry["kind"] != "observation":
                continue
            need(seq in rows, f"observation {seq} is missing")
            page_id, body_id, *columns = rows.pop(seq)
            at, clock_at = entry["observed_at"], None
            if entry["via"] == "live":
                if page_id in last and last[page_id].rstrip("Z") > at.rstrip("Z"):
                    at, clock_at = last[page_id], at
                last[page_id] = at
            judged = entry["judged"]
            wanted = [at, clock_at, entry["duration_us"] // 1000, entry["via"], entry["status"], judged["outcome"]]
            wanted += [judged["reason"], entry["wire_bytes"]]
            self.say(columns == wanted, f"observation {seq}: its columns")
            self.say(page_id == pages.get(entry["page"]), f"observation {seq}: its page")
            body = (None, None) if body_id is None else self.blobs.get(body_id)
            self.say(body == (entry["body_sha256"], entry["body_bytes"]), f"observation {seq}: its body")
        self.say(not rows, f"observations without an entry: {sorted(rows)}")

    def others(self) -> None:
        wanted: dict[str, list[Any]] = {"acts": [], "triage": [], "readings": []}
        for seq, entry in self.entries.items():
            if entry["kind"] in ("release", "hold"):
                wanted["acts"].append((seq, entry["kind"], entry["observation"], entry["at"], entry["actor"]))
            elif entry["kind"] in ("seen", "note"):
                found = (seq, entry["kind"], entry["observation"], entry["at"], entry["actor"], entry["text"])
                wanted["triage"].append(found)
            elif entry["kind"] == "reading":
                rules = json.dumps(entry["rules"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                found = (seq, entry["number"], entry["at"], rules, entry["version"], entry["cause"])
                wanted["readings"].append(found)
        for table, columns in (
            ("acts", "seq, kind, observation_seq, at, actor"),
            ("triage", "seq, kind, observation_seq, at, actor, text"),
            ("readings", "entry_seq, number, made_at, rules, version, cause"),
        ):
            rows = self.conn.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
            self.say(rows == wanted[table], f"the table {table}")

    def pages(self) -> None:
        ids = dict(self.conn.execute("SELECT slug, page_id FROM page_slugs"))
        newest: dict[int, Any] = {}
        added: dict[int, str] = {}
        slugs = set()
        addresses: list[Any] = []
        for seq, entry in self.entries.items():
            if entry["kind"] == "settings":
                settings = entry["settings"]
                page_id = ids[settings["slug"]]
                if page_id not in newest or newest[page_id]["url"] != settings["url"]:
                    addresses.append((page_id, settings["url"], entry["at"], seq))
                newest[page_id] = settings
                added.setdefault(page_id, entry["at"])
                slugs.add(settings["slug"])
        self.say(slugs == set(ids), "the slugs")
        rows = self.conn.execute(
            "SELECT page_id, url, since, entry_seq FROM page_addresses ORDER BY entry_seq"
        ).fetchall()
        self.say(rows == addresses, "the addresses")
        sql = "SELECT id, slug, url, language, statement, tags, added_at FROM pages"
        for page_id, slug, url, language, statement, tags, added_at in self.conn.execute(sql):
            one = newest[page_id]
            wanted = (one["slug"], one["url"], one["language"], one["statement"] or None, one["tags"], added[page_id])
            self.say((slug, url, language, statement, json.loads(tags), added_at) == wanted, f"the page {slug}")


if __name__ == "__main__":
    where, *keys = map(Path, sys.argv[1:])
    lines = [line for key in keys for line in key.read_text("utf-8").split()]
    if zipfile.is_zipfile(where):
        print(*sorted(check_bundle(read_bundle(where), lines)), sep="\n")
    else:
        sys.exit("\n".join(Database(where, lines, []).check()) or 0)
