"""What a reader can see: texts that differ in nothing visible, and letters that look alike."""

from __future__ import annotations

import unicodedata

from archive.text import INVISIBLES

# Letters of different scripts that look the same, folded to one of them. Pairs: what is written, what it looks like.
_ALIKE = (
    "АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX аa еe оo рp сc уy хx ІI іi ЈJ јj ЅS ѕs ԁd ԛq ԝw һh Һh ӏl ԌG "
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo νv ιi ρp αa κк "
    "ՕO օo հh ոn ցg ՏS ɑa ɡg ıi ǃ! "
    "يی ىی كک ہه ھه ةه"
)
_TABLE = {ord(pair[0]): pair[-1] for pair in _ALIKE.split()}

_NAMES = {
    "\x00": "NULL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x85": "NEXT LINE",
    "\xa0": "NO-BREAK SPACE",
}


def key_of(text: str) -> str:
    """The text as it is compared: composed (NFC), without what is invisible, white space as single spaces."""
    return " ".join(INVISIBLES.sub("", unicodedata.normalize("NFC", text)).split())


def is_plain(text: str) -> bool:
    """Whether nothing in it but white space needs normalising."""
    return text.isascii() or (unicodedata.is_normalized("NFC", text) and INVISIBLES.search(text) is None)


def looks(text: str) -> str:
    """What the text looks like: its key, with letters that look alike made the same.

    >>> looks("Kаzakhstan") == looks("Kazakhstan")  # the first has a Cyrillic а
    True
    """
    return unicodedata.normalize("NFC", key_of(text)).translate(_TABLE)


def character_name(char: str) -> str:
    """A character's number and name.

    >>> character_name("\\u200b")
    'U+200B ZERO WIDTH SPACE'
    """
    name = _NAMES.get(char) or unicodedata.name(char, "")
    return f"U+{ord(char):04X} {name}".rstrip()
