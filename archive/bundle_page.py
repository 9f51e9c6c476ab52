"""The page for people in a proof bundle: what it shows, what it does not, and how to check it. Received text is only text."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING

from archive.evidence import Json

if TYPE_CHECKING:
    from archive.bundle import Exhibit

_STYLE = (
    "body{font:16px/1.5 serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "dt{font-weight:bold}dd{margin:0 0 .6em;overflow-wrap:anywhere}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #999;padding:1em}"
)
_FILES = {
    "entry.json": "the entry as it stands in the log: everything that was recorded of this look",
    "entry.tlog-proof": "the proof that it is in the log, with the signed checkpoint it leads to",
    "log.vkey": "the archive's public key; compare it with what the archive publishes elsewhere",
    "checkpoint.txt": "that checkpoint by itself, which the time stamp is of",
    "checkpoint.tsr": "the time stamp (RFC 3161) as the authority sent it",
    "authority.pem": "the root certificate by which it was believed; compare it with the one that the authority publishes",
    "body.bin": "the bytes of the page as received, with the content encoding (gzip …) undone; do not open it in a browser",
    "received.bin": "what the server sent as the page, from which a browser made body.bin",
    "screenshot.png": "what that browser showed",
    "headers.txt": "status line and headers as received",
    "text.txt": "the text that was read from these bytes",
}
_STAMP_CHECK = (
    "Who signed the time stamp: <code>openssl ts -verify -in checkpoint.tsr -data checkpoint.txt -CAfile ROOT-FROM-ELSEWHERE</code>"
    " (if the authority's certificate has expired since, with <code>-attime</code> and the stated time in seconds since 1970)."
)
_NOT_SHOWN = (
    "That the site said it. It shows that this archive recorded it, and that nothing was altered since. TLS proves to both"
    " ends of a connection whom they talk to, and to nobody afterwards.",
    "That it was so for everybody. A site may answer by address, language, login or chance; this is one answer to one request.",
    "How it looked. Scripts, style sheets and pictures are other requests.",
    "The time, by itself. It is that of the archive's clock. The checkpoint existed when somebody else received it, or when a"
    " time stamp was made of it; that has to be shown by them.",
    "That nothing was left out: a program that was stopped records nothing.",
)


def page(exhibit: Exhibit, names: Collection[str]) -> str:
    """The page as HTML, without scripts and without anything that is fetched."""
    entry = exhibit.entry
    title = f"Entry {entry['seq']} of the log {exhibit.origin}"
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        "<h2>What was recorded</h2>",
        _list(_facts(exhibit)),
        "<h2>What this bundle shows</h2>",
        f"<p>That this entry is number {entry['seq']} in the log {escape(exhibit.origin)}, which had {exhibit.size} entries when"
        " the checkpoint was signed; that the files here are those it speaks of; and that neither it nor any entry before the"
        " checkpoint was altered, removed or put in since, as far as that checkpoint is known to others.</p>",
        "<h2>What it does not show</h2>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in _NOT_SHOWN) + "</ul>",
        "<h2>How to check it</h2>",
        "<p>With Python 3.9 or later, without the network and without this archive:</p>",
        "<pre>python3 verify.py --key KEY-FROM-ELSEWHERE</pre>",
        *(["<p>" + _STAMP_CHECK + "</p>"] if exhibit.stamped else []),
        f"<p>The key's name and id are <code>{escape(exhibit.key.name)}+{exhibit.key.key_id.hex()}</code>. <code>verify.py</code> is"
        " short and can be read; whoever trusts neither it nor us writes another from the formats' description.</p>",
        "<h2>The files</h2>",
        _list([(name, what) for name, what in _FILES.items() if name in names]),
    ]
    if exhibit.text is not None:
        parts += _text(exhibit)
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _facts(exhibit: Exhibit) -> list[tuple[str, str]]:
    entry = exhibit.entry
    facts: list[tuple[str, object]] = [("Kind", entry["kind"]), ("Page", entry["page"])]
    if entry["kind"] == "observation":
        facts += _look(entry)
    else:
        facts.append(("At", entry["at"]))
    if exhibit.stamped is not None:
        stamped = exhibit.stamped
        facts.append(
            ("Was there by", f"{stamped.at}, as {stamped.authority} states in its time stamp of the checkpoint")
        )
    if exhibit.redacted_by is not None:
        facts.append(("The body", f"was redacted by entry {exhibit.redacted_by} of the log; its digest stays"))
    facts += [(f"Later, entry {seq}", f"{kind} (somebody's act on this observation)") for seq, kind in exhibit.later]
    return [(name, "unknown" if value is None else str(value)) for name, value in facts]


def _look(entry: Json) -> list[tuple[str, object]]:
    judged = entry["judged"]
    reason = f" ({judged['reason']})" if judged["reason"] else ""
    tls = entry["tls"]
    return [
        ("Address asked", entry["url"]),
        ("Address that answered", entry["final_url"]),
        ("At, by the archive's clock", entry["observed_at"]),
        ("The server's clock was ahead by (seconds)", entry["date_skew_s"]),
        ("How it came", entry["via"]),
        ("Answer", f"{entry['http_version']} {entry['status']} {entry['status_reason']}" if entry["status"] else None),
        ("From", entry["peer"]),
        ("TLS", None if tls is None else f"{tls['version']}, certificate {'' if tls['verified'] else 'not '}verified"),
        (
            "Body",
            None if entry["body_sha256"] is None else f"{entry['body_bytes']} bytes, SHA-256 {entry['body_sha256']}",
        ),
        ("How the body ended", entry["end"]),
        ("Taken then for", f"{judged['outcome']}{reason}"),
    ]


def _text(exhibit: Exhibit) -> list[str]:
    assert exhibit.text is not None
    how = "as it was read then" if exhibit.text.then else f"as it was read later, by {exhibit.text.version}"
    return [f"<h2>The text, {escape(how)}</h2>", f'<pre dir="auto">{escape(exhibit.text.text)}</pre>']


def _list(facts: list[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts) + "</dl>"
