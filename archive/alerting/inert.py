"""A page's words made harmless for mail and chat: nothing of them steers a header, a client, a mention, a link or a template.

Where a client would act on characters, an invisible WORD JOINER stands between them, so that the wording reads as it was.
"""

from __future__ import annotations

import re
import unicodedata

from archive.diff.looks import character_name
from archive.diff.redline import needs_name

JOINER = "\u2060"
_ISOLATES = {"auto": "\u2068", "rtl": "\u2067", "ltr": "\u2066"}
_END = "\u2069"

# Before each of these places a client might act: on a scheme, a host or mail address, a mention or tag, a command, an emoji
# name, a link or image of Markdown, a reference of a chat, a template.
_ACTS = re.compile(
    r"(?<=[A-Za-z]:)(?=//)"
    r"|(?<=/)(?=/)"
    r"|(?<=\w[.\uff0e])(?=[^\W\d_]{2})"
    r"|(?<=\d[.])(?=\d{1,3}[.]\d{1,3}[.]\d{1,3}(?!\d))"
    r"|(?<=[@\uff20\ufe6b])(?=\S)"
    r"|(?<=[#!/\uff03])(?=[\w*\"'])"
    r"|(?<=\$)(?=[A-Za-z])"
    r"|(?<=\w)(?=[@\uff20])"
    r"|(?<=:)(?!\d{1,2}:)(?=[\w+-]+:)"
    r"|(?<=[A-Za-z]:)(?=[^\s/:])"
    r"|(?<=\])(?=[(\[:])"
    r"|(?<=<)(?=[!@#/%?:&A-Za-z])"
    r"|(?<=[{$%#])(?=[{(%])"
    r"|(?<=\[)(?=\[)"
    r"|(?<=`)(?=`)"
)
_MARKDOWN = re.compile(r"[\\`*_~\[\]<>#|!&]")
_STARTS = re.compile(
    r"(\s*(?:\d{1,9}(?=[.)]))?)([-+=.)])"
)  # a list's item, a rule or an underline, where a line begins
_LINE_ENDS = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_NEAR = 40  # characters around a place that tell whether a client might act there
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_LETTERS = _RIGHT_TO_LEFT | {"L"}


def inert(text: str) -> str:
    """A page's words on one line, for a place where plain text may be acted on.

    >>> inert("see https://x.example @all").replace(JOINER, "|")
    'see https:|/|/|x.|example @|all'
    """
    return _named(_ACTS.sub(JOINER, _LINE_ENDS.sub(" ", text)))


def _named(line: str) -> str:
    return "".join(f"<{character_name(char)}>" if needs_name(char) else char for char in line)


def joined(before: str, after: str) -> str:
    """What has to stand between two texts that are inert each: a joiner where a client might act on both together."""
    end = before[-_NEAR:]
    acts = any(match.start() == len(end) for match in _ACTS.finditer(end + after[:_NEAR]))
    return JOINER if acts else ""


def in_markdown(line: str) -> str:
    """One line as Markdown that shows it as it is.

    >>> in_markdown("1. *a* [b]"), in_markdown("- c")
    ('1\\\\. \\\\*a\\\\* \\\\[b\\\\]', '\\\\- c')
    """
    told = _MARKDOWN.sub(r"\\\g<0>", line)
    begin = _STARTS.match(told)
    return told if begin is None else f"{begin[1]}\\{told[begin.start(2) :]}"


def isolated(text: str) -> str:
    """The same inside a sentence of ours: right-to-left words don't turn the sentence round."""
    return _set_apart(inert(text))


def apart(text: str) -> str:
    """A page's words inside a line of ours, where no client acts on them: of one line, and not turning it round."""
    return _set_apart(_named(_LINE_ENDS.sub(" ", text)))


def _set_apart(told: str) -> str:
    return isolated_block(told) if turns(told) else told


def turns(text: str) -> bool:
    """Whether any of a text runs from right to left."""
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def isolated_block(text: str, direction: str = "auto") -> str:
    """An inert text that what stands around it does not turn, nor it them; without a letter it is left as it is."""
    if not any(unicodedata.bidirectional(char) in _LETTERS for char in text):
        return text
    return f"{_ISOLATES[direction]}{text}{_END}"


def cut(text: str, length: int) -> str:
    """At most so many characters, with an ellipsis where some were left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
