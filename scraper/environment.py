"""What of the environment is handed to processes that hostile pages run in: parsers and browsers.

Targets of alerts and the reading room's password may stand in variables of any name, so only these are passed on.
"""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR"})
_BEGINNINGS = ("LC_", "LD_", "MALLOC_", "FONTCONFIG_", "XDG_")


def harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """
    >>> harmless({"PATH": "/bin", "LC_ALL": "C", "VARIORUM_MAIL": "mailto://user:password@mail.example"})
    {'PATH': '/bin', 'LC_ALL': 'C'}
    """
    return {name: value for name, value in environment.items() if name in _NAMES or name.startswith(_BEGINNINGS)}
