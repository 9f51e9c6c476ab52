"""The `[anchor]` table of the watch list: where checkpoints of the log go, out of our reach."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper import watchlist_values as values
from scraper.toml_lines import Path as KeyPath

DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSettings:
    """What is given a checkpoint, and how often. Paths are meant from the home."""

    authority: str = ""  # of time stamps (RFC 3161), and with it
    root: str = ""  # the PEM file of the certificates it is believed by
    policy: str = ""  # the OID that a time stamp must be made under
    directory: str = ""  # gets each checkpoint as a file; it must be there
    command: tuple[str, ...] = ()  # gets each checkpoint on its standard input
    every_s: float = DAY_S
    overdue_after_s: float = 3 * DAY_S


KEYS: Mapping[str, values.Check | values.Each] = {
    "authority": values.url,
    "root": values.filled_text,
    "policy": values.oid,
    "directory": values.filled_text,
    "command": values.Each(values.filled_text),
    "every": values.positive_interval,
    "overdue_after": values.positive_interval,
}


def settings(table: Mapping[str, Any]) -> AnchorSettings:
    """The checked table as a value; three times `every` is overdue where nothing else is said."""
    found = {f"{key}_s" if key in ("every", "overdue_after") else key: value for key, value in table.items()}
    if "every_s" in found:
        found.setdefault("overdue_after_s", 3 * found["every_s"])
    return AnchorSettings(**found)


def check(table: Mapping[str, Any], written: Mapping[str, Any], wrong: Callable[[KeyPath, str], None]) -> None:
    """Tell what does not go together. `table` has the keys that are right by themselves, `written` all of them."""
    if not {"authority", "directory", "command"} & written.keys():
        wrong(("anchor",), "names no place; write authority and root, or directory, or command")
    if "authority" in written and "root" not in written:
        wrong(("anchor", "root"), "is missing; name the PEM file with the root certificate of the authority")
    for key in ("root", "policy"):
        if key in written and "authority" not in written:
            wrong(("anchor", key), "goes with authority, the address of a time-stamp authority")
    if written.get("command") == []:
        wrong(("anchor", "command"), 'names no program; write one like ["git-anchor", "--push"], or leave it out')
    found = settings(table)
    if found.overdue_after_s < found.every_s:
        wrong(("anchor", "overdue_after"), "must be at least every: between two checkpoints nothing is overdue")


def wrong_root(anchor: AnchorSettings | None, folder: Path) -> str | None:
    """What is wrong with the file that `root` names, if something is."""
    if anchor is None or not anchor.root:
        return None
    path = folder / anchor.root
    try:
        text = path.read_bytes().decode("ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError:
        return f"{path} has no certificate in it; it must be the authority's root certificate as PEM"
    except UnicodeDecodeError:
        return f'{path} is no PEM file; make one with: openssl x509 -inform DER -in {path} -out "{path.stem}.pem"'
    except OSError as error:
        return f"{path} can't be read ({error.strerror}); put the authority's root certificate there, as PEM"
    return None
