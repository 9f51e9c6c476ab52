"""Words by which pages name their own dates: months, labels and glue, in the languages pages are written in.

Data only. Labels are regular expressions matched whole, without case; a space in them stands for any white space.
"""

from __future__ import annotations

# January first; forms as they stand in dates (nominative, genitive, abbreviated). Case is ignored, a final dot too.
MONTHS: tuple[str, ...] = (
    """january jan janvier janv januar jänner jän jaenner enero ene janeiro gennaio gen januari stycznia styczeń sty ledna leden
    januára január jan siječnja siječanj januara јануар јануара јануари januarja января январь янв січня січень студзеня студзень
    қаңтар қаңтары қаң январы yanvar yanv ianuarie ian január tammikuuta tammikuu jaanuar janvāris janvārī sausio sausis
    ιανουαρίου ιανουάριος ιαν ocak oca يناير كانون_الثاني جانفي ژانویه جنوری ינואר בינואר जनवरी জানুয়ারি জানুয়ারী มกราคม ม.ค.
    იანვარი იანვარს հունվարի հունվար tháng_giêng janar enero januwaryo januari
    gener xaneiro urtarrila urtarrilaren eanáir ionawr jannar janúar januarie ýanwar гыйнвар гыйнвары январ जानेवारी ஜனவரி
    xan urt led sij јан януари яну tammi jaan saus yan ean ion січ сту ýan гыйн იან հնվ جنوري ינו׳ जन॰ जाने জানু ஜன జనవరి
    జన ජනවාරි ජන ມັງກອນ ມ.ກ មករា જાન્યુઆરી જાન્યુ ਜਨਵਰੀ ਜਨ ಜನವರಿ ಜನ ജനുവരി ജനു ဇန်နဝါရီ ဇန် janaayo jannaayo janairu""",
    """february feb février févr fév februar feber febr febrero fevereiro fev febbraio februari lutego luty lut února únor
    februára február veljače veljača februara фебруар фебруара февруари februarja февраля февраль фев февр лютого лютий лютага люты
    ақпан ақпаны ақп февралы fevral fev februarie február helmikuuta helmikuu veebruar februāris februārī vasario vasaris
    φεβρουαρίου φεβρουάριος φεβ şubat şub فبراير شباط فيفري فوریه فروری פברואר בפברואר फ़रवरी फरवरी ফেব্রুয়ারি ফেব্রুয়ারী กุมภาพันธ์ ก.พ.
    თებერვალი თებერვალს փետրվարի փետրվար shkurt pebrero
    febrer febreiro otsaila otsailaren feabhra chwefror frar febrúar феврал फेब्रुवारी பிப்ரவரி
    ots úno velj феб shk helmi veebr vas fra feabh chwef chw лют fewral few თებ փտվ فبروري فېبروري פבר׳ फ़र॰ फेब्रु
    फेब्रुअरी ফেব பிப் ఫిబ్రవరి ఫిబ్ర පෙබරවාරි පෙබ ກຸມພາ ກ.ພ កុម្ភៈ peb ફેબ્રુઆરી ફેબ્રુ ਫ਼ਰਵਰੀ ਫ਼ਰ ಫೆಬ್ರವರಿ ಫೆಬ್ರ
    ഫെബ്രുവരി ഫെബ്രു ဖေဖော်ဝါရီ ဖေ ፌብሩዋሪ febraayo faburairu""",
    """march mar mars märz maerz mär marzo março maart mrt marca marzec března březen marec ožujka ožujak marta mart март марта
    марта мар березня березень сакавіка сакавік наурыз наурызы нау марты martie március märts marts martā kovo kovas maaliskuuta
    maaliskuu μαρτίου μάρτιος μαρ mart مارس آذار ماارس مارچ מרץ במרץ מרס मार्च মার্চ มีนาคม มี.ค. მარტი მარტს մարտի մարտ marca
    marso mac maret
    març martxoa martxoaren márta mawrth marzu mrz márc machi மார்ச்
    mäerz mäe bře ožu maalis kov μάρ maw бер сак მარ մրտ மார் మార్చి මාර්තු මාර් ມີນາ ມ.ນ មីនា માર્ચ ਮਾਰਚ ಮಾರ್ಚ್ മാർച്ച്
    മാർ မတ် maarso maris""",
    """april apr avril avr abril abr aprile apr kwietnia kwiecień kwi dubna duben apríla apríl travnja travanj aprila април
    апреля апрель апр квітня квітень красавіка красавік сәуір сәуірі сәу апрели aprel aprilie április huhtikuuta huhtikuu aprill
    aprīlis aprīlī balandžio balandis απριλίου απρίλιος απρ nisan nis أبريل ابريل إبريل نيسان أفريل آوریل اپریل אפריל באפריל अप्रैल এপ্রিল
    เมษายน เม.ย. აპრილი აპრილს ապրիլի ապրիլ prill abril
    apirila apirilaren aibreán ebrill ápr ஏப்ரல் एप्रिल
    api abrëll dub tra pri huhti bal aib ebr квіт кра апрел აპრ ապր אפר׳ एप्रि अप्रिल এপ্রি ஏப் ఏప్రిల్ ఏప్రి අප්‍රේල්
    ເມສາ ມ.ສ មេសា aprili એપ્રિલ ਅਪ੍ਰੈਲ ਅਪ੍ਰੈ ಏಪ್ರಿಲ್ ಏಪ್ರಿ ഏപ്രിൽ ഏപ്രി ဧပြီ ဧ abriil afirilu""",
    """may mai mayo mayo maio maggio mag mei maja maj května květen mája máj svibnja svibanj мај маја май мая травня травень
    мая травеня мамыр мамыры мам майы майдын mai május toukokuuta toukokuu maijs maijā gegužės gegužė μαΐου μαΐος μαΐ
    μάιος μάιου mayıs مايو أيار ماي مه مئی מאי במאי मई মে พฤษภาคม พ.ค. მაისი მაისს մայիսի մայիս mayo
    maig maiatza maiatzaren bealtaine mejju maí maý மே मे
    mee kvě svi touko geg μάι mej beal трав მაი մյս مۍ మే මැයි ພຶດສະພາ ພ.ພ ឧសភា મે ਮਈ ಮೇ മേയ് မေ maayo""",
    """june jun juin juni junio junho giugno giu czerwca czerwiec cze června červen júna jún lipnja lipanj juna јун јуна јуни
    junija junij июня июнь июн червня червень чэрвеня чэрвень маусым маусымы мау июну iyun iunie iun június kesäkuuta kesäkuu juuni
    jūnijs jūnijā birželio birželis ιουνίου ιούνιος ιουν haziran haz يونيو يونيه حزيران جوان ژوئن جون יוני ביוני जून জুন มิถุนายน มิ.ย.
    ივნისი ივნისს հունիսի հունիս qershor hunyo
    juny xuño ekaina ekainaren meitheamh mehefin ġunju júní iýun ஜூன் junie
    eka čvn юни qer kesä jūn birž ιούν iyn ġun meith meh черв чэр ივნ հնս जुन జూన్ ජූනි ມິຖຸນາ ມິ.ຖ មិថុនា hun જૂન ਜੂਨ
    ಜೂನ್ ജൂൺ ဇွန်""",
    """july jul juillet juil juli julio julho luglio lug lipca lipiec lip července červenec júla júl srpnja srpanj jula јул
    јула јули julija julij июля июль июл липня липень ліпеня ліпень шілде шілдесі шіл июлу iyul iulie iul július heinäkuuta heinäkuu
    juuli jūlijs jūlijā liepos liepa ιουλίου ιούλιος ιουλ temmuz tem يوليو يوليه تموز جويلية ژوئیه جولائی יולי ביולי जुलाई জুলাই กรกฎาคม
    ก.ค. ივლისი ივლისს հուլիսի հուլիս korrik hulyo
    juliol xullo uztaila uztailaren iúil gorffennaf lulju júlí iýul ஜூலை जुलै julie julai يوليوز
    xul uzt čvc юли korr heinä jūl liep ιούλ iyl lul gorff gor лип ліп ივლ հլս جولای जुल॰ জুল జులై ජූලි ກໍລະກົດ ກ.ລ កក្កដា
    hul જુલાઈ ਜੁਲਾਈ ਜੁਲਾ ಜುಲೈ ജൂലൈ ဇူလိုင် ဇူ luulyo""",
    """august aug août aout agosto ago augustus sierpnia sierpień sie srpna srpen augusta kolovoza kolovoz avgusta avgust август
    августа авг августу серпня серпень жніўня жнівень тамыз тамызы там avqust avgust augusztus elokuuta elokuu augusts augustā
    rugpjūčio rugpjūtis αυγούστου αύγουστος αυγ ağustos ağu أغسطس اغسطس آب أوت اوت اگست אוגוסט באוגוסט अगस्त আগস্ট สิงหาคม ส.ค. აგვისტო
    აგვისტოს օգոստոսի օգոստոս gusht agustus ogos
    augusti agost abuztua abuztuaren lúnasa awst awwissu ágúst agosti ஆகஸ்ட் ऑगस्ट غشت
    ag abu avg kol gush elo rugp ágú αύγ avq aww lún серп жні awgust awg აგვ օգս اګست אוג׳ अग॰ ऑग अगस्ट আগ ஆக ఆగస్టు ఆగ
    අගෝස්තු අගෝ ສິງຫາ ສ.ຫ សីហា agu ogo ઑગસ્ટ ਅਗਸਤ ਅਗ ಆಗಸ್ಟ್ ಆಗ ഓഗസ്റ്റ് ഓഗ ဩဂုတ် ဩ ogosto agusta""",
    """september sept sep septembre septiembre setiembre setembro set settembre września wrzesień wrz září septembra rujna rujan
    септембар септембра септември сентября сентябрь сен сент вересня вересень верасня верасень қыркүйек қыркүйегі қыр сентябры
    sentyabr sen septembrie szeptember syyskuuta syyskuu septembris septembrī rugsėjo rugsėjis σεπτεμβρίου σεπτέμβριος σεπ σεπτ eylül
    eyl سبتمبر أيلول سپتامبر ستمبر ספטמבר בספטמבר सितंबर सितम्बर সেপ্টেম্বর กันยายน ก.ย. სექტემბერი სექტემბერს սեպտեմբերի սեպտեմբեր shtator
    setyembre
    setembre iraila irailaren meán_fómhair medi settembru septemba sentýabr செப்டம்பர் सप्टेंबर شتنبر сентябр szept
    ira zář ruj septembar сеп sht syys rugs mfómh вер sentabr სექ սեպ سېپتمبر سپتمبر ספט׳ सित॰ सप्टें सेप्टेम्बर সেপ செப்
    సెప్టెంబర్ సెప్టెం සැප්තැම්බර් සැප් ກັນຍາ ກ.ຍ កញ្ញា સપ્ટેમ્બર સપ્ટે ਸਤੰਬਰ ਸਤੰ ಸೆಪ್ಟೆಂಬರ್ ಸೆಪ್ಟೆಂ സെപ്റ്റംബർ സെപ്റ്റം
    စက်တင်ဘာ စက် ሴፕቴምበር sebtembar sebteembar satumba""",
    """october oct octobre oktober okt octubre outubro out ottobre ott października październik paź října říjen októbra október
    oktobra октобар октобра октомври октября октябрь окт жовтня жовтень кастрычніка кастрычнік қазан қазаны қаз октябры oktyabr
    octombrie lokakuuta lokakuu oktoober oktobris oktobrī spalio spalis οκτωβρίου οκτώβριος οκτ ekim eki أكتوبر اكتوبر تشرين_الأول اکتبر
    اکتوبر אוקטובר באוקטובר अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค. ოქტომბერი ოქტომბერს հոկտեմբերի հոկտեմբեր tetor oktubre oktober
    urria urriaren deireadh_fómhair hydref ottubru oktoba oktýabr அக்டோபர் ऑक्टोबर октябр
    urr říj oktobar tet loka spal dfómh hyd жовт кас oktabr ოქტ հոկ אוק׳ अक्टू॰ ऑक्टो अक्टोबर অক্টো அக் అక్టోబర్ అక్టో
    ඔක්තෝබර් ඔක් ຕຸລາ ຕ.ລ តុលា ઑક્ટોબર ઑક્ટો ਅਕਤੂਬਰ ਅਕਤੂ ಅಕ್ಟೋಬರ್ ಅಕ್ಟೋ ഒക്‌ടോബർ ഒക്ടോ အောက်တိုဘာ အောက် ኦክቶበር oktoobar""",
    """november nov novembre noviembre novembro novembra studenoga studenog studeni novembra новембар новембра ноември ноября ноябрь
    ноя нояб листопада лістапада лістапад қараша қарашасы қар ноябры noyabr noiembrie marraskuuta marraskuu novembris
    novembrī lapkričio lapkritis νοεμβρίου νοέμβριος νοε kasım kas نوفمبر تشرين_الثاني نوامبر نومبر נובמבר בנובמבר नवंबर नवम्बर নভেম্বর
    พฤศจิกายน พ.ย. ნოემბერი ნოემბერს նոյեմբերի նոյեմբեր nëntor nobyembre
    azaroa azaroaren samhain tachwedd novemba noýabr நவம்பர் नोव्हेंबर نونبر ноябр
    aza stu novembar нов ное nën marras lapkr nóvember nóv νοέ noy novembru samh tach лист ліс noý ნოე նոյ נוב׳ नव॰
    नोव्हें नोभेम्बर নভে நவ నవంబర్ నవం නොවැම්බර් නොවැ ພະຈິກ ພ.ຈ វិច្ឆិកា nob નવેમ્બર નવે ਨਵੰਬਰ ਨਵੰ ನವೆಂಬರ್ ನವೆಂ നവംബർ നവം
    နိုဝင်ဘာ နို ኖቬምበር noofeembar nuwamba""",
    """december dec décembre déc dezember dez diciembre dic dezembro dicembre grudnia grudzień gru prosince prosinec decembra
    prosinca prosinac децембар децембра декември декабря декабрь дек грудня грудень снежня снежань желтоқсан желтоқсаны жел декабры
    dekabr dek decembrie joulukuuta joulukuu detsember decembris decembrī gruodžio gruodis δεκεμβρίου δεκέμβριος δεκ aralık ara
    ديسمبر كانون_الأول دسامبر دسمبر דצמבר בדצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม ธ.ค. დეკემბერი დეკემბერს դեկտեմբերի դեկտեմբեր dhjetor
    disyembre desember desember disember
    desembre decembro abendua abenduaren nollaig rhagfyr diċembru desemba டிசம்பர் डिसेंबर دجنبر декабр
    des abe decembar дец dhj joulu dets gruod diċ noll rhag груд сне დეკ դեկ דצמ׳ दिस॰ डिसें डिसेम्बर ডিসে டிச డిసెంబర్
    డిసెం දෙසැම්බර් දෙසැ ທັນວາ ທ.ວ ធ្នូ dis ડિસેમ્બર ડિસે ਦਸੰਬਰ ਦਸੰ ಡಿಸೆಂಬರ್ ಡಿಸೆಂ ഡിസംബർ ഡിസം ဒီဇင်ဘာ ဒီ ዲሴምበር diseembar
    disamba""",
)
MONTHS_BY_LANGUAGE: dict[str, dict[str, int]] = {  # words that name different months in different languages
    "hr": {"listopada": 10, "listopad": 10, "lis": 10, "lip": 6, "srp": 7},
    "pl": {"listopada": 11, "listopad": 11, "lis": 11, "lip": 7},
    "cs": {"listopadu": 11, "listopad": 11, "lis": 11, "srp": 8, "pro": 12},
    "uk": {"листопад": 11},
}
PERSIAN_MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
DARI_MONTHS = ["حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت"]
HIJRI_MONTHS = [
    "محرم",
    "صفر",
    "ربيع_الأول",
    "ربيع_الثاني",
    "ربيع_الآخر",
    "جمادى_الأولى",
    "جمادى_الآخرة",
    "جمادى_الثانية",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذو_القعدة",
    "ذو_الحجة",
    "ذي_القعدة",
    "ذي_الحجة",
    "ذوالقعدة",
    "ذوالحجة",
]
ERAS: dict[str, int] = {
    "明治": 1867,
    "大正": 1911,
    "昭和": 1925,
    "平成": 1988,
    "令和": 2018,
    "民國": 1911,
    "民国": 1911,
    "중화민국": 1911,
}

SHORT_ERAS: dict[str, int] = {"H": 1988, "R": 2018, "S": 1925}
# Months that stand before their day where no year does.
MONTH_FIRST = (
    "january jan february feb march mar april apr may june jun july jul august aug september sept sep october oct november nov december dec "
    "január február március április május június július augusztus szeptember október november december "
    "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio"
)
# A Hebrew day, and what joins the same day in two calendars.
HEBREW_DAY = (
    r"[א-ת]{1,2}['\"׳״]?[א-ת]?['׳]?\s+ב?(?:תשרי|חשוון|חשון|מרחשוון|כסלו|טבת|שבט|אדר(?:\s+[אב]['׳]?)?|ניסן|אייר|סיוון|סיון|תמוז|אב|אלול)"
    r"\s+(?:ה['׳])?תש[א-ת\"״׳']{1,4}"
)
SAME_DAY = r"\s*(?:(?:ه-|ه|م|ق|ھ)?\.?[،,]?\s*(?:الموافق(?: لـ?| ل)?|مصادف با|مصادف|برابر با|برابر|المصادف|بمطابق|corresponding to|[/|=(（–—-])\s*)"
# Minutes east of Greenwich of zones by their names; None where more than one zone has the name.
ZONES: dict[str, int | None] = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180,
    "msk": 180, "мск": 180, "trt": 180, "eat": 180, "cat": 120, "sast": 120, "wat": 60, "pkt": 300, "npt": 345, "ict": 420, "wib": 420,
    "wita": 480, "wit": 540, "hkt": 480, "sgt": 480, "pht": 480, "awst": 480, "jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600,
    "aedt": 660, "nzst": 720, "nzdt": 780, "brt": -180, "nst": -210, "ndt": -150, "ast": None, "adt": -180, "est": -300, "edt": -240,
    "cst": None, "cdt": None, "mst": None, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "ist": None,
    "et": None, "ct": None, "mt": None, "pt": None,
}  # fmt: skip
# Words between a date and its time of day.
AT = (
    r"at|à|um|às|as|a las|a la|alle ore|alle|ore|ora|oras|kl\.?|klo|la|в|во|о|o godz\.|o|godz\.|u|v|ve|ob|om|u|στις|الساعة|ساعت|على الساعة|בשעה|"
    r"lúc|pukul|jam|เวลา|saat|соат|soat|сағат|саат|цаг|ժամը"
)

# Labels that stand before a date. STRONG ones speak of a text's own history; WEAK ones could also be told of anything
# ("published on …"), so they need a colon, or the line to themselves.
UPDATED_STRONG = r"""
(?:this |the )?(?:page|content|contents|site|website|document|article|information|text|policy|statement|notice|version|list|register|data|section)(?: was| has been| is| were)? ?(?:last|most recently) (?:updated|modified|revised|reviewed|edited|changed|amended|checked)
(?:this |the )?(?:web ?page|page|site|website) (?:was |has been )?(?:updated|modified|revised|edited|changed)
(?:page |content |site |web ?page )?(?:last|latest|most recent|most recently) (?:updated?|modified|modification|revised|revision|reviewed|review|edited|edit|changed?|amended|verified)(?: date| time)?(?: (?:of|to) (?:this|the) (?:page|site|content|text|document))?
(?:date|time) (?:of )?(?:the )?(?:last |latest )?(?:updated?|modified|modification|revised|revision|reviewed|review|change)
(?:updated?|modified|modification|revision|revised|review) (?:date|time)
(?:date de (?:la )?)?dernière (?:mise à jour|modification|révision|actualisation|vérification)(?: effectuée)?(?: de (?:la|cette) page)?
date de (?:mise à jour|modification|révision|actualisation)
(?:(?:cette )?page |article |contenu |document )(?:a été )?(?:mise? à jour|modifiée?|actualisée?|vérifiée?)
(?:zuletzt|letztmals) (?:aktualisiert|geändert|bearbeitet|überarbeitet|modifiziert)
(?:letzte|datum der letzten|letztes) (?:aktualisierung|änderung|bearbeitung|überarbeitung|revision|update)
(?:änderungs|aktualisierungs|bearbeitungs)datum
(?:fecha de (?:la )?)?[úu]ltima (?:actualización|actualizacion|modificación|modificacion|revisión|revision|edición|actualització|modificació)
fecha de (?:actualización|modificación|revisión)
data d[ea] (?:última )?(?:atualização|actualização|modificação|alteração|revisão|edição)
última (?:atualização|actualização|modificação|alteração|revisão|edição)
(?:data )?(?:ultimo aggiornamento|ultima modifica|ultima revisione)(?: pagina)?
data (?:di|dell'ultimo|dell’ultimo|ultimo) aggiornamento
(?:deze pagina is )?laatst (?:bijgewerkt|gewijzigd|aangepast|geüpdatet|herzien)
(?:datum )?laatste (?:wijziging|update|aanpassing|herziening|bijwerking)
(?:ostatnia|data ostatniej) (?:aktualizacja|aktualizacji|modyfikacja|modyfikacji|zmiana|zmiany)
data (?:aktualizacji|modyfikacji|zmiany)
ostatnio (?:zaktualizowan\w+|zmodyfikowan\w+|zmienion\w+|aktualizowan\w+)
(?:datum )?posledn[íéej]+ (?:aktualizace|aktualizácie|aktualizácia|změna|změny|úprava|úpravy|zmena|zmeny|revize)
naposledy (?:aktualizován\w+|upraven\w+|změněn\w+|aktualizovan\w+|zmenen\w+)
d[aá]tum (?:aktualizace|aktualizácie|úpravy|změny|zmeny|ažuriranja|azuriranja|izmjene|izmene|posodobitve)
(?:zadnj[aei]|posljednj[aei]|poslednj[aei]) (?:sprememb[ae]|posodobitev|izmjen[ae]|izmen[ae]|promjen[ae]|promen[ae]|ažuriranje|azuriranje)
(?:zadnjič|posljednji put|poslednji put) (?:posodobljen\w+|ažuriran\w+|izmijenjen\w+|izmenjen\w+)
последњ[аеи]+ (?:измена|промена|ажурирање)
последна (?:промяна|актуализация|редакция|модификация|измена|промена)
последно (?:обновяване|обновен\w*|актуализиране|актуализиран\w*|променен\w*|ажурирање)
дата на (?:последна(?:та)? )?(?:промяна|актуализация|обновяване)
дата (?:и время )?(?:последнего |последней )?(?:обновления|изменения|редактирования|модификации|актуализации|редакции)
последнее (?:обновление|изменение|редактирование)
последняя (?:редакция|правка|модификация|актуализация)
(?:страница|сайт|раздел) (?:обновлен[аоы]?|изменен[аоы]?)|(?:страница|материал|информация|документ|данные) последний раз (?:обновлен[аоы]?|изменен[аоы]?|актуализирован[аоы]?)|последние изменения|останні зміни
дата (?:останнього |останньої )?(?:оновлення|зміни|редагування)
останн[єя] (?:оновлення|редагування|зміна|редакція)
апошняе (?:абнаўленне|змяненне)
(?:дата )абнаўлення
соңғы (?:жаңарт\w+|өзгер\w+|рет жаңарт\w+)(?: күні| уақыты)?
(?:жаңартыл\w+|жаңарту|өзгертіл\w+|өзгерту|түзетілген) (?:күні|уақыты)
акыркы (?:жаңырт\w+|өзгөр\w+)(?: күнү)?
(?:жаңырт\w+|өзгөртүлгөн) (?:күнү|убактысы)
(?:oxirgi|so.?nggi) (?:yangilan\w+|o.?zgar\w+)(?: sanasi| vaqti)?
(?:yangilangan|yangilash|янгиланган) (?:sana\w*|vaqti?|сана\w*)
таърихи навсозӣ
son (?:yenilənmə|dəyişiklik|güncelleme|güncellenme|değişiklik|düzenleme)(?: tarixi| tarihi| zamanı)?
(?:yenilənmə|güncelleme|güncellenme|değiştirilme|değiştirme) (?:tarixi|tarihi|zamanı)
(?:تاريخ )?[آا]خر (?:تحديث|تعديل|مراجعة|تحيين|تغيير)(?: للصفحة| للموقع| على الصفحة| لهذه الصفحة)?
تاريخ (?:التحديث|التعديل|تحديث الصفحة|المراجعة)
تم (?:آخر تحديث|تحديث الصفحة|تحديث هذه الصفحة|تحديث الموقع)
(?:تاریخ )?آخرین (?:به.?روز.?رسانی|بروز.?رسانی|ویرایش|تغییر(?:ات)?|بازنگری|اصلاح)
تاریخ (?:به.?روز.?رسانی|بروز.?رسانی|ویرایش)
آخری (?:تجدید|ترمیم|اپ.?ڈیٹ|بار تجدید)
(?:עדכון אחרון|עודכן לאחרונה|עודכנה לאחרונה|תאריך עדכון(?: אחרון)?|מועד עדכון(?: אחרון)?)
(?:ημερομηνία )?τελευταία[ςσ]? (?:ενημέρωση[ςσ]?|τροποποίηση[ςσ]?|αναθεώρηση[ςσ]?|αλλαγή[ςσ]?)
ημερομηνία (?:ενημέρωσης|τροποποίησης|αναθεώρησης)
ultima (?:actualizare|modificare|revizuire)
data (?:ultimei )?(?:actualizări|actualizării|modificării|modificări)
(?:utolsó|legutóbbi) (?:frissítés|módosítás|változtatás)(?: dátuma| ideje)?
(?:legutóbb|utoljára) (?:frissítve|módosítva|frissült)
(?:frissítés|módosítás) (?:dátuma|ideje|napja)
(?:sivu |sivua )?viimeksi (?:päivitetty|muokattu|muutettu)
viimeisin (?:päivitys|muutos)
(?:sidan |siden )?(?:senast|sidst|sist|senest) (?:uppdaterad|uppdaterat|ändrad|granskad|redigerad|opdateret|oppdatert|ændret|endret|redigeret|redigert|revideret)
(?:senaste|seneste|siste|sidste) (?:uppdatering|ändring|opdatering|oppdatering|ændring|endring)
viimati (?:uuendatud|muudetud)
viimane (?:uuendus|muudatus|uuendamine)
pēdēj[āoiās]+ (?:reizi )?(?:atjaunots|atjaunināts|atjaunotas?|izmaiņas|labots|atjauninājums)
paskutin\w+ (?:kartą )?(?:atnaujin\w+|pakeit\w+|redaguo\w+)
atnaujinimo data
përditësimi i fundit
ბოლო(?:ს)? (?:განახლება|განახლდა|განახლებულია|ცვლილება)
განახლების თარიღი
վերջին (?:թարմացում\w*|փոփոխություն\w*)
(?:पृष्ठ )?(?:अंतिम|अन्तिम|पिछला) (?:अद्यतन|अपडेट|संशोधन|अद्यतित|नवीनीकरण)(?: तिथि| की तिथि| किया गया)?
সর্বশেষ (?:হালনাগাদ|আপডেট|সম্পাদনা)(?: করা হয়েছে| করা হয়েছে)?
(?:หน้านี้)?(?:ปรับปรุง|อัปเดต|อัพเดท|อัพเดต|แก้ไข)(?:ข้อมูล)?(?:ครั้ง)?(?:ล่าสุด|สุดท้าย)(?:เมื่อ|วันที่|เมื่อวันที่)?
วันที่(?:ปรับปรุง|แก้ไข|อัปเดต|อัพเดท)(?:ล่าสุด)?
(?:lần )?cập nhật (?:lần )?(?:cuối(?: cùng)?|gần nhất|mới nhất)(?: lúc| ngày)?
(?:ngày|thời gian) cập nhật
(?:sửa đổi|chỉnh sửa) lần cuối
(?:terakhir (?:kali )?|halaman ini terakhir )(?:diperbarui|diperbaharui|dimutakhirkan|dikemas ?kini|diubah|diupdate|disunting)
(?:pembaruan|perubahan|kemas ?kini|pemutakhiran) terakhir
(?:tanggal|tarikh) (?:pembaruan|diperbarui|pemutakhiran|kemas ?kini|dikemas ?kini)
huling (?:na-?update|binago|pagbabago|in-?update)
(?:сүүлд|сүүлийн) (?:шинэчилсэн|шинэчлэл|шинэчлэгдсэн|засварласан)(?: огноо)?
шинэчилсэн огноо
(?:本[页頁]面?|页面|頁面|网页|網頁)?最[后後近新終终] ?(?:更新|修改|修订|修訂|编辑|編輯|修正|异动|異動|改[定訂])(?:时间|時間|日期|日時|日|于|於)?
(?:更新|修改|修订|修訂|异动|異動|维护|維護|变更|變更|改[定訂]|修正)(?:时间|時間|日期|日時|年月日|日付|日)
(?:ページ|記事)(?:の)?(?:最終)?更新(?:日時?|日付)?
(?:최종|마지막|최근) ?(?:수정|업데이트|갱신|변경|개정)(?:일시|일자|일|날짜|시간|됨)?
(?:수정|업데이트|갱신|변경|개정) ?(?:일시|일자|일|날짜|시간)
date.?modified|last.?mod(?:ified)?.?date
(?:(?:data|fecha) d['’eu](?: la)? ?)?(?:darrera|última) (?:actualització|modificació|revisió)|data d['’](?:actualització|modificació)
azken (?:eguneratzea|aldaketa|eguneraketa|berrikuspena)
(?:atualizad|modificad|alterad|revist)[oa]s? pela última vez(?: em| a)?
data dell?['’ ]?ultim[oa] (?:aggiornamento|modifica)
(?:ultima|ultimul) (?:actualizare|update|modificare)(?: la)?
lescht (?:aktualiséierung|ännerung|update)|laas (?:opgedateer|gewysig|hersien)
(?:data )?ostatniej (?:aktualizacji|zmiany|modyfikacji)
posledná (?:aktualizácia|zmena|úprava)|datum zadnj[aei] (?:spremembe|posodobitve)
síðast (?:uppfært|breytt|endurskoðað)|síðasta (?:uppfærsla|breyting)
l-aħħar aġġornament|aġġornat l-aħħar|nuashonraithe|nuashonrú deireanach|diweddarwyd ddiwethaf|diweddariad diwethaf
дата ажурирања
(?:охирги|сўнгги) (?:янгилан\w+|ўзгар\w+)(?: санаси| вақти)?
(?:соңгы|соңку) (?:яңарту|яңартыл\w+|үзгәреш\w*)|(?:яңартылган|жаңыртылган) (?:көне|вакыты)
(?:soňky|iň soňky) (?:täzelen\w+|üýtgetme\w*)|охирин навсозӣ
վերջին (?:թարմացումը|անգամ թարմացվել է|փոփոխումը)
وروستی (?:تازه کول|بدلون|نوی کول)|(?:تاريخ )?[آا]خر (?:تحديث|تعديل) (?:بتاريخ|في|يوم)
آخری (?:اپ.?ڈیٹ|تازہ کاری)(?: کی تاریخ)?
(?:अंतिम|अन्तिम|पिछली|पिछला) (?:नवीनीकृत|समीक्षा|अद्यतनीकरण|अपडेट)(?: तिथि| की तिथि)?|शेवटचे (?:अद्यतन|अपडेट)|अन्तिम अद्यावधिक
সর্ব-?শেষ হাল-?নাগাদ(?: করা হয়েছে)?
(?:கடைசியாக|இறுதியாக)(?:ப்)? புதுப்பிக்கப்பட்டது|చివరిగా నవీకరించబడింది|అవసాన నవీకరణ|අවසන් (?:යාවත්කාලීන|වරට යාවත්කාලීන) (?:කිරීම|කළේ)
ອັບເດດ(?:ຫຼ້າ|ຫລ້າ)ສຸດ|ปรับปรุงข้อมูล(?:ล่าสุด)?
បានធ្វើបច្ចុប្បន្នភាព(?:ចុងក្រោយ)?|ធ្វើបច្ចុប្បន្នភាព(?:ចុងក្រោយ)?
(?:覆檢|复核|檢視|检视|覆核|最近更新|最近修訂)(?:日期|時間|时间|日)
imesasishwa(?: mwisho)?|ilisasishwa mwisho
siden (?:er|ble|blev) (?:sidst|sist|senest) (?:opdateret|oppdatert|ændret|endret|redigeret)|sidan (?:är |blev )?senast (?:uppdaterad|ändrad)|sivua (?:on )?(?:viimeksi )?(?:päivitetty|muokattu)
(?:資料|资料|数据|数据库|信息|网站|網站|內容|内容)(?:最[后後]|最近)?(?:更新|修改|修訂|修订)(?:时间|時間|日期|日)
"""
UPDATED_WEAK = r"""
updated|modified|revised|reviewed|edited|amended|update|upd|last checked|as of
mise? à jour|modifiée?s?|actualisée?s?|révisée?|màj|maj
aktualisiert|geändert|überarbeitet|bearbeitet|aktualisierung|stand|stand vom|update vom
actualizad[oa]s?|modificad[oa]s?|actualización|revisad[oa]|actualitzat|actualitzada
atualizad[oa]s?|alterad[oa]s?|atualização|actualização
aggiornat[oae]|modificat[oae]|aggiornamento|aggiornamento del|pagina aggiornata
bijgewerkt|gewijzigd|aangepast|herzien
zaktualizowan[oya]|zmodyfikowan[oya]|aktualizacja|zmieniono|aktualizowano
aktualizován[oaé]|aktualizované|aktualizace|aktualizácia|upraven[oaé]|změněno|zmenené|upravené
ažurirano|azurirano|posodobljeno|izmijenjeno|izmenjeno|spremenjeno|ажурирано|измењено
обновен[ао]?|актуализиран[ао]?|променен[ао]?
обновлен[оаы]?|обновлён|изменен[оаы]?|изменён|отредактирован[оаы]?|актуализирован[оаы]?|обновление|редакция от|в редакции от|правка
оновлено|оновлена|змінено|відредаговано|актуалізовано|оновлення
абноўлена|зменена
жаңартыл\w+|жаңарту|жаңартты|өзгертіл\w+
жаңыртыл\w+|жаңыртуу|өзгөртүлгөн
yangilan\w+|янгилан\w+|навсозӣ|навсозишуда
yenilənib|yeniləndi|yenilənmə|güncelleme|güncellendi|güncellenmiş|güncel
تحديث|التحديث|تم التحديث|تم تحديثه|تم التعديل|حُ?دِ?ّ?ث|محدث|عُ?دِ?ّ?ل
به.?روز.?رسانی(?: شده)?|بروز.?رسانی(?: شده)?|ویرایش(?: شده)?|اپ.?ڈیٹ|تجدید
עודכן|עודכנה|עדכון
ενημερώθηκε|ενημέρωση|τροποποιήθηκε
actualizat[ăe]?|modificat[ăe]?|actualizare
frissítve|módosítva|frissítés|frissült
päivitetty|muokattu|päivitys
uppdaterad|uppdaterat|ändrad|opdateret|oppdatert|ændret|endret|redigeret
uuendatud|muudetud|atjaunots|atjaunināts|aktualizēts|labots|atnaujint[aoi]|atnaujintas
përditësuar|განახლდა|განახლებულია|թարմացվել է|թարմացված է?
अद्यतन|अपडेट|संशोधित|हालनागाद|হালনাগাদ|আপডেট
ปรับปรุง|อัปเดต|อัพเดท|แก้ไข
cập nhật|diperbarui|diperbaharui|dikemas ?kini|dimutakhirkan|na-?update|imesasishwa|шинэчилсэн|шинэчлэгдсэн
更新|修改|修订|修訂|改[定訂]|最終改[定訂]|수정|업데이트|갱신|개정
as at|(?:(?:this |the )?(?:information|data|content|list|figures|status|text|page) (?:is |are )?)?(?:correct|current|valid|accurate|up.to.date|updated) (?:as (?:of|at)|to|at)|(?:this |the )?(?:document|article|information|policy|statement|content|list|version) (?:was |has been )?(?:updated|modified|revised|edited|changed)|(?:data|figures|status|information|list|situation|position|consolidated|accurate|prices) as (?:of|at)
vérifiée?s?|à jour au|données au|situation au|état au|contrôlée?
(?:datos|cifras|saldos|precios|tasas|valores|indicadores|estadísticas|existencias|reservas|información|situación|estado|lista|corte|actualización) al?|situação em|dados de|dados em|posição em|dati al|situazione al|aggiornato al|dades a|date la
stand per|stand am|stav k(?:e)?(?: dni)?|stav ku?(?: dňu)?|stan na|stanje na dan|стање на дан|към|по данни към|situația la|situation pr|opgjort pr|pr|per
ажурирано на|ажурирано|обновено|изменето|янгиланиш|ўзгартирилган|яңартылды|яңартылган|täzelenen
թարմացվել է|թարմացված|փոփոխվել է|uppfært|breytt|aġġornat|opgedateer|eguneratua|eguneratze data|actualitzat|përditësuar më
(?:información|datos|texto|página|contenido|documento|cifras|lista) (?:actualizad[oa]s?|revisad[oa]s?)(?: al?| el| en)?|(?:informações|dados|página|texto|conteúdo) atualizad[oa]s?(?: em| a)?|(?:pagina|informazioni|dati|testo) aggiornat[oaie]|(?:version|fiche|données|informations|liste) mises? à jour
по состоянию на|актуал\w+ на|данные на|(?:информация|сведения|данные) (?:актуал\w+|приведен\w+|указан\w+)(?: по состоянию)? на|(?:материал|информация|документ|данные) (?:обновлен[аоы]?|изменен[аоы]?|актуализирован[аоы]?)|станом на|дані на
stan (?:prawny )?na(?: dzień)?|informacje aktualne na(?: dzień)?|datenstand|redaktionsschluss|sachstand|pakeista|redaguota|mainīts|labota
البيانات (?:حتى|لغاية|كما في)|ข้อมูล ?ณ ?(?:วันที่)?|(?:数据|資料|资料|信息|統計|统计)(?:截至|截止至|截止到|截至於)
(?:ปรับปรุง|อัปเดต|อัพเดท|แก้ไข)(?:เมื่อ|วันที่|เมื่อวันที่)|(?:更新|修改|修订|修訂)[于於]|sidan uppdaterades|uppdaterades(?: senast)?|siden (?:er|ble|blev|sist) (?:oppdatert|opdateret|endret)
"""
CREATED_STRONG = r"""
(?:publication|creation|release|published|publish|publishing|posting|posted|created|issue) (?:date|time)
date (?:published|created|posted|issued|of publication|of creation|of issue|of release)
(?:first|originally) (?:published|posted|issued)
date de (?:première )?(?:publication|création|parution|mise en ligne)
(?:erstellungs|veröffentlichungs|erscheinungs|publikations)datum|datum der veröffentlichung
fecha de (?:publicación|creación|emisión)|data d[ae] (?:publicação|criação|publicación)|data (?:di )?(?:pubblicazione|creazione)
(?:publicatie|plaatsings)datum|datum (?:van )?(?:publicatie|plaatsing)
data (?:publikacji|utworzenia|dodania|wytworzenia|opublikowania)
d[aá]tum (?:zveřejnění|publikace|vytvoření|vydání|zverejnenia|vytvorenia|publikácie|objave|objavljivanja|kreiranja)|датум (?:објаве|креирања)
дата на (?:публикуване|публикация|създаване)
дата (?:и время )?(?:создания|публикации|размещения|добавления|опубликования|створення|публікації|розміщення|оприлюднення)
(?:құрылған|құру|жарияланған|жариялану|жариялау|жасалған|жүктелген|қосылған|орналастырылған|жарияланым) (?:күні|уақыты)
(?:түзүлгөн|жарыяланган|жарыялоо|кошулган) (?:күнү|убактысы)
(?:yaratilgan|e.?lon qilingan|chop etilgan|joylashtirilgan) (?:sana\w*|vaqti?)
(?:dərc|yaradılma|yayımlanma|dərc olunma|dərc edilmə) (?:tarixi|vaxtı)
(?:yayın|yayınlanma|yayımlanma|oluşturma|oluşturulma|eklenme|giriş|yayım) (?:tarihi|zamanı)
تاريخ (?:الإنشاء|النشر|الإضافة|نشر|الإصدار|إنشاء)|(?:تاریخ|زمان) (?:انتشار|ایجاد|درج|ارسال|نشر|اشاعت)
(?:תאריך|מועד) (?:פרסום|יצירה|הפרסום)
ημερομηνία (?:δημοσίευσης|δημιουργίας|ανάρτησης)
data (?:publicării|creării|postării)|(?:közzététel|megjelenés|létrehozás|publikálás) (?:dátuma|ideje|napja)
julkaisu(?:päivä|päivämäärä|aika)|publiceringsdatum|udgivelsesdato|publiseringsdato|avaldamise kuupäev|publicēšanas datums
(?:paskelbimo|sukūrimo|publikavimo) data|(?:გამოქვეყნების|შექმნის) თარიღი|ստեղծման ամսաթիվ|հրապարակման ամսաթիվ
प्रकाशन (?:तिथि|की तिथि)|प्रकाशित तिथि|প্রকাশের তারিখ
วันที่(?:เผยแพร่|สร้าง|โพสต์|ประกาศ|ลงข่าว|ลงประกาศ)
(?:ngày|thời gian) (?:đăng|tạo|phát hành|xuất bản)
(?:tanggal|tarikh) (?:publikasi|dibuat|terbit|unggah|siaran|diterbitkan|cipta|tayang)
(?:нийтэлсэн|үүсгэсэн|нийтлэгдсэн) огноо
(?:创建|創建|建立|建檔|发布|發布|發佈|发表|發表|刊登|刊出|张贴|張貼|上版|上架|公布|公告|公佈|成文|发文|發文|发稿|發稿|新增|发行|發行|登载|上传)(?:时间|時間|日期|日)
(?:作成|公開|掲載|発行|発表|投稿|登録|公表|制定)(?:日時|日付|年月日|日)
(?:작성|등록|게시|생성|발행|입력|공개|배포) ?(?:일시|일자|일|날짜|시간)
(?:data|datum|dato|fecha|date) (?:de |da |di |d['’] ?)?(?:publicació|creació|pubblicazione|emissione|emisión|emissão)|argitaratze data
data (?:e )?(?:publikimit|krijimit)|датум на (?:објавување|објава)|дата (?:апублікавання|стварэння)
ngày (?:ban hành|công bố|ký)|(?:ngày|thời gian) đăng tải|tanggal rilis|tarikh (?:siar|kemasukan)
birtingardagur|útgáfudagur|data tal-pubblikazzjoni|dyddiad cyhoeddi|dáta foilsithe
(?:julkaistu|julkaisu) (?:alun perin)
"""
CREATED_WEAK = r"""
created|published|posted|released|issued|added|uploaded|publication
publiée?s?|mise? en ligne|créée?s?|parue?|postée?|publication
erstellt|veröffentlicht|publiziert|eingestellt|erschienen|veröffentlichung
publicad[oa]s?|cread[oa]s?|criad[oa]s?|publicación|publicação|pubblicat[oae]|creat[oae]|pubblicazione
gepubliceerd|geplaatst|aangemaakt|opublikowan[oya]|utworzon[oya]|dodano
publikováno|vytvořeno|zveřejněno|vydáno|vloženo|zverejnené|publikované|vytvorené|objavljeno|kreirano|postavljeno|ustvarjeno|објављено|креирано
публикуван[ао]?|създаден[ао]?|създаден
создан[оаы]?|опубликован[оаы]?|размещен[оаы]?|размещён|добавлен[оаы]?|публикация
створено|опубліковано|розміщено|оприлюднено|додано|створена
құрылған|құрылды|жарияланған|жарияланды|жасалған
түзүлгөн|жарыяланган|жарыяланды|yaratilgan|e.?lon qilingan|joylashtirilgan
dərc (?:edilib|olunub)|yaradılıb|yayınlan\w+|yayımlan\w+|oluşturuldu|eklendi
نُ?شِ?رت?|أُ?نشئت?|تم النشر|تم الإنشاء|أضيفت?|منتشر شده|ایجاد شده|شائع(?: ہوا| شدہ)?
פורסם|פורסמה|נוצר|נוצרה
δημοσιεύθηκε|δημοσιεύτηκε|δημοσίευση|δημιουργήθηκε|αναρτήθηκε
publicat[ăe]?|postat[ăe]?|közzétéve|megjelent|létrehozva|publikálva|megjelenés
julkaistu|luotu|publicerad|publicerat|skapad|publiceret|publisert|offentliggjort|oprettet|opprettet|udgivet|lagt ut
avaldatud|loodud|lisatud|publicēts|izveidots|ievietots|paskelbta|publikuota|sukurta
გამოქვეყნდა|გამოქვეყნებულია|შექმნილია|հրապարակվել է|հրապարակված է?|ստեղծվել է
प्रकाशित|निर्मित|प्रकाशन|প্রকাশিত|প্রকাশ
เผยแพร่|สร้าง|โพสต์
xuất bản|được tạo|đăng|diterbitkan|dipublikasikan|dibuat|diposting|diunggah|disiarkan|dicipta|нийтэлсэн|үүсгэсэн
发布|發布|發佈|发表|發表|公開|掲載|作成|게시|등록|작성
wytworzon[oya]|opublikował dnia|udostępnion[oya]|објавено|објавена|создадено|publikuar|апублікаван[аоы]?|створан[аоы]?
հրապարակվել է|հրապարակում|birt|útgefið|ippubblikat|foilsithe|cyhoeddwyd|publicat|argitaratua|gepubliseer|نشر(?:ت)? ?(?:بتاريخ|في)?
입력|게재|发稿|登载|imechapishwa|чоп этилган|эълон қилинган|опубликована?
(?:press release|statement|notice|news|article|document|decision|report|circular)s? (?:published|issued|released|posted)
(?:เผยแพร่|สร้าง|โพสต์|ประกาศ|ลงข่าว)(?:เมื่อ|วันที่|เมื่อวันที่)|(?:发布|發布|發佈|发表|發表|刊登|刊载|公布)[于於]
gazetted|(?:article|page|fiche|document|communiqué|texte|avis) (?:publiée?|mise? en ligne|créée?)(?: le)?|(?:artículo|página|documento|nota) publicad[oa](?: el)?|(?:artigo|página|documento|nota) publicad[oa](?: em)?
"""
OTHER = r"""
effective(?: date| as of| from| on)?|in force(?: since| from| as of)|valid from|date of entry into force
date d.(?:entrée en vigueur|effet)|(?:en vigueur|applicable)(?: depuis| au| à compter du| à partir du)?|version du
gültig (?:ab|seit)|in kraft seit|fassung vom|inkrafttreten
(?:fecha de )?entrada en vigor|vigente desde|data (?:de|di) entrada? em vigor|in vigore dal
действует с|вступ\w+ в силу(?: с)?|дата вступления в силу
(?:生效|施行|实施|實施|发效)(?:日期|时间|時間|日)|施行日|発効日|시행 ?(?:일자|일)
print(?:ed|out)?(?: on| date| at)?|date (?:of print(?:ing)?|printed)|imprimée?(?: le)?|date d['’]impression|druckdatum|gedruckt(?: am)?|ausdruck vom|fecha de impresión|impreso(?: el)?
data (?:di stampa|de impressão|wydruku)|stampato il|wydrukowano|vytištěno|tisknuto|дата печати|распечатано|打印日期|打印时间|列印日期|印刷日|출력일
(?:date d['’])?entrée en vigueur(?: le)?|in vigore (?:dal|dall['’])|vigenza dal|gültig ab|gültigkeit ab|geldig (?:vanaf|per)|in werking(?:getreden)? (?:per|sinds|op)|ingangsdatum
obowiązuje od|w mocy od|ważne od|platnost od|platné od|účinnost od|účinné od|platí od|na snazi od|vrijedi od|ступа на снагу|в сила от|în vigoare (?:din|de la)|hatályos|hatálybalépés
voimassa(?: alkaen)?|voimaantulo|gäller från(?: och med)?|gyldig fra|gælder fra|i kraft fra|jõustu\w+|spēkā (?:no|stāšanās)|įsigalioj\w+|galioja nuo
σε ισχύ από|ισχύει από|yürürlük tarihi|geçerlilik tarihi|qüvvəyə minmə tarixi|чинн\w+ з|набирає чинності|дата набрання чинності|күшіне ену? (?:күні|уақыты)
تاريخ (?:النفاذ|السريان|الطباعة|بدء العمل)|ساري من|تاریخ (?:اجرا|اعتبار|چاپ)|בתוקף מ|תאריך תחילה|ngày (?:có )?hiệu lực|mulai berlaku|berlaku (?:mulai|sejak)|มีผลบังคับใช้
(?:date of )?(?:coming|entry|entering) into (?:force|effect)|effective as (?:of|at)|takes effect(?: on)?|commencement(?: date)?
appli(?:es|cable) (?:from|as of|since)|(?:texte |version )?en vigueur (?:au|depuis le|à compter du)
"""
# Of these a colon must follow: without one they may number something else.
OTHER_WITH_COLON = r"""
version|versión|versão|versione|versie|wersja|версия|版本|version date|date de version
"""
# Words by which a date is not that of the page as it stands: of what is yet to come, or of what was not done.
NOT_YET = (
    r"next|upcoming|due|expected|planned|scheduled|not|never|prochaine?|prévue?|nächste[rsn]?|geplante?|próxim[ao]|prossim[ao]|pròxim[ao]|volgende|"
    r"następn[aey]|kolejn[aey]|příští|další|ďalšia|najbližšia|naslednja|sljedeć[aei]|sledeć[aei]|следећ\w+|следующ\w+|ближайш\w+|наступн\w+|следващ\w+|следн\w+|"
    r"келесі|кийинки|keyingi|seuraava|nästa|næste|neste|järgmi\w+|nākam\w+|kit(?:as|a)|következő|επόμενη|sonraki|gelecek|növbəti|următoarea|"
    r"القادم|التالي|المقبل|بعدی|اگلا|הבא|הבאה|अगला|পরবর্তী|tiếp theo|berikutnya|seterusnya|susunod"
)
NOT_YET_JOINED = r"下次|下一次|下回|次回|다음|ครั้งต่อไป|ถัดไป"  # where words stand without spaces
# Words between a label and its date, and after a date before its label.
GLUE = (
    r"a|al|u|po|k|ke|ku|per|pr|d|s|da|na dan|na dzień|më|e|ora|на дан|وفي|پر|کو|को|ko|ជា|ที่|"
    r"on|at|the|in|by|date|time|le|du|au|à|en date du|am|vom|den|el|día|em|il|in data|op|dnia|dne|dňa|le jour|på|den|pe|la data de|la|"
    r"la fecha|de|від|от|на|в|з|с|күні|ngày|lúc|vào lúc|vào|pada|tanggal|noong|tarihinde|tarihi|في|بتاريخ|يوم|در|در تاریخ|ב|בתאריך|στις|"
    r"την|kl|klo|dana|dne|ที่|วันที่|เมื่อ|เมื่อวันที่|于|於|为|為|是|은|는"
)
# Labels that stand after a date, with the date alone on the line.
UPDATED_AFTER = (
    r"(?:に)?(?:最終)?(?:更新|改[定訂]|修正)(?:版|しました|済み?)?|(?:最后|最後|最新)?(?:更新|修改|修订|修訂)|(?:에 )?(?:최종 )?(?:수정|업데이트|갱신|개정)(?:됨)?|"
    r"tarihinde (?:güncellen\w+|değiştiril\w+)|güncellendi|aktualisiert|geändert|(?:күні )?жаңарт\w+|frissítve|-[áeéa]n (?:frissítve|módosítva)|"
    r"(?:現在|時点|现在|為止|止)(?:の状況)?|(?:현재|기준)|(?:дағы|дегі)? ?жағдай\w* бойынша|tarihi? itibar[ıi]yl[ae]|holatiga(?: ko.ra)?|-i állapot|"
    r"oppdatert|opdateret|uppdaterad|päivitetty|обновлено|оновлено|updated"
)
CREATED_AFTER = (
    r"(?:に)?(?:公開|掲載|作成|発行|制定|公表|発表)(?:しました)?|(?:发布|發布|發佈|发表|發表|公布)|(?:에 )?(?:게시|등록|작성|발행)(?:됨)?|"
    r"tarihinde (?:yayınlan\w+|yayımlan\w+|oluşturul\w+)|veröffentlicht|erstellt|(?:күні )?жариялан\w+|közzétéve|publisert|publicerad|julkaistu|"
    r"опубликовано|опубліковано|published"
)
# Names of the days of the week, as they stand beside dates.
WEEKDAYS = r"""
monday|tuesday|wednesday|thursday|friday|saturday|sunday
lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag
lunes|martes|miércoles|jueves|viernes|sábado|domingo
segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira
lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica
maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag
poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela
pondělí|úterý|středa|čtvrtek|pátek|neděle|pondelok|utorok|streda|štvrtok|piatok|nedeľa
ponedjeljak|utorak|srijeda|četvrtak|petak|subota|nedjelja|ponedeljak|sreda|nedelja|ponedeljek|torek|četrtek|petek
понедельник|вторник|среда|четверг|пятница|суббота|воскресенье
понеділок|вівторок|середа|четвер|п['’]ятниця|субота|неділя|панядзелак|аўторак|серада|чацвер|пятніца|нядзеля
понеделник|сряда|четвъртък|петък|събота|неделя|понедељак|уторак|четвртак|петак|недеља
дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|жексенбі|дүйшөмбү|шейшемби|шаршемби|бейшемби|жума|ишемби|жекшемби
dushanba|seshanba|chorshanba|payshanba|juma|shanba|yakshanba|bazar ertəsi|çərşənbə axşamı|çərşənbə|cümə axşamı|cümə|şənbə
pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar
الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد|دوشنبه|سه.?شنبه|چهارشنبه|پنج.?شنبه|جمعه|شنبه|یکشنبه|پیر|منگل|بدھ|جمعرات|جمعہ|ہفتہ|اتوار
יום (?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת)
δευτέρα|τρίτη|τετάρτη|πέμπτη|παρασκευή|σάββατο|κυριακή
luni|marți|miercuri|joi|vineri|sâmbătă|duminică
hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap
maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai|sunnuntai
måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag|søndag
esmaspäev|teisipäev|kolmapäev|neljapäev|reede|laupäev|pühapäev
pirmdiena|otrdiena|trešdiena|ceturtdiena|piektdiena|sestdiena|svētdiena
pirmadienis|antradienis|trečiadienis|ketvirtadienis|penktadienis|šeštadienis|sekmadienis
ორშაბათი|სამშაბათი|ოთხშაბათი|ხუთშაბათი|პარასკევი|შაბათი|კვირა
երկուշաբթի|երեքշաբթի|չորեքշաբթի|հինգշաբթի|ուրբաթ|շաբաթ|կիրակի
सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|रविवार|সোমবার|মঙ্গলবার|বুধবার|বৃহস্পতিবার|শুক্রবার|শনিবার|রবিবার
(?:วัน)?(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|ศุกร์|เสาร์|อาทิตย์)
thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật
senin|selasa|rabu|kamis|jumat|sabtu|minggu|isnin|khamis|jumaat|ahad
星期[一二三四五六日天]|[周週][一二三四五六日]|[月火水木金土日]曜日?|[월화수목금토일]요일
diumenge|dilluns|dimarts|dimecres|dijous|divendres|dissabte|luns|mércores|xoves|venres
igandea|astelehena|asteartea|asteazkena|osteguna|ostirala|larunbata
sonndeg|méindeg|dënschdeg|mëttwoch|donneschdeg|freideg|samschdeg|sondag|vrydag|saterdag|недела|четврток|петок|сабота
e (?:diel|hënë|martë|mërkurë|enjte|premte|shtunë)|(?:maanantai|tiistai|torstai|perjantai|lauantai|sunnuntai|keskiviikko)na
sunnudagur|mánudagur|þriðjudagur|miðvikudagur|fimmtudagur|föstudagur|laugardagur
il-ħadd|it-tnejn|it-tlieta|l-erbgħa|il-ħamis|il-ġimgħa|is-sibt|dé (?:domhnaigh|luain|máirt|céadaoin|haoine|sathairn)|déardaoin
dydd (?:sul|llun|mawrth|mercher|iau|gwener|sadwrn)|(?:як|ду|се|чор|панҷ)шанбе|ҷумъа|шанбе|(?:ýek|du|si|çar|pen)?şenbe|anna
якшәмбе|дүшәмбе|сишәмбе|чәршәмбе|пәнҗешәмбе|җомга|шимбә|ням|даваа|мягмар|лхагва|пүрэв|баасан|бямба
ஞாயிறு|திங்கள்|செவ்வாய்|புதன்|வியாழன்|வெள்ளி|சனி|ఆదివారం|సోమవారం|మంగళవారం|బుధవారం|గురువారం|శుక్రవారం|శనివారం|मंगळवार
ວັນ(?:ອາທິດ|ຈັນ|ອັງຄານ|ພຸດ|ພະຫັດ|ສຸກ|ເສົາ)|linggo|lunes|martes|miyerkules|huwebes|biyernes|sabado
jumapili|jumatatu|jumanne|jumatano|alhamisi|ijumaa|jumamosi
"""
TODAY = r"today(?: is)?|сегодня|сьогодні|бүгін|бүгүн|bugun|bugün|bu gün|aujourd.hui|heute|hoy(?: es)?|hoje(?: é)?|oggi|vandaag|dziś|dzisiaj|dnes|danas|днес|اليوم|امروز|היום|σήμερα|astăzi|azi|ma|tänään|idag|i dag|täna|šodien|šiandien|今天(?:是)?|今日(?:は)?|오늘(?:은)?|hôm nay|hari ini|วันนี้|आज"
SHORT_WEEKDAYS = (
    r"mon|tues?|wed|weds|thu|thurs?|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mo|di|mi|do|fr|sa|so|mié|mie|jue|vie|sáb|seg|ter|qua|qui|sex|gio|sab|dom|"
    r"пн|вт|ср|чт|пт|сб|вс|нд|pon|wt|śr|czw|pt|sob|nie|út|st|čt|pá|ne|pondělí|úterý|středu|środę|sobotę|среду|пятницу|субботу|mån|tis|ons|tors|lör|sön|man|tirs|lør|søn|"
    r"ma|ti|ke|to|pe|su|hét|kedd|sze|csüt|pén|szo|vas|pzt|sal|çar|per|cum|cmt|paz|sen|sel|rab|kam|jum"
)
# How long ago something was, counted from the look: patterns of whole lines, and words of which each line has one.
AGES = r"""
(?:(?:over|about|almost|nearly|more than|less than|around) )?(?:\d+|an?|one) (?:sec(?:ond)?|min(?:ute)?|hr|hour|day|week|month|year)s?(?:,? \d+ (?:sec(?:ond)?|min(?:ute)?|hr|hour|day|week|month)s?)? ago
il y a (?:environ |plus d[e'’] ?|près d[e'’] ?)?(?:\d+|une?|quelques) ?(?:s|secondes?|min(?:utes?)?|h(?:eures?)?|j(?:ours?)?|semaines?|mois|ans?|années?)
vor (?:etwa |über |mehr als |ungefähr |ca\. )?(?:\d+|eine[mr]?) (?:sek(?:unden?)?|min(?:uten?)?|std|stunden?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)\.?
hace (?:unos |más de |casi |aproximadamente )?(?:\d+|una?) (?:segundos?|min(?:utos?)?|h(?:oras?)?|días?|semanas?|mes(?:es)?|años?)
(?:há|faz) (?:cerca de |mais de )?(?:\d+|uma?) (?:segundos?|min(?:utos?)?|h(?:oras?)?|dias?|semanas?|mês|meses|anos?)(?: atrás)?
(?:\d+|uma?) (?:segundos?|minutos?|horas?|dias?|semanas?|mês|meses|anos?) atrás
(?:\d+|un[ao]?|un['’]) ?(?:second[oi]|minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]) fa
(?:\d+|een) (?:seconden?|minu(?:ut|ten)|uur|uren|dag(?:en)?|week|weken|maand(?:en)?|jaar) geleden
(?:\d+ )?(?:sekund\w*|minut\w*|godzin\w*|dzień|dni|tydzień|tygodni\w*|miesiąc\w*|miesięcy|rok|lat\w?) temu
(?:\d+ )?(?:секунд\w*|минут\w*|час\w*|день|дн\w+|недел\w+|месяц\w*|год\w*|лет) назад
(?:\d+ )?(?:секунд\w*|хвилин\w*|годин\w*|день|дн\w+|тижд\w+|тижн\w+|місяц\w*|рок\w*|рік) тому
(?:před|pred) (?:\d+ )?(?:sekund\w*|minut\w*|hodin\w*|dne?m?|dny|dňami|týdn\w+|týždň\w+|měsíc\w*|mesiac\w*|rok\w*|let\w*)
(?:\d+|bir) (?:saniye|dakika|saat|gün|hafta|ay|yıl) önce
\d+ ?(?:秒|分钟|分鐘|分|小时|小時|時間|天|日|周|週|星期|週間|个月|個月|か月|ヶ月|カ月|ヵ月|年)[之以]?前
\d+ ?(?:초|분|시간|일|주|개월|달|년) ?전
(?:منذ|قبل) (?:\d+ )?(?:ثانية|ثوان|ثواني|دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام|أسبوع|أسبوعين|أسابيع|شهر|شهرين|أشهر|شهور|سنة|سنتين|سنوات)
(?:\d+ )?(?:ثانیه|دقیقه|ساعت|روز|هفته|ماه|سال) (?:پیش|قبل)
לפני (?:\d+ )?(?:שניות|דקה|דקות|שעה|שעתיים|שעות|יום|יומיים|ימים|שבוע|שבועיים|שבועות|חודש|חודשיים|חודשים|שנה|שנתיים|שנים)
πριν (?:από )?(?:\d+|μία|έναν?) (?:δευτερόλεπτ\w+|λεπτ\w+|ώρ\w+|η?μέρ\w+|εβδομάδ\w+|μήν\w+|χρόνι\w+|έτ\w+)
\d+ (?:giây|phút|giờ|ngày|tuần|tháng|năm) trước
\d+ (?:detik|menit|jam|hari|minggu|bulan|tahun) (?:yang )?lalu
(?:för|for) (?:\d+|en|et|ett) (?:sek\w*|min\w*|tim\w*|dag\w*|veck\w*|uge\w*|uke\w*|månad\w*|måned\w*|år) (?:sedan|siden)
\d+ (?:sekunti\w*|minuutti\w*|tunti\w*|päivä\w*|viikko\w*|kuukau\w+|vuo\w+) sitten
\d+ (?:सेकंड|मिनट|घंटे|दिन|सप्ताह|हफ़्ते|महीने|साल|वर्ष) पहले
"""
# The same where a label stands before it.
LABELLED_AGES = r"""
\d+ (?:sec(?:ond)?|min(?:ute)?|hour|day|week|month|year)s?(?: \d+ (?:sec(?:ond)?|min(?:ute)?|hour|day|week|month)s?)?
just now|recently|in the last (?:minute|hour|day|week|month)|today|yesterday|(?:this|last) (?:week|month|year)|hier|aujourd['’]hui|cette semaine|gestern|heute|diese woche|ayer|hoy|esta semana
ontem|hoje|ieri|oggi|gisteren|vandaag|wczoraj|dzisiaj|вчера|сегодня|вчора|сьогодні|dün|bugün|刚刚|剛剛|昨天|今天|昨日|今日|어제|오늘|أمس|اليوم|אתמול|היום|χθες|σήμερα
"""
AGE_WORDS = (
    "ago il vor hace há faz atrás fa geleden temu назад тому před pred önce منذ قبل پیش לפני πριν trước lalu sedan siden sitten पहले "
    "sec second seconds min minute minutes hour hours day days week weeks month months year years "
    "now recently today yesterday hier aujourd'hui aujourd’hui semaine gestern heute woche ayer hoy semana ontem hoje ieri oggi gisteren vandaag "
    "wczoraj dzisiaj вчера сегодня вчора сьогодні dün bugün أمس اليوم אתמול היום χθες σήμερα"
)
