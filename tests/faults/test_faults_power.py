"""A power cut at any moment of a round: what was not synced is lost, torn, or on the disk before what came earlier."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

SECTOR = 512
FEW = 40


@dataclass
class Disk:
    """Files as they are on the platter, and what was written to them since they were last synced."""

    root: str
    files: dict[str, bytearray] = field(default_factory=dict)
    pending: list[Any] = field(
        default_factory=list
    )  # in order; an entry of a folder counts as pending until that is synced

    def do(self, call: Any) -> None:
        if call.name == "sync":
            self._sync(call.path)
        elif call.name != "write" and call.path.startswith(self.root):
            self.pending.append(call)

    def _sync(self, path: str) -> None:
        """A file's sync brings its content, and that it exists; a folder's, that files came, went or changed their names."""
        done = [call for call in self.pending if call.path == path or (path == self.root and call.name in FOLDER)]
        done += [call for call in self.pending if call.name == "create" and call.path == path and call not in done]
        self.pending = [call for call in self.pending if call not in done]
        for call in done:
            apply(self.files, call)

    def after_the_cut(self, chance: random.Random, how: str) -> dict[str, bytearray]:
        """What may be found afterwards: nothing, all, or any part of what was not synced."""
        files = {path: bytearray(data) for path, data in self.files.items()}
        left = {"nothing": [], "all": self.pending}.get(how)
        if left is None:
            left = [call for call in self.pending if chance.random() < 0.5]
            chance.shuffle(left)
        for call in left:
            apply(files, torn(call, chance) if how == "torn" else call)
        return files


FOLDER = ("create", "unlink", "rename")


def apply(files: dict[str, bytearray], call: Any) -> None:
    if call.name == "create":
        files.setdefault(call.path, bytearray())
    elif call.name == "unlink":
        files.pop(call.path, None)
    elif call.name == "rename":
        if call.path in files:
            files[call.data.decode()] = files.pop(call.path)
    elif call.path in files:
        data = files[call.path]
        if call.name == "ftruncate":
            del data[call.offset :]
            data.extend(bytes(call.offset - len(data)))
        else:
            data.extend(bytes(max(0, call.offset - len(data))))
            data[call.offset : call.offset + len(call.data)] = call.data


def torn(call: Any, chance: random.Random) -> Any:
    """A write of which only some first sectors came through."""
    if call.name != "pwrite64" or len(call.data) <= SECTOR:
        return call
    return replace(call, data=call.data[: SECTOR * chance.randrange(1 + len(call.data) // SECTOR)])


@pytest.mark.parametrize("how", ["nothing", "all", "some", "torn"])
def test_whatever_a_power_cut_leaves_holds_all_that_was_reported(
    recorded: Any, how: str, chosen: Any, tmp_path: Path
) -> None:
    before, after, calls = recorded
    chance = random.Random(how)
    root = str(after.path)
    disk = Disk(root, {str(after.path / file.name): bytearray(file.read_bytes()) for file in before.path.iterdir()})
    told = b""
    cuts = chosen(len(calls), FEW)
    assert len(cuts) >= FEW
    for number, call in enumerate(calls, 1):
        disk.do(call)
        if call.name == "write" and call.descriptor == 1:
            told += call.data
        if number in cuts:
            home = type(before)(tmp_path / f"{how}-{number}", set(before.reported))
            home.path.mkdir()
            for path, data in disk.after_the_cut(chance, how).items():
                (home.path / Path(path).name).write_bytes(data)
            home.told(told.decode())
            home.require_sound()
    assert told.count(b"\n") == 2
