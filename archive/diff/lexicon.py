"""Word lists behind the hints: what negates, and what says how binding or how warm a sentence is. By language.

A list is plain data: words in lower case; `stem*` matches every word that begins so, `~part` every word that holds it.
A language is told by its script and its commonest words; where no list fits there is no hint.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from archive.text import word_pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words of one kind: whole words, beginnings, and parts."""

    whole: frozenset[str]
    begins: tuple[str, ...]
    holds: tuple[str, ...]

    def has(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.begins) or any(part in word for part in self.holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What the hints of one language rest on."""

    language: str
    common: frozenset[str]
    negations: WordList
    modals: WordList
    helpers: WordList = field(default_factory=lambda: word_list(""))  # come and go with a negation: does, be, y
    prefixes: tuple[str, ...] = ()  # make a word its opposite
    infixes: tuple[str, ...] = ()  # negate a verb from inside
    endings: tuple[str, ...] = ()  # negate a verb at its end, in place of its own ending


# Letters that tell a language from those that share its script, where a text is short of its commonest words.
_LETTERS = {
    "uk": "іїєґ",
    "kk": "әғқұһі",
    "ky": "ңөү",
    "fa": "پچژگ",
    "pl": "ąćęłńśźż",
    "tr": "ğış",
    "vi": "ăđơưạảấầậắằặẹẻếềểệịọốồổộớờởợụủứừửữự",
}


def word_list(words: str) -> WordList:
    """Reads a list as it is written in this module."""
    entries = words.split()
    return WordList(
        whole=frozenset(entry for entry in entries if not entry.endswith("*") and not entry.startswith("~")),
        begins=tuple(entry[:-1] for entry in entries if entry.endswith("*")),
        holds=tuple(entry[1:] for entry in entries if entry.startswith("~")),
    )


def _lexicon(
    language: str,
    common: str,
    negations: str,
    modals: str,
    helpers: str = "",
    prefixes: str = "",
    infixes: str = "",
    endings: str = "",
) -> Lexicon:
    return Lexicon(
        language=language,
        common=frozenset(common.split()),
        negations=word_list(negations),
        modals=word_list(modals),
        helpers=word_list(helpers),
        prefixes=tuple(prefixes.split()),
        infixes=tuple(infixes.split()),
        endings=tuple(endings.split()),
    )


LEXICONS = (
    _lexicon(
        "en",
        "the of and to in is that for on with as by be this are or its",
        "not no never nor neither none nobody nothing nowhere without cannot n't t hardly barely refuse* refus* fail*"
        " lack* reject* den* oppos*",
        "must shall should may might can could will would ought need* require* oblige* recommend* advis* urge* demand*"
        " call* invit* request* allow* permit* forbid* prohibit* ban bans banned entitl* encourag* support* endorse*"
        " back backs backed welcom* note* noting noted regret* condemn* deplor* denounc* criticis* criticiz* concern*"
        " acknowledg* recogni* reaffirm* affirm* believ* consider* expect* hope* intend* plan* commit* pledg* promis*"
        " guarantee* ensure* strive* try tries tried mandatory optional voluntary compulsory",
        "do does did is are was were be been being has have had to any ever",
        "un in im il ir non dis mis",
    ),
    _lexicon(
        "fr",
        "le la les des du de et un une dans que qui pour par sur au aux est en ce cette",
        "ne n pas non aucun aucune jamais ni rien personne sans nul nulle point guère",
        "doit doivent devra devront devrait devraient devoir dû peut peuvent pourra pourront pourrait pourraient pouvoir"
        " faut faudra faudrait exig* recommand* invit* demand* appell* autoris* permet* interdi* obligatoire*"
        " facultati* souten* soutien* appui* appuy* salu* note notent noter prend* regrett* condamn* déplor* dénonc*"
        " reconna* réaffirm* estim* espèr* entend* engage* promet* garanti* veille*",
        "a ont est sont y plus en",
        "in im il ir non dé dés mal",
    ),
    _lexicon(
        "de",
        "der die das und in den von zu mit ist auf für des dem im nicht ein eine als auch",
        "nicht kein keine keinen keinem keiner keines nie niemals weder noch niemand nichts ohne kaum",
        "muss müssen musste muß soll sollen sollte sollten darf dürfen durfte kann können konnte könnte könnten mag"
        " möchte will wollen wird werden verpflicht* empf* forder* verlang* bitte* erlaub* gestatt* verb* unterstütz*"
        " befürwort* begrüß* bedauer* verurteil* kritisier* anerkenn* bekräftig* erwart* hoff* beabsichtig* zusag*"
        " gewährleist* freiwillig*",
        "hat haben ist sind zu",
        "un miss nicht",
    ),
    _lexicon(
        "es",
        "el la los las de del y en que un una por con para se es al su",
        "no ni nunca jamás ningún ninguna ninguno nadie nada sin tampoco",
        "debe deben deberá deberán debería deberían deber puede pueden podrá podrán podría podrían poder exig* recomiend*"
        " recomend* insta* invit* pid* solicit* permit* prohíb* prohib* obligatori* apoya* apoy* respald* acog* toma*"
        " nota lament* conden* denunci* reconoc* reafirm* consider* esper* comprom* promet* garantiz* tien* hay",
        "ha han es son",
        "in im i des",
    ),
    _lexicon(
        "pt",
        "o a os as de do da dos das e em que um uma por com para se é ao no na",
        "não nem nunca jamais nenhum nenhuma ninguém nada sem",
        "deve devem deverá deverão deveria deveriam pode podem poderá poderão poderia poderiam exig* recomend* insta*"
        " convid* ped* solicit* permit* proíb* proib* obrigatór* apoi* saúd* acolh* nota* lament* conden* reconhec*"
        " reafirm* consider* esper* compromet* promet* garant*",
        "há tem",
        "in im des",
    ),
    _lexicon(
        "it",
        "il lo la i gli le di del della e in che un una per con si è al nel",
        "non né mai nessun nessuna nessuno niente nulla senza",
        "deve devono dovrà dovranno dovrebbe dovrebbero può possono potrà potranno potrebbe potrebbero bisogna occorre"
        " raccomand* invit* chied* esig* permet* consent* viet* obbligator* sostien* sosten* appoggi* accogl* prend*"
        " nota deplor* condann* rammaric* riconosc* riafferm* ritien* sper* impegn* promett* garant*",
        "ha hanno",
        "in im s dis",
    ),
    _lexicon(
        "nl",
        "de het een en van in is dat op te met voor zijn aan door",
        "niet geen nooit noch niemand niets zonder",
        "moet moeten zal zullen zou zouden mag mogen kan kunnen kon konden wil willen dien* hoeft hoeven verplicht*"
        " aanbevel* verzoek* eis* verb* steun* verwelkom* betreur* veroorde* erken* verwacht* hoop* beloof*",
        "is zijn",
        "on niet",
    ),
    _lexicon(
        "sv",
        "och i att det som en på är av för med den till om har de inte ett",
        "inte ej icke aldrig ingen inget inga varken utan",
        "ska skall skulle måste bör borde får fick kan kunde vill ville behöver rekommender* uppman* kräv* förbjud*"
        " stöd* välkomn* beklag* fördöm* erkänn* hopp* lov*",
        "",
        "o icke",
    ),
    _lexicon(
        "pl",
        "i w na z do że się nie jest o to przez dla oraz od po",
        "nie ani nigdy żaden żadna żadne nikt nic bez",
        "musi muszą powinien powinna powinno powinni powinny może mogą mógłby należy trzeba wolno zaleca* wzywa* żąda*"
        " zabrania* pozwala* popiera* wspiera* odnotow* ubolewa* potępia* uznaje* potwierdza* gwarant* zobowiąz*",
        "",
        "nie",
    ),
    _lexicon(
        "ro",
        "și de la în a al ale cu pentru din care este nu se pe un o",
        "nu nici niciodată niciun nicio nimeni nimic fără",
        "trebuie poate pot putea ar va vor recomand* cere* permit* interzic* sprijin* salut* regret* condamn* recuno*",
        "",
        "ne in",
    ),
    _lexicon(
        "id",
        "yang dan di dari untuk pada dengan ini itu adalah dalam ke tidak",
        "tidak bukan jangan tanpa belum tak",
        "harus wajib dapat bisa boleh akan hendaknya sebaiknya perlu mendukung mengutuk menyesal* mencatat menyambut"
        " menganjurkan mengimbau melarang",
    ),
    _lexicon(
        "ru",
        "и в на с не по к о у для что от из за это как или его при а также",
        "не ни нет нельзя никогда никто ничто никакой никакого никаких никакая без отказ* отриц* невозможн*",
        "долж* обязан* обязат* обязуе* обязу* следует надлежит необходимо нужно вправе может могут мог могла могли смо*"
        " можно вынужд* рекоменду* призыва* требу* прос* предлага* разреш* запрещ* поддержива* поддерж* одобря*"
        " приветству* отмеча* отметил* осужда* осуди* сожале* критику* признаё* признает признают подтвержда* намерен*"
        " планиру* обеща* гарантиру* надее* ожида* считает считают стреми* добровольн*",
        "был была было были будет будут быть",
        "не ни без бес",
    ),
    _lexicon(
        "uk",
        "і в на з не та що до від за це як або його при а також для у",
        "не ні немає ніколи ніхто ніщо жоден жодного без",
        "повин* муси* мусять має мають слід необхідно потрібно може можуть можна рекоменду* заклика* вимага* просить"
        " дозвол* заборон* підтриму* підтрим* схвалю* віта* зазнача* засуджу* шкоду* визна* підтверджу* планує обіця*"
        " гаранту* сподіва*",
        "був була було були буде будуть бути",
        "не без",
    ),
    _lexicon(
        "kk",
        "және мен үшін бен пен да де бір бұл осы немесе болып деп туралы арқылы қазақстан",
        "емес жоқ ешқандай ешкім ешбір ештеңе ешқашан онсыз",
        "тиіс керек қажет міндетті міндет* мүмкін болады құқылы алады алмайды шақыр* талап* ұсын* рұқсат* тыйым*"
        " қолда* айыпта* өкін* атап қарсы құпта* мойында* ниет* уәде* кепіл* үміт*",
        "",
        "бей",
        "ма ме ба бе па пе май мей бай бей пай пей",
        "майды мейді байды бейді пайды пейді",
    ),
    _lexicon(
        "ky",
        "жана менен үчүн бул ошол же болуп деп жөнүндө аркылуу кыргыз бир",
        "эмес жок эч",
        "тийиш керек зарыл милдеттүү мүмкүн болот укуктуу алат чакыр* талап* сунуш* уруксат* колдо* айыпта* өкүн* белгиле*",
        "",
        "",
        "ба бе бо бө па пе по пө",
    ),
    _lexicon(
        "tr",
        "ve bir bu için ile de da olarak olan gibi daha en ya veya",
        "değil yok hiç hiçbir olmayan ne asla olmaksızın",
        "gerek* zorunda* zorunlu* mecbur* yükümlü* ~malı ~meli olabilir ~abilir ~ebilir çağır* talep* öner* tavsiye*"
        " izin* yasak* destekl* kınar kınıyor kına* üzüntü* not kayde* memnuniyet* taahhüt* garanti*",
        "",
        "",
        "ma me mı mi mu mü em am ım im um üm",
        "maz mez",
    ),
    _lexicon(
        "uz",
        "va bilan uchun bu bir ham yoki deb haqida orqali",
        "emas yo'q hech yo‘q",
        "kerak shart lozim zarur mumkin majbur* haqli chaqir* talab* tavsiya* ruxsat* taqiq* qo'llab qo‘llab qoralay*"
        " afsus* qayd",
        "",
        "",
        "ma may",
        "mas",
    ),
    _lexicon(
        "ar",
        "في من على إلى أن التي الذي هذا هذه أو ما كل عن مع بين",
        "لا لم لن ليس ليست ليسوا غير دون بدون ولا ولم ولن وليس فلا ألا عدم كلا",
        "يجب ويجب ينبغي وينبغي يمكن ويمكن يجوز ويجوز يتعين يلزم قد سوف تستطيع يستطيع يحق لابد تدعم يدعم تؤيد يؤيد ترحب"
        " يرحب تلاحظ يلاحظ لاحظ تدين يدين تأسف يأسف تستنكر يستنكر تشجب تطالب يطالب تدعو يدعو تحث يحث توصي يوصي تطلب"
        " يطلب تسمح يسمح تحظر يحظر تعترف يعترف تؤكد يؤكد تعتزم يعتزم تتعهد يتعهد تضمن يضمن تأمل يأمل",
        "كان كانت",
    ),
    _lexicon(
        "fa",
        "و در به از که این را با است برای آن یک تا بر هم",
        "نه نیست نیستند نمی هیچ بدون هرگز نباید",
        "باید بایستی شاید ممکن می‌تواند میتواند لازم موظف مجاز ممنوع حمایت محکوم متأسف استقبال توصیه خواستار تعهد تضمین",
        "",
        "ن نمی",
    ),
    _lexicon(
        "he",
        "של את על עם לא כל או זה זו הוא היא כי גם אל בין",
        "לא אין אינו אינה אינם אינן בלי ללא אל מבלי אף",
        "חייב* צריך צריכה צריכים מוטל יש רשאי* יכול* עשוי* מותר אסור ממליץ ממליצה קורא* דורש* תומך תומכת תומכים מגנה"
        " מצטער* מברך מציין* מכיר* מתחייב* מבטיח*",
    ),
    _lexicon(
        "hi",
        "के में है की और से का को पर यह एक ने हैं लिए",
        "नहीं न मत ना बिना कोई",
        "चाहिए सकता सकती सकते अनिवार्य आवश्यक बाध्य अनुमति समर्थन निंदा खेद स्वागत सिफारिश अनुरोध माँग गारंटी",
    ),
    _lexicon(
        "el",
        "και το η ο να του της με για που τα στο στη είναι από σε",
        "δεν μη μην όχι ούτε ποτέ κανένας καμία κανένα τίποτα χωρίς",
        "πρέπει οφείλ* μπορ* δύναται δύνανται θα ίσως συνιστ* ζητ* απαιτ* επιτρέπ* απαγορεύ* υποστηρίζ* καταδικάζ*"
        " εκφράζ* λυπ* χαιρετ* σημειών* αναγνωρίζ* δεσμεύ* εγγυ*",
        "",
        "α αν μη",
    ),
    _lexicon(
        "zh",
        "的 和 在 是 有 之 人 一 为 以 及 中 国",
        "不 没 未 无 非 勿 否 莫 別 别 無 沒",
        "必须 必須 应当 應當 应该 應該 应 應 须 須 需要 可以 可能 可 能够 能 得 将 將 会 會 要求 要 呼吁 敦促 建议 建議 允许"
        " 允許 禁止 支持 注意到 注意 谴责 譴責 遗憾 遺憾 欢迎 歡迎 承认 承認 重申 认为 認為 希望 打算 承诺 承諾 保证 保證"
        " 反对 反對 表示 有权 有權 义务 義務",
    ),
    _lexicon(
        "ja",
        "の に は を が と で も し た て する です ます",
        "~ない ~なく ~なかっ ~ません ~ぬ 不 非 未 無 否",
        "~べき ~なければ ~てはなら ~できる ~でき ~てもよい ~ことができ ~かもしれ 必要 義務 推奨 要請 要求 許可 禁止 支持"
        " 留意 非難 遺憾 歓迎 承認 再確認 期待 約束 保証",
    ),
    _lexicon(
        "ko",
        "및 의 이 그 수 있다 한다 하는 또는 것을 대한",
        "~않 ~아니 ~못 ~없 안",
        "~해야 ~하여야 ~어야 ~수 있다 있는 ~의무 ~권고 ~요청 ~요구 ~허용 ~금지 ~지지 ~규탄 ~유감 ~환영 ~약속",
    ),
    _lexicon(
        "fi",
        "ja on ei se että joka oli ovat sekä tai myös kun hän ne tämä",
        "ei eivät en et emme ette eikä eivätkä älä älköön ilman koskaan kukaan mikään",
        "pitää täytyy tulee tulisi pitäisi pakko saa saavat voi voivat saattaa saattavat velvolli* kannatt* tuke* vaati*"
        " kehott* suositt* suosittel* salli* kiell* kielt* tuomits* pahoittel* tervehti* totea* lupa* takaa*",
        "ole olla ollut",
        "epä",
    ),
    _lexicon(
        "vi",
        "và của là có các cho trong được những một với này người khi",
        "không chưa chẳng đừng chớ",
        "phải nên cần thể được cấm buộc khuyến nghị yêu cầu ủng hộ án hoan nghênh tiếc phép hứa cam kết",
    ),
    _lexicon(
        "ka",
        "და არის რომ ეს თუ ამ მისი ან რომელიც ის როგორც უნდა",
        "არ ვერ ნუ არა აღარ ვეღარ არც ვერც არავინ არაფერი არასოდეს გარეშე",
        "უნდა შეიძლება შეუძლია აუცილებელ* ვალდებულ* უფლება* ნებადართულ* აკრძალ* მხარს* გმობს* მიესალმებ* აღნიშნავ*"
        " მოითხოვ* ურჩევ* მოუწოდებ* წუხ* აღიარებ* პირობ*",
    ),
    _lexicon(
        "th",
        "และ ที่ ใน ของ เป็น การ มี จะ ได้ ให้",
        "ไม่ มิ ไร้",
        "ต้อง ควร อาจ สามารถ ได้ อนุญาต ห้าม สนับสนุน คัดค้าน ประณาม ยินดี เสียใจ รับทราบ เรียกร้อง แนะนำ ขอให้ สัญญา",
    ),
)
_NO_SPACES = ("zh", "ja", "th")
_SAMPLE = 2000  # characters looked at to tell the language
_SCRIPT_SAMPLE = 400  # and its script
_SCRIPTS = re.compile(
    "(?P<zh>[\u4e00-\u9fff])|(?P<ja>[\u3041-\u30ff])|(?P<ko>[\uac00-\ud7a3])|(?P<ar>[\u0620-\u06ff])"
    "|(?P<he>[\u05d0-\u05ea])|(?P<ka>[\u10d0-\u10ff])|(?P<th>[\u0e01-\u0e4e])|(?P<hi>[\u0904-\u0963])|(?P<el>[\u0370-\u03ff])|(?P<ru>[\u0400-\u04ff])|(?P<en>[a-zA-Z\u00c0-\u024f])"
)
_BY_SCRIPT = {
    "zh": ("zh", "ja"),
    "ja": ("ja",),
    "ko": ("ko",),
    "ar": ("ar", "fa"),
    "he": ("he",),
    "ka": ("ka",),
    "th": ("th",),
    "hi": ("hi",),
    "el": ("el",),
    "ru": ("ru", "uk", "kk", "ky"),
    "en": ("en", "fr", "de", "es", "pt", "it", "nl", "sv", "pl", "ro", "id", "tr", "uz", "fi", "vi"),
}


@cache
def _by_language() -> dict[str, Lexicon]:
    return {lexicon.language: lexicon for lexicon in LEXICONS}


def lexicon_for(text: str) -> Lexicon | None:
    """The word lists for the language that the start of a text is written in; None where we have none."""
    sample = text[:_SAMPLE].lower()
    scripts = Counter(found.lastgroup or "" for found in _SCRIPTS.finditer(sample[:_SCRIPT_SAMPLE]))
    if not scripts:
        return None
    script = "ja" if scripts["ja"] * 8 > scripts["zh"] else scripts.most_common(1)[0][0]
    names = _BY_SCRIPT[script]
    lexicons = _by_language()
    if len(names) == 1:
        return lexicons[names[0]]
    counts = Counter(word_pattern().findall(sample))
    scores = [(_score(lexicons[name], counts, sample), -index) for index, name in enumerate(names)]
    best, index = max(scores)
    return lexicons[names[-index]] if best else None


def _score(lexicon: Lexicon, counts: Counter[str], sample: str) -> int:
    """How much a language's words and letters are there: its commonest words count double."""
    listed = lexicon.negations.whole | lexicon.modals.whole
    letters = sum(map(sample.count, _LETTERS.get(lexicon.language, "")))
    return 2 * sum(counts[word] for word in lexicon.common) + sum(counts[word] for word in listed) + letters


def without_spaces(lexicon: Lexicon) -> bool:
    """Whether words of this language stand without spaces, so that list entries are looked for in running text."""
    return lexicon.language in _NO_SPACES
