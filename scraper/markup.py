"""From characters to a tree of what a reader sees: parsed in bounded time, scripts and hidden parts taken out."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from hashlib import sha256

from lxml import etree

PARSER_VERSION = (
    "lxml " + ".".join(map(str, etree.LXML_VERSION[:3])) + " libxml2 " + ".".join(map(str, etree.LIBXML_VERSION))
)

_MOST_ATTRIBUTES = 400
_LONG_TAG = 6000  # characters from which a tag's attributes are counted
_TAG_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)\s")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_NEVER_SHOWN = (
    *(
        "script",
        "style",
        "template",
        "noscript",
        "object",
        "iframe",
        "svg",
        "datalist",
        "audio",
        "video",
        "canvas",
        "dialog",
        "noframes",
    ),
    *("annotation", "annotation-xml"),
)
_STYLES = etree.XPath("//@style")
_HIDDEN = etree.XPath("//@hidden")
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_TEXT = etree.XPath("string()")
_ENCODED = etree.XPath("//@data-cfemail")
_FOR_LISTENERS = re.compile(r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-reader-(?:text|only))(?:\s|$)")
_ICON_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class Unparsable(Exception):
    """The markup can't be parsed within its limits; the message says which."""


def parse(text: str) -> etree._Element | None:
    """The tree of a page; None where there is no element at all.

    Depth is bounded by libxml2 (2,048), attributes of one tag by us, since the parser's time grows with their square.
    Raises Unparsable, and MemoryError where libxml2 got no more.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    data = _bounded_tags(text).encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as broken:
        if broken.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None
        if data.strip() and "empty" not in str(broken).lower():
            raise Unparsable(str(broken)) from None
        return None
    except (AssertionError, ValueError) as broken:  # lxml's own words for a document without a root
        raise Unparsable(str(broken)) from None
    for entry in parser.error_log:
        if entry.type_name == "ERR_NO_MEMORY":
            raise MemoryError
        if entry.type_name == "ERR_RESOURCE_LIMIT" or entry.level_name == "FATAL":
            raise Unparsable(entry.message)
    return root


def take_out_invisible(root: etree._Element) -> list[etree._Element]:
    """Remove from the tree what no reader sees, and give it back; the text that follows such a part stays.

    Addresses that a proxy hid from robots are written out, as its script does for a reader.
    """
    for code in _ENCODED(root):
        _write_out(code.getparent())
    removed = [
        element for element in root.iter(*_NEVER_SHOWN) if element.tag != "dialog" or element.get("open") is None
    ]
    removed += [style.getparent() for style in _STYLES(root) if _HIDING.search(style)]
    removed += [hidden.getparent() for hidden in _HIDDEN(root) if hidden.lower() not in ("false", "until-found")]
    removed += [element for element in root.iter("i", "span") if _is_for_no_reader(element)]
    _remove(removed)
    return removed


def _remove(elements: Sequence[etree._Element]) -> None:
    """Take elements out of their tree, where they can be, and keep the text that follows each.

    From the last to the first, so that what is nested costs no more; texts that meet are joined once, however many they are.
    """
    meeting: dict[tuple[etree._Element, bool], deque[str]] = {}  # for the text after an element, or the first in it
    for element in reversed(elements):
        parent = element.getparent()
        if parent is None or element.tag in ("html", "body"):
            continue
        texts = meeting.pop((element, True), None)
        if element.tail:
            texts = texts or deque()
            texts.appendleft(element.tail)
            element.tail = None
        if texts:
            before = element.getprevious()
            place = (parent, False) if before is None else (before, True)
            if place in meeting:
                meeting[place].extend(texts)
            else:
                meeting[place] = texts
        parent.remove(element)
    for (element, follows), texts in meeting.items():
        if follows:
            element.tail = (element.tail or "") + "".join(texts)
        else:
            element.text = (element.text or "") + "".join(texts)


def _is_for_no_reader(element: etree._Element) -> bool:
    """Whether part of a line is an icon, or only there to be read aloud ("opens in a new window")."""
    classes = element.get("class")
    if classes is None:
        return element.get("data-sr-only") is not None
    dashed = "-" in classes
    if not dashed and "icon" not in classes:
        return False
    return (dashed and _FOR_LISTENERS.search(classes) is not None) or _is_icon(element, classes)


def _is_icon(element: etree._Element, classes: str) -> bool:
    """Whether an element's text is the name of a picture in an icon font, or repeats the classes that choose one."""
    if len(element):
        return False
    text = (element.text or "").strip()
    if "material-" in classes or ("icon" in classes and element.tag == "i"):
        return _ICON_NAME.fullmatch(text) is not None or ("-" in text and text in classes)
    return "-" in text and text in classes


def _write_out(element: etree._Element) -> None:
    """Put the e-mail address in the place of its stand-in: hex, each byte combined with the first by exclusive or."""
    try:
        key, *data = bytes.fromhex(element.get("data-cfemail") or "")
        address = bytes(byte ^ key for byte in data).decode("utf-8")
    except ValueError:
        return
    if "@" in address and address.isprintable():
        element[:] = []
        element.text = address


def visible_text(root: etree._Element) -> str:
    """All text of the tree, as it stands there."""
    return str(_TEXT(root))


def digest(text: str) -> str:
    """SHA-256 of a text, lower-case hex."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _bounded_tags(text: str) -> str:
    """The markup with the attributes dropped of tags that have too many."""
    parts, begin, done = [], 0, 0
    while begin + _LONG_TAG <= len(text):
        border = text.rfind(">", begin, begin + _LONG_TAG)
        if border >= 0:
            begin = border + 1
            continue
        end = text.find(">", begin + _LONG_TAG)
        end = len(text) if end < 0 else end
        bounded = _bounded_tag(text[begin:end])
        if len(bounded) < end - begin:
            parts += [text[done:begin], bounded]
            done = end
        begin = end + 1
    return "".join((*parts, text[done:])) if parts else text


def _bounded_tag(piece: str) -> str:
    """What stands before a ">", with the attributes dropped of the tag in it if it has too many."""
    start = piece.rfind("<") if piece.count('"') % 2 == 0 else piece.find("<")
    name = _TAG_NAME.match(piece, start) if start >= 0 else None
    if name is None:
        return piece
    bare = _QUOTED.sub("", piece[start:])
    if bare.count("=") > _MOST_ATTRIBUTES or len(bare.split()) > _MOST_ATTRIBUTES:
        return f"{piece[:start]}<{name[1]}"
    return piece
