"""The encoding of bytes that declare none and are no UTF-8, by what reads like language in them."""

from __future__ import annotations

import codecs
import re

import webencodings

_SAMPLE = 120_000
_LONGEST_TAG = 5000
_CODE = re.compile(rb"<(?:script|style)\b", re.IGNORECASE)
_CODE_END = re.compile(rb"</(?:script|style)", re.IGNORECASE)
_LANG = re.compile(rb"<html\b[^>]{0,300}?\blang\s*=\s*[\"']?\s*([a-zA-Z]{2,3})", re.IGNORECASE)
_HIGH = re.compile(r"[^\x00-\x7f]+")
_RUN = re.compile(r"[^\W\d_]{2,}")

# Letters that make up most of any text of a language, the most frequent ones first.
_FREQUENT: dict[str, str] = {
    "gb18030": "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经部务政管理公司服息用户",
    "big5": "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經部務政管理公司服息",
    "shift_jis": "のにをはがとでたしるてなものいすれりかまきさらこあどうよくッンースルトリアタラムレク",
    "euc-jp": "のにをはがとでたしるてなものいすれりかまきさらこあどうよくッンースルトリアタラムレク",
    "euc-kr": "이다의는에을가하고를한지사로기은도대서해인자시정일리어나아그부수제전과장들보주만으",
    "windows-1251": "оеаинтсрвлкмдпуяыьгзбчйхжшюіїє",
    "koi8-r": "оеаинтсрвлкмдпуяыьгзбчйхжшю",
    "koi8-u": "оеаинтсрвлкмдпуяіїєґьгзбчйхжшю",
    "iso-8859-5": "оеаинтсрвлкмдпуяыьгзбчйхжшюіїє",
    "ibm866": "оеаинтсрвлкмдпуяыьгзбчйхжшю",
    "windows-1256": "المينوتربةعدسفهكحقجذصشخطءىئأإگپچ",
    "iso-8859-6": "المينوتربةعدسفهكحقجذصشخطءىئأإ",
    "windows-1253": "ατοιενσρκπμλςυδγίόάέήώχθφβηω",
    "iso-8859-7": "ατοιενσρκπμλςυδγίόάέήώχθφβηω",
    "windows-1255": "יוהלאתרמבנשדקעחפסטגכזםןצךףץ",
    "windows-874": "านรอกเงมยลวดทตสะปบคหแจพชขใไโผธ่้ัีิืุู็์",
    "windows-1250": "áéíóúýěščřžůďťňąćęłńśźżőűăâîșțđ",
    "iso-8859-2": "áéíóúýěščřžůďťňąćęłńśźżőűăâîđ",
    "windows-1254": "ıişğüöçİŞ",
    "windows-1257": "āčēģīķļņšūžėįųąęõäöü",
    "windows-1252": "éèêàâçîôûùëïñáíóúüöäßãõåæøœ’“”–«»°§",
}
_BY_LANGUAGE = {
    **dict.fromkeys(["pl", "cs", "sk", "hu", "sl", "hr", "ro"], "windows-1250"),
    **dict.fromkeys(["lt", "lv", "et"], "windows-1257"),
    **dict.fromkeys(["tr", "az"], "windows-1254"),
    **dict.fromkeys(["ru", "be", "bg", "mk", "sr", "kk", "ky", "tg", "mn"], "windows-1251"),
    "uk": "windows-1251",
    "el": "windows-1253",
    "he": "windows-1255",
    "th": "windows-874",
    **dict.fromkeys(["ar", "fa", "ur"], "windows-1256"),
    "zh": "gb18030",
    "ja": "shift_jis",
    "ko": "euc-kr",
}
_MULTIBYTE = ("gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")
_WESTERN = "windows-1252"


def detect(body: bytes) -> str:
    """The WHATWG name of the likeliest encoding; windows-1252 where nothing speaks for another."""
    if b"\x1b$B" in body or b"\x1b$@" in body:
        return "iso-2022-jp"
    sixteen = _sixteen_bits(body[:4000])
    if sixteen:
        return sixteen
    sample = _without_markup(body[:_SAMPLE])
    if sample.isascii():
        sample = body[:_SAMPLE]
    lang = _LANG.search(body[:4000])
    favourite = _BY_LANGUAGE.get(lang[1].decode("ascii").lower(), "") if lang else ""
    scores = {name: _score(sample, name) * (1.15 if name == favourite else 1.0) for name in _FREQUENT}
    best = max(_MULTIBYTE, key=scores.__getitem__)
    if scores[best] < 0.42:  # chance seldom makes pairs of bytes valid and readable; single bytes are always valid
        best = max(scores, key=scores.__getitem__)
        best = best if scores[best] > 0 else _WESTERN
    if best == "gb18030" and not re.search(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]", sample):
        return "gbk"
    return best


def _without_markup(sample: bytes) -> bytes:
    """The bytes with a space for each tag, comment and script; no end is looked for again where there was none before."""
    parts, done, ends = [], 0, {b"-->": True, b"</": True}
    begin = sample.find(b"<")
    while begin >= 0:
        end = 0
        if ends[b"-->"] and sample.startswith(b"<!--", begin):
            end = sample.find(b"-->", begin + 4) + 3
            ends[b"-->"] = end > 2
        elif ends[b"</"] and (code := _CODE.match(sample, begin)):
            closing = _CODE_END.search(sample, code.end())
            end = closing.end() if closing else 0
            ends[b"</"] = closing is not None
        if end < 3:
            end = sample.find(b">", begin + 1, begin + _LONGEST_TAG + 2) + 1
        if end:
            parts += [sample[done:begin], b" "]
            done = end
        begin = sample.find(b"<", end or begin + 1)
    return b"".join((*parts, sample[done:]))


def _sixteen_bits(head: bytes) -> str:
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < len(head) // 25 or not head or min(even, odd) > (even + odd) // 10:
        return ""
    return "utf-16le" if odd > even else "utf-16be"


def _score(sample: bytes, name: str) -> float:
    """How much of what is not ASCII reads as frequent letters of the encoding's languages: 0 to 1."""
    decoder = webencodings.lookup(name).codec_info.incrementaldecoder("strict" if name in _MULTIBYTE else "replace")
    try:
        text = decoder.decode(sample)
    except UnicodeDecodeError as broken:
        if name not in _MULTIBYTE or broken.start < len(sample) * 0.98:
            return 0.0
        text = sample[: broken.start].decode(codecs.lookup(name).name, "replace")
    high = "".join(_HIGH.findall(text))
    if not high:
        return 0.0
    frequent = _FREQUENT[name]
    counts = {char: high.count(char) for char in set(high)}
    hits: float = sum(counts.get(char, 0) for char in dict.fromkeys(frequent))
    odd = sum(
        count
        for char, count in counts.items()
        if not char.isalnum()
        and char not in "’“”–—«»°§…،؛؟、。，：；「」（）《》！？·・ー"
        and not "\u0e31" <= char <= "\u0e4e"
    )
    if name in ("gb18030", "big5"):
        hits -= sum(count for char, count in counts.items() if "\u3041" <= char <= "\u30fa")
        hits += 0.3 * sum(count for char, count in counts.items() if "\u4e00" <= char <= "\u9fff")
    mixed = sum(1 for word in _RUN.findall(text) if word[0].islower() and not word.islower())
    return max(0.0, (hits - 2 * odd - 3 * mixed) / len(high))
