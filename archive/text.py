"""Text as it is read: passages (sentences), words and folded forms, in any script, by plain rules and no model.

Offsets are always into the raw text, in characters of a Python `str`. Nothing here looks further back or ahead than a
few words, so time grows with the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

Span = tuple[int, int]

# Characters that show nothing: soft hyphen, joiners, bidirectional controls, variation selectors, tags.
_INVISIBLE_BASIC = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
_INVISIBLE_OTHER = "\U000e0000-\U000e0fff"
INVISIBLE = _INVISIBLE_BASIC + _INVISIBLE_OTHER
INVISIBLES = re.compile(f"[{INVISIBLE}]+")

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
THAI_LEADING = "\u0e40-\u0e44\u0ec0-\u0ec4"  # vowels written before their consonant: a syllable starts here
THAI = "\u0e01-\u0e3a\u0e45-\u0e4e\u0e50-\u0e59\u0e81-\u0ebd\u0ec6-\u0ed9\u0edc-\u0edf"
SYLLABIC = "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer: no spaces between words
RUNS_ON = re.compile(f"[{HAN}{HIRAGANA}{KATAKANA}{THAI_LEADING}{THAI}{SYLLABIC}]")  # scripts without spaces
DENSE = re.compile(f"[{HAN}{HIRAGANA}{KATAKANA}\uac00-\ud7a3]")  # scripts in which a letter is a syllable or a word
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_TELLING = 4_000  # characters, by which a text's direction is told
_LETTERS = re.compile(r"[^\W\d_]+")
_OWN_UNITS = HAN + HIRAGANA + KATAKANA + THAI_LEADING + THAI + SYLLABIC


def direction(text: str) -> str:
    """ "rtl" or "ltr" as most words of a text are written, of its first 4,000 characters; "auto" if it has no letter.

    The first strong character, by which HTML's own `auto` goes (UAX 9, P2), lays a paragraph out wrongly that is Arabic
    but begins with a name in Latin letters. Since such text quotes Latin names more than the other way round, two
    words of five decide.

    >>> direction("UNRWA تقدم المساعدة للاجئين"), direction("The word שלום means peace"), direction("1948–1967")
    ('rtl', 'ltr', 'auto')
    """
    if not _RIGHT_TO_LEFT.search(text, 0, _TELLING):
        return "ltr" if _LETTERS.search(text, 0, _TELLING) else "auto"
    words = _LETTERS.findall(text, 0, _TELLING)
    if not words:
        return "auto"
    turned = sum(_RIGHT_TO_LEFT.match(word) is not None for word in words)
    return "rtl" if 5 * turned >= 2 * len(words) else "ltr"


@cache
def _glue() -> str:
    """Matches a combining mark or an invisible character: what joins a word without being a letter of it.

    Those beyond the basic plane stand apart, since their class is slow and few characters need it.
    """
    codes = (*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0))
    marks = [chr(code) for code in codes if unicodedata.category(chr(code))[0] == "M"]
    basic = "".join(mark for mark in marks if mark < "\U00010000")
    other = "".join(mark for mark in marks if mark >= "\U00010000")
    return f"(?:[{basic}{_INVISIBLE_BASIC}]|(?=[\U00010000-\U0010ffff])[{other}{_INVISIBLE_OTHER}])"


@cache
def _word_source() -> str:
    glue = _glue()
    return (
        f"(?:[^\\W_{_OWN_UNITS}]+|{glue}+)+"
        f"|[{HAN}]{glue}*"
        f"|[{HIRAGANA}\u30fc]{glue}*(?:[{HIRAGANA}\u30fc]|{glue})*"
        f"|[{KATAKANA}](?:[{KATAKANA}]|{glue})*"
        f"|[{THAI_LEADING}](?:[{THAI}]|{glue})*|[{THAI}](?:[{THAI}]|{glue})*"
        f"|[{SYLLABIC}]{glue}*"
    )


@cache
def word_pattern() -> re.Pattern[str]:
    """Matches one word: a run of letters, digits and marks; one Han character; a run of one kana; a Thai syllable group."""
    return re.compile(_word_source())


@cache
def token_pattern() -> re.Pattern[str]:
    """Matches one word or one sign (with what modifies it); white space is between tokens."""
    return re.compile(f"{_word_source()}|[^\\w\\s](?:[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[^\\w\\s])*|_")


def words(text: str) -> list[str]:
    """The words of a text, without white space and signs.

    >>> words("2013年3月14日 — Erlan's «speech»")
    ['2013', '年', '3', '月', '14', '日', 'Erlan', 's', 'speech']
    """
    return word_pattern().findall(text)


# --- sentences -------------------------------------------------------------------------------------------------------

_CLOSERS = "\"'»”’›」』）】》〉〕)\\]"
_FULL_STOPS = "。！？｡．؟۔।॥։።៕፧᙮꓿᠃᠉"  # need no space after them
_STOPS = ".!?…‼⁇⁈⁉;\u037e"
_BREAK = re.compile(  # begins with a set of characters, by which the next one is found fast
    f"[\\n{_FULL_STOPS}{_STOPS}](?:"
    "(?<=\\n)(?P<border>[^\\S\\n]*\\n\\s*)"
    f"|(?<=[{_FULL_STOPS}])(?P<full>[{_FULL_STOPS}!?…]*+[{_CLOSERS}]*+)\\s*"
    f"|(?<=[{_STOPS}])(?<![{_STOPS}][{_STOPS}])[{_STOPS}]*+[{_CLOSERS}]*+(?P<space>\\s+))"
)
_OPENERS = "\"'«“‘„‚‹「『（【《〈〔([–—-"
_WORD_BEFORE = re.compile(r"[^\s(«„“\"'\[]*\Z")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*|[IVXLC]{1,6}|[a-zа-я]", re.IGNORECASE)
BORDER = re.compile(r"\n[^\S\n]*\n")  # between paragraphs
_GOES_ON_AFTER_QUOTE = frozenset("、，,とはがのをでもにへや")
_NEXT_WORD = re.compile(r"[^\W\d_]+")

# Short forms after which a capital or a figure goes on with the same sentence. Lower case, without the last point.
_SHORT_FORMS = frozenset(
    """
    no nos nr mr mrs ms dr prof st sr jr vs vol art arts para sec ch fig pp p al cf e.g i.e ed eds gen col lt capt sgt
    sen rep gov hon rev messrs mme mlle mm ca approx dept est inc ltd co corp jan feb mar apr jun jul aug sep sept oct
    nov dec u.s u.k u.n
    № т п г гг в вв ст стр см ср др пр проф акад ул им рис табл гл млн млрд тыс руб коп тел обл р т.е т.к т.н
    и.о н.э зам пом гос мин ген полк б с
    abs bzw d.h z.b u.a o.ä str tel ziff ggf evtl inkl zzgl vgl hrsg nr s
    m n° av env éd cit fasc
    sra srta ud uds dña d núm pág págs art avda
    ing dott sig avv
    тов жж ғ ғғ бб
    """.split()  # noqa: SIM905
)
_MONTHS = frozenset(
    """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    leden únor január február marec apríl máj jún júl október december
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta
    """.split()  # noqa: SIM905
)
_UNITS = frozenset("m s p sec руб коп тыс млн млрд р".split())  # noqa: SIM905 -- after a figure no short form of a word
_FIGURE_BEFORE = re.compile(r"[0-9]\s?\Z")
_LETTER_AND_POINT = re.compile(r"[^\W\d_]\.")
_CLAUSES_BY_SPACE = re.compile(f"[{THAI}]")
# A space between clauses rather than words: what follows is longer than a month, a unit or most single words, and no "and".
_CLAUSE_BREAK = re.compile(
    f'(?<=[{THAI}0-9"”»)])(?<![ๆໆ]) +(?=[{THAI_LEADING}{THAI}]{{12}})(?![ฯຯ๐-๙໐-໙])'
    "(?!และ|หรือ|แต่|ซึ่ง|โดย|เพื่อ|ที่|ว่า|รวม|ตาม|กับ|ใน|จาก|แล้ว|ແລະ|ຫຼື|ໂດຍ|ເພື່ອ|ທີ່)"
)
_LONG_ENOUGH = 7  # letters: a word this long before a point is no short form, even if lower case follows


def _first_letter(text: str, at: int) -> int:
    """Where the next word begins, past opening quotes and brackets."""
    ahead = at
    while ahead < len(text) and text[ahead] in _OPENERS and ahead < at + 3:
        ahead += 1
    return ahead


def _has_case(char: str) -> bool:
    """Whether sentences of its script begin with a capital; Georgian has capitals, but for headlines."""
    return char.lower() != char.upper() and not "\u10d0" <= char <= "\u10ff"


def _is_lower(char: str) -> bool:
    return char.islower() and _has_case(char)


def _goes_on(text: str, stop: int, marks: int, following: int) -> bool:
    """Whether the sentence goes on after `marks` stops at `stop`, where the next text begins at `following`."""
    ahead = _first_letter(text, following)
    first = text[ahead] if ahead < len(text) else ""
    mark = text[stop]
    if mark in ";\u037e":  # the Greek question mark
        return not (stop and "\u0370" <= text[stop - 1] <= "\u1fff" and first.isupper())
    if mark != "." or marks > 1:
        return _is_lower(first)
    before = _WORD_BEFORE.search(text, max(0, stop - 24), stop)
    word = before.group() if before else ""
    if _is_lower(first):
        return len(word) < _LONG_ENOUGH or not word.isalpha()
    return _is_short(text, word, stop, ahead)


def _is_short(text: str, word: str, stop: int, ahead: int) -> bool:
    """Whether the point after `word` marks a short form, an initial or a list number rather than an end."""
    first = text[ahead] if ahead < len(text) else ""
    if len(word) == 1 and (
        (word.isupper() and first.isupper())
        or _LETTER_AND_POINT.match(text, ahead)
        or (word.isalpha() and not _has_case(word) and not DENSE.match(word))
    ):
        return True
    if word and _CLAUSES_BY_SPACE.match(word[-1]):  # no stop of its script
        return True
    if word.lower() in _SHORT_FORMS and (first.isupper() or first.isdigit()):
        start = stop - len(word)
        return not (word in _UNITS and first.isupper() and _FIGURE_BEFORE.search(text, max(0, start - 2), start))
    if not _NUMBER.fullmatch(word):
        return False
    start = stop - len(word)
    if start == 0 or text[start - 1] == "\n":  # "1. The parties" at the start of a passage
        return True
    following = _NEXT_WORD.match(text, ahead)
    return following is not None and word.isdigit() and len(word) <= 2 and following.group().lower() in _MONTHS


def _full_stop_goes_on(text: str, end: int, following: int) -> bool:
    """Whether a sentence goes on after a full stop of its own script: 「…。」と言った, ３．５."""
    quoted = text[end - 1] in _CLOSERS
    inside = following == end and text[end - 1] == "．" and text[following : following + 1].isdigit()
    return inside or (quoted and text[following : following + 1] in _GOES_ON_AFTER_QUOTE)


def passages(text: str) -> list[Span]:
    """The sentences, headings, list items and table rows of a text: paragraphs (blank lines between) cut at sentence ends.

    Spans hold no white space at their ends, are never empty, and everything outside them is white space.

    >>> text = "Article 1\\n\\nMr. Idrissov met 27 participants. They agreed on No. 242."
    >>> [text[a:b] for a, b in passages(text)]
    ['Article 1', 'Mr. Idrissov met 27 participants.', 'They agreed on No. 242.']
    """
    spans: list[Span] = []
    start = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    for found in _BREAK.finditer(text, start, last):
        following = found.end()
        if found.lastgroup == "space":
            end = found.start("space")
            border = "\n" in found["space"] and BORDER.search(found["space"])
            if not border and _goes_on(text, found.start(), 1 if text[found.start() + 1].isspace() else 2, following):
                continue
        elif found.lastgroup == "full":
            end = found.end("full")
            if _full_stop_goes_on(text, end, following):
                continue
        else:
            end = len(text[start : found.start()].rstrip()) + start
        if end > start:
            spans.append((start, end))
        start = following
    if last > start:
        spans.append((start, last))
    if not text.isascii() and _CLAUSES_BY_SPACE.search(text):
        return [clause for span in spans for clause in _clauses(text, *span)]
    return spans


def _clauses(text: str, start: int, end: int) -> list[Span]:
    """A sentence cut at spaces where the script has no stops and sets spaces between clauses: Thai, Lao."""
    found: list[Span] = []
    for space in _CLAUSE_BREAK.finditer(text, start, end):
        found.append((start, space.start()))
        start = space.end()
    return [*found, (start, end)]


# --- folded forms ----------------------------------------------------------------------------------------------------

# What decomposition leaves: letters with strokes, dotless i, forms of one Arabic letter, signs with the same meaning.
_FOLDED = {
    pair[0]: pair[1:]
    for pair in [
        "łl",
        "øo",
        "đd",
        "ħh",
        "ŧt",
        "ıi",
        "ʻ'",
        "ʼ'",
        "’'",
        "‘'",
        "`'",
        "´'",
        '“"',
        '”"',
        '„"',
        '«"',
        '»"',
        "‐-",
        "‑-",
        "‒-",
        "–-",
        "—-",
        "−-",
        "يی",
        "ىی",
        "كک",
        "ةه",
    ]
} | {
    "\u0640": "",  # tatweel
    "\u05be": "-",
}
_FOLDABLE = re.compile(f"[{''.join(_FOLDED)}]")
_BEYOND_BASIC = re.compile("[\U00010000-\U0010ffff]")
# Marks that a person may leave out when searching: diacritics of Latin, Cyrillic and Greek, Arabic and Hebrew vowels.
_LOOSE_CLASSES = frozenset({*range(10, 36), 202, 214, 216, 218, 220, 222, 224, 226, 228, 230, 232, 233, 234, 240})
_KEPT_MARKS = re.compile("[\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3099\u309a]")


@cache
def _loose() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Match loose marks: those of the basic plane, and those beyond, since a class of both is slow."""
    marks = [chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)) in _LOOSE_CLASSES]
    loose = [mark for mark in marks if not _KEPT_MARKS.match(mark)]
    basic = "".join(mark for mark in loose if mark < "\U00010000")
    other = "".join(mark for mark in loose if mark >= "\U00010000")
    return re.compile(f"[{basic}]+"), re.compile(f"[{other}]+")


def fold(text: str) -> str:
    """Text as phrases are searched in it: case and marks folded, no invisible characters, single spaces, any script.

    >>> fold("État  de\\n\\nPalestine — Йод, Ёлка")
    'etat de palestine - иод, елка'
    """
    if text.isascii():
        return " ".join(text.replace("`", "'").casefold().split())
    spread = unicodedata.normalize("NFKD", INVISIBLES.sub("", text).casefold())
    basic, other = _loose()
    bare = basic.sub("", spread)
    if _BEYOND_BASIC.search(bare):
        bare = other.sub("", bare)
    plain = _FOLDABLE.sub(lambda found: _FOLDED[found[0]], bare)
    return " ".join(unicodedata.normalize("NFC", plain).casefold().split())


def holds_phrase(folded: str, phrase: str) -> bool:
    """Whether a folded text holds a folded phrase, beginning where a word does; its end is left to inflection.

    >>> holds_phrase(fold("Both road maps failed."), fold("Road map")), holds_phrase(fold("Broad maps"), fold("road map"))
    (True, False)
    """
    at = folded.find(phrase) if phrase else -1
    while at >= 0:
        if at == 0 or not (_in_word(folded[at - 1]) and phrase[0].isalnum()) or RUNS_ON.match(phrase[0]):
            return True
        at = folded.find(phrase, at + 1)
    return False


def _in_word(char: str) -> bool:
    """Whether a word goes on after it: a letter, a figure, a mark."""
    return char.isalnum() or unicodedata.category(char)[0] == "M"
