"""What the demo's ministry says: one position statement in three languages. Country, ministry, peoples and places are
invented, and so is every sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One language version of the statement, with the times that the ministry claims for it."""

    language: str  # BCP 47
    title: str
    paragraphs: tuple[str, ...]
    stamp: str  # with places for `created` and `updated`
    created: str
    updated: str

    @property
    def stamp_line(self) -> str:
        return self.stamp.format(created=self.created, updated=self.updated)

    def reworded(self, old: str, new: str) -> Statement:
        """The statement with `new` in the one place where `old` stands. Raises ValueError where there isn't one."""
        if sum(paragraph.count(old) for paragraph in self.paragraphs) != 1:
            raise ValueError(f"not there once: {old!r}")
        return replace(self, paragraphs=tuple(paragraph.replace(old, new) for paragraph in self.paragraphs))

    def stamped(self, updated: str) -> Statement:
        return replace(self, updated=updated)

    def moved(self, index: int, to: int) -> Statement:
        """The statement with one paragraph in another place."""
        others = [*self.paragraphs[:index], *self.paragraphs[index + 1 :]]
        return replace(self, paragraphs=(*others[:to], self.paragraphs[index], *others[to:]))


CREATED = "12.02.2012, 18:20"
UPDATED = "3.06.2013, 11:05"

ENGLISH = Statement(
    language="en",
    title="The position of the Republic of Avenmoor on the Orrin Basin settlement",
    paragraphs=(
        "Avenmoor has a lasting interest in peace and stability in the Orrin Basin. A settlement would let the peoples "
        "of the Basin turn their labour, their rivers and their roads to peaceful use, and would open a wide field for "
        "regional cooperation.",
        "We support every effort to bring the Highland and Lowland delegations back to direct talks. These talks should "
        "lead to a comprehensive settlement on the basis of Resolutions No. 118 and No. 204 of the League of Cantons, "
        "the Carrow principles and the formula “water in exchange for peace”, and to the fulfilment of everything that "
        "both sides took upon themselves at the Lindholm Conference (14–15 March 2011).",
        "Avenmoor recognises the right of the Lowland people to self-determination. It stands for a fair solution of the "
        "question of the 42,000 displaced persons, and will not accept a violent change in the population of the "
        "villages of the Basin.",
        "At the same time Avenmoor condemns terrorism in all its forms, and supports the wish of the Highland people to "
        "live in security. Attacks on civilians undo what years of negotiation have achieved.",
        "Avenmoor also calls for a resumption of the talks on the Sarn Heights and supports their return under a civil "
        "administration.",
        "We hope that the co-sponsors of the process, international and regional organisations and the good will of the "
        "parties will bring a just and lasting peace to the Orrin Basin.",
    ),
    stamp="Created at : {created}, Updated at : {updated}",
    created=CREATED,
    updated=UPDATED,
)

RUSSIAN = Statement(
    language="ru",
    title="Позиция Республики Авенмур по урегулированию в бассейне реки Оррин",
    paragraphs=(
        "Авенмур глубоко заинтересован в прочном мире и стабильности в бассейне реки Оррин. Урегулирование позволило бы "
        "народам бассейна направить свой труд, реки и дороги на мирные цели и открыло бы широкие возможности для "
        "регионального сотрудничества.",
        "Мы поддерживаем все усилия, направленные на возвращение делегаций Нагорья и Низменности к прямым переговорам. "
        "Их итогом должно стать всеобъемлющее урегулирование на основе резолюций № 118 и № 204 Лиги кантонов, "
        "принципов Карроу и формулы «вода в обмен на мир», а также выполнение обязательств, принятых обеими сторонами "
        "на Линдхольмской конференции (14–15 марта 2011 года).",
        "Авенмур признаёт право народа Низменности на самоопределение. Он выступает за справедливое решение вопроса о "
        "42 000 перемещённых лиц и не согласится с насильственным изменением состава населения деревень бассейна.",
        "Вместе с тем Авенмур осуждает терроризм во всех его формах и поддерживает стремление народа Нагорья жить в "
        "безопасности. Нападения на мирных жителей сводят на нет достигнутое за годы переговоров.",
        "Авенмур также призывает возобновить переговоры о Сарнских высотах и поддерживает их возвращение под "
        "гражданское управление.",
        "Мы надеемся, что усилия коспонсоров процесса, международных и региональных организаций и добрая воля сторон "
        "приведут к справедливому и прочному миру в бассейне реки Оррин.",
    ),
    stamp="Создано: {created}, Обновлено: {updated}",
    created=CREATED,
    updated=UPDATED,
)

ARABIC = Statement(
    language="ar",
    title="موقف جمهورية أفنمور من التسوية في حوض نهر أورين",
    paragraphs=(
        "تولي أفنمور اهتماماً دائماً بالسلام والاستقرار في حوض نهر أورين. فمن شأن التسوية أن تتيح لشعوب الحوض أن تسخّر "
        "عملها وأنهارها وطرقها لأغراض سلمية، وأن تفتح مجالاً واسعاً للتعاون الإقليمي.",
        "ونحن ندعم كل جهد يعيد وفدي المرتفعات والسهول إلى المحادثات المباشرة. وينبغي أن تفضي هذه المحادثات إلى تسوية "
        "شاملة على أساس القرارين رقم 118 ورقم 204 الصادرين عن رابطة الكانتونات، ومبادئ كارو، وصيغة «الماء مقابل السلام»، "
        "وإلى الوفاء بما التزم به الطرفان في مؤتمر ليندهولم (14–15 مارس 2011).",
        "وتعترف أفنمور بحق شعب السهول في تقرير المصير. وهي تؤيد حلاً عادلاً لقضية النازحين البالغ عددهم ٤٢٠٠٠ شخص، ولن "
        "تقبل بتغيير سكان قرى الحوض بالعنف.",
        "وفي الوقت نفسه تدين أفنمور الإرهاب بجميع أشكاله، وتؤيد رغبة شعب المرتفعات في العيش بأمان. فالهجمات على المدنيين "
        "تهدم ما تحقق خلال سنوات من التفاوض.",
        "وتدعو أفنمور كذلك إلى استئناف المحادثات بشأن هضبة سارن، وتؤيد عودتها إلى إدارة مدنية.",
        "ونأمل أن تؤدي جهود رعاة العملية والمنظمات الدولية والإقليمية وحسن نية الأطراف إلى سلام عادل ودائم في حوض نهر "
        "أورين.",
    ),
    stamp="تاريخ الإنشاء: {created}، تاريخ التحديث: {updated}",
    created=CREATED,
    updated=UPDATED,
)
