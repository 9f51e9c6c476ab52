"""Alert addresses and their names: the archive knows the name alone, the address is looked up when a message goes out.

`env:NAME` is read from the environment, `file:PATH` from a file that its owner alone may read; any other text is an Apprise
address. Errors here name the target, never its address.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from archive.alerting.rules import Rule
from archive.alerting.terms import Terms
from archive.errors import VariorumError
from scraper.watchlist import FILE_NAME, Page, WatchList

_FILE_BYTES = 65_536
_PLAIN = frozenset({"json", "jsons", "form", "forms", "xml", "xmls", "mailto", "mailtos", "ntfy", "ntfys"})
_KEYS = frozenset({"sign", "token", "apikey", "password", "pass", "pwd", "secret"})  # of a query


class NoAddress(VariorumError):
    """An alert target whose address can't be had."""

    def __init__(self, target: str, why: str, mend: str) -> None:
        super().__init__(f"No address for the alert target {target}: {why}. {mend}")


def target_name(written: str) -> str:
    """What the archive calls a target: `env:NAME` and `file:PATH` as they are, of an address its scheme and a digest.

    The digest is slow to make (scrypt), so that a password can't be found by trying.
    """
    if written.startswith(("env:", "file:")):
        return written
    return f"{written.partition(':')[0]}:{_digest(written)}"


@cache
def _digest(address: str) -> str:
    return hashlib.scrypt(address.encode(), salt=b"variorum alert target", n=2**13, r=8, p=1, dklen=8).hex()


def address_of(written: str, home: Path) -> str:
    """The address that a target of the watch list stands for. Raises NoAddress."""
    if written.startswith("env:"):
        address = os.environ.get(written[4:], "").strip()
        if not address:
            raise NoAddress(written, "the environment has no such variable", f"Set {written[4:]} where variorum runs.")
        return address
    if written.startswith("file:"):
        return _from_file(written, home / written[5:])
    return written


def _from_file(written: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise NoAddress(written, "others may read that file", f"Run: chmod 600 {path}")
            address = file.read(_FILE_BYTES).decode().strip()
    except OSError as error:
        raise NoAddress(written, f"the file can't be read ({error.strerror})", "Write the address into it.") from error
    except UnicodeDecodeError as error:
        raise NoAddress(written, "the file is not UTF-8", "Write the address into it.") from error
    if not address or "\n" in address:
        raise NoAddress(written, "the file must hold one address", "Write one line into it.")
    return address


def is_written_out(written: str) -> bool:
    """Whether a target of the watch list holds a secret that all who read the file have: a password, a key, a token.

    >>> [is_written_out(to) for to in ("json://127.0.0.1/hook?sign=env:KEY", "mailto://a:b@mail.example", "slack://T/B/x")]
    [False, True, True]
    """
    if written.startswith(("env:", "file:")):
        return False
    scheme, _, rest = written.partition("://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    query = parse_qs(rest.partition("?")[2], keep_blank_values=True)
    keys = [name for name, values in query.items() if name.startswith(("+", " ")) or name in _KEYS]
    keys = [name for name in keys if not all(value.startswith("env:") for value in query[name])]
    return scheme not in _PLAIN or ":" in authority.rpartition("@")[0] or bool(keys)


def warning_of(watch_list: WatchList) -> str | None:
    """What to say where the watch list itself holds secrets of targets, which it need not."""
    names = {target_name(to) for alert in watch_list.alerts for to in alert.to if is_written_out(to)}
    if not names:
        return None
    return (
        f"{FILE_NAME} itself holds the secrets of {', '.join(sorted(names))}: whoever reads it, or a backup, has them."
        " Keep them out of it with env:NAME or file:PATH."
    )


def addresses_by_name(watch_list: WatchList) -> Mapping[str, str]:
    """How the watch list writes each target, by the target's name."""
    return {target_name(written): written for alert in watch_list.alerts for written in alert.to}


def rules_of(watch_list: WatchList) -> tuple[Rule, ...]:
    """The watch list's alerts as the archive takes them: with names for targets."""
    return tuple(
        Rule(
            **{term.name: getattr(alert, term.name) for term in fields(Terms)},
            targets=tuple(target_name(written) for written in alert.to),
        )
        for alert in watch_list.alerts
    )


def rules_for(rules: Iterable[Rule], page: Page) -> tuple[Rule, ...]:
    """The rules as they hold for one page, which may say for itself how long a change waits for its confirmation."""
    if page.confirm_s is None:
        return tuple(rules)
    return tuple(replace(rule, confirm_s=page.confirm_s) for rule in rules)
