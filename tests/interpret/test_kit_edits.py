"""Real edits, in every place a reader sees: told, and with the words that changed."""

from __future__ import annotations

import pytest

from .page_makers import FRAMES, SITES, SOME_FRAMES, long_page, page_of, told

# language: (what stood, what stands) within the first five paragraphs
SMALL = {
    "en": ("ninety days", "sixty days"), "fr": ("Odile Marchal", "Sylvie Morin"), "de": ("ist die Ausweisung", "war die Ausweisung"), "es": ("quince días", "veinte días"),
    "pt": ("um quinto", "um quarto"), "it": ("tre giorni", "due giorni"), "nl": ("zes kilometer", "negen kilometer"), "sv": ("tolv meter", "tio meter"), "fi": ("kolmen vuoden", "viiden vuoden"),
    "pl": ("czterdzieści złotych", "pięćdziesiąt złotych"), "cs": ("padesát minut", "šedesát minut"), "hu": ("kétszer", "háromszor"), "ro": ("doi ani", "trei ani"), "bg": ("пет години", "три години"),
    "el": ("τρία δρομολόγια", "δύο δρομολόγια"), "sr": ("десет метара", "осам метара"), "ru": ("тридцати шести", "двадцати пяти"), "uk": ("виконує обов'язки з травня", "призначений у червні"),
    "kk": ("отыз жұмыс", "он бес жұмыс"), "ky": ("Сапаровна", "Асановна"), "hy": ("երեք տարի", "հինգ տարի"), "ka": ("ხუთი წლის", "სამი წლის"), "tr": ("yirmi metreyi", "on metreyi"), "az": ("on gün", "beş gün"),
    "ar": ("ثلاثين يوما", "ستين يوما"), "fa": ("سی روز", "شصت روز"), "he": ("עשרים שקלים", "שלושים שקלים"), "hi": ("पाँच एकड़", "दो एकड़"), "th": ("สามสิบวัน", "สิบห้าวัน"), "vi": ("hai mươi", "ba mươi"),
    "id": ("sepuluh meter", "lima meter"), "zh": ("二十四小时", "四十八小时"), "ja": ("三年以内", "五年以内"), "ko": ("이십 일", "십 일"), "mt": ("mitt ewro", "mitejn ewro"),
}  # fmt: skip


@pytest.mark.parametrize("language", SMALL)
def test_a_small_edit_in_a_long_page_is_told(language, history):
    old, new = SMALL[language]
    frame = sorted(FRAMES)[sum(map(ord, language)) % len(FRAMES)]
    history.look(long_page(language, frame, count=40))
    before = history.text

    assert (
        history.look(
            long_page(
                language,
                frame,
                count=40,
                change=lambda text: text.replace(old, new, 1).replace(
                    old.replace("'", "&#x27;"), new.replace("'", "&#x27;"), 1
                ),
            )
        )
        == "changed"
    )
    assert told(before, history.text)
    assert new in history.text


PLACES = {
    "list item": "<ul><li>Passport</li><li>{}</li><li>Two photographs</li></ul>",
    "nested list": "<ol><li>Documents:<ol><li>Passport</li><li>{}</li></ol></li><li>Fee</li></ol>",
    "table cell": "<table><thead><tr><th>Class</th><th>Fee</th></tr></thead><tbody><tr><td>A</td><td>{}</td></tr><tr><td>B</td><td>30 marks</td></tr></tbody></table>",
    "table head": "<table><tr><th>Class</th><th>{}</th></tr><tr><td>A</td><td>30 marks</td></tr></table>",
    "table caption": "<table><caption>{}</caption><tr><td>A</td><td>30 marks</td></tr><tr><td>B</td><td>40 marks</td></tr></table>",
    "heading": "<h2>{}</h2><p>Applications are received on working days.</p>",
    "small heading": "<h5>{}</h5><p>Applications are received on working days.</p>",
    "footnote": '<p>The fee is paid in cash.<sup><a href="#fn1">1</a></sup></p><div class="footnotes"><hr><ol><li id="fn1"><p>{} <a href="#r1">↩</a></p></li></ol></div>',
    "small print": "<p><small>{}</small></p>",
    "details": "<details><summary>Who may apply</summary><p>{}</p></details>",
    "summary": "<details><summary>{}</summary><p>Every resident may apply.</p></details>",
    "quote": "<blockquote><p>{}</p><footer>— The Minister</footer></blockquote>",
    "definition": "<dl><dt>Resident</dt><dd>{}</dd><dt>Visitor</dt><dd>A person on a journey</dd></dl>",
    "definition term": "<dl><dt>{}</dt><dd>A person registered with a district</dd></dl>",
    "caption of a picture": '<figure><img src="/m.jpg" alt=""><figcaption>{}</figcaption></figure>',
    "link text": '<p>See also: <a href="/order">{}</a>.</p>',
    "emphasis": "<p>Applications <b>{}</b> are sent back.</p>",
    "address": "<address>Aliens Board<br>{}<br>Karsk</address>",
    "pre": "<pre>Account 1044\n{}\nNorland State Bank</pre>",
    "line after break": "Fees:<br>30 marks<br>{}<br>",
    "inserted and deleted": "<p>The office opens at <del>eight</del> <ins>{}</ins>.</p>",
    "aside in the text": '<aside class="note"><p>{}</p></aside>',
    "notice box": '<div class="alert alert-warning"><strong>Note</strong> {}</div>',
    "accordion": '<div class="accordion"><div class="card"><div class="card-header"><button>Fees</button></div><div class="collapse"><div class="card-body">{}</div></div></div></div>',
    "tab": '<div role="tabpanel" class="tab-pane fade"><p>{}</p></div>',
    "div without paragraph": "<div><div>{}</div></div>",
    "span": "<span>{}</span>",
    "font": "<font size=2 color=navy>{}</font><br><br>",
    "centred": "<center>{}</center>",
    "button link": '<p><a class="btn" href="/f.pdf">{}</a></p>',
    "contact card": '<div class="vcard"><span class="fn">Ada Winter</span><span class="tel">{}</span></div>',
    "person card": '<div class="person"><img src="/w.jpg" alt=""><h3>{}</h3><p>Minister</p></div>',
    "last line": "<p>{}</p>",
}  # fmt: skip
OLD, NEW = "Four hundred and twelve seats", "Three hundred and ninety seats"


@pytest.mark.parametrize("frame", SOME_FRAMES)
@pytest.mark.parametrize("place", PLACES)
def test_an_edit_is_told_wherever_it_stands(place, frame, history):
    body = SITES["en"].body
    history.look(page_of("en", frame, body=[*body, PLACES[place].format(OLD)]))
    history.look(page_of("en", frame, body=[*body, PLACES[place].format(OLD)], extra="<!-- again -->"))
    before = history.text

    assert history.look(page_of("en", frame, body=[*body, PLACES[place].format(NEW)])) == "changed"
    assert OLD in before
    assert NEW in history.text
    assert told(before, history.text)


TINY = {
    "a negation": ("may appeal", "may not appeal"), "a number": ("120 marks", "210 marks"), "a modal": ("may enter", "must enter"), "a name": ("Norland", "Nordland"),
    "one letter": ("refused", "refusal"), "a comma": ("fourteen days", "fourteen, days"), "upper case": ("Aliens Board", "aliens board"), "two words": ("with a valid passport", "with valid papers"),
}  # fmt: skip


@pytest.mark.parametrize("name", TINY)
def test_a_tiny_edit_is_told(name, history):
    old, new = TINY[name]
    history.look(page_of("en", "bootstrap"))

    assert (
        history.look(page_of("en", "bootstrap", body=[line.replace(old, new) for line in SITES["en"].body]))
        == "changed"
    )


@pytest.mark.parametrize("frame", SOME_FRAMES)
@pytest.mark.parametrize("language", ["en", "fr", "uk", "ky", "zh"])
def test_a_person_who_leaves_a_list_and_one_who_comes_are_told(language, frame, history):
    people = [
        "Bo Lind|Minister of Trade",
        "Ada Winter|Minister of Justice",
        "Karl Oster|Minister of Health",
        "Eva Noor|Minister of Labour",
        "Jon Arnesen|Minister of Fisheries",
    ]

    def cards(names):
        return "".join(
            '<div class="card"><div class="card-body"><h4><a href="/p">{}</a></h4><p>{}</p></div></div>'.format(
                *name.split("|")
            )
            for name in names
        )

    history.look(page_of(language, frame, body=[cards(people)]))
    assert history.look(page_of(language, frame, body=[cards(people[:3] + people[4:])])) == "changed"
    assert "Eva Noor" not in history.text
    history.looks += 24 * 40  # what changes again within hours is taken for something that changes by itself
    assert (
        history.look(page_of(language, frame, body=[cards([*people[:3], "Ida Holm|Minister of Labour", people[4]])]))
        == "changed"
    )
    assert "Ida Holm" in history.text
