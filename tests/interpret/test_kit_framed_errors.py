"""Errors that a site tells in its own full frame, in many wordings: never a revision."""

from __future__ import annotations

import pytest

from .page_makers import FRAMES, SITES, bare, lines, page_of

SEARCH = '<form action="/search" role="search"><input type="search" name="q"><button>{0[4]}</button></form>'
MAP = "<ul><li><a href='/1'>{0[1]}</a></li><li><a href='/2'>{0[2]}</a></li><li><a href='/3'>{0[3]}</a></li><li><a href='/5'>{0[5]}</a></li></ul>"
OWN = "\0"  # the page keeps its own title

# name: (language, frame, title, body); SEARCH and MAP are filled from the site's menu
FRAMED = {
    # not there, without the words that say so plainest
    "en apology": ("en", "bootstrap", "Sorry, we can't find what you're looking for", ["The address may have been mistyped, or the page may have been removed. Try one of these:", SEARCH, MAP]),
    "en oops": ("en", "semantic", "Oops!", ["It looks like nothing was found at this location. Maybe try a search?", SEARCH]),
    "en no longer available": ("en", "drupal", "Sorry", ["The content you requested is no longer available. Please use the navigation above or the site map.", MAP]),
    "en retired address": ("en", "divs", "Page unavailable", ["You may have followed an outdated link, or typed the address wrongly. Please check the spelling.", MAP]),
    "en most read": ("en", "bootstrap", "We could not find that page", ["It might have moved during our website upgrade.", "<h2>Most read</h2><ol><li><a href='/a'>Passport fees for children and adults</a></li><li><a href='/b'>How to report a lost identity card</a></li><li><a href='/c'>Opening hours of the district offices</a></li><li><a href='/d'>Marriage with a foreign citizen</a></li></ol>"]),
    "en gov style": ("en", "semantic", "Page not found", ["If you typed the web address, check it is correct.", "If you pasted the web address, check you copied the entire address.", "If the web address is correct or you selected a link or button, contact the Norland help desk for help with a service."]),
    "en under own title": ("en", "aspx", OWN, ["The page you requested does not exist.", "Return to the home page"]),
    "en requested url": ("en", "tables", "404", ["The requested URL /rules/entry.htm was not found on this server."]),
    "en record": ("en", "divs", OWN, ["No records found."]),
    "en article": ("en", "drupal", "Article not available", ["The article you are looking for is not available or has been unpublished."]),
    "en invalid id": ("en", "aspx", "Notice", ["Invalid document ID."]),
    "en unpublished": ("en", "drupal", OWN, ["You are not authorized to access this page."]),
    "fr désolé": ("fr", "bootstrap", "Oups !", ["Nous ne trouvons pas la page que vous avez demandée. Elle a peut-être été déplacée ou supprimée.", SEARCH]),
    "fr adresse": ("fr", "drupal", "Désolé", ["L'adresse que vous avez saisie ne correspond à aucune page de notre site.", MAP]),
    "fr contenu": ("fr", "semantic", "Contenu indisponible", ["Le contenu que vous cherchez n'est plus disponible. Retournez à l'accueil ou utilisez le moteur de recherche."]),
    "fr accès": ("fr", "drupal", "Accès refusé", ["Vous n'êtes pas autorisé à accéder à cette page."]),
    "de hoppla": ("de", "semantic", "Hoppla!", ["Die von Ihnen aufgerufene Seite gibt es nicht mehr. Vielleicht hilft Ihnen unsere Suche weiter.", SEARCH]),
    "de entschuldigung": ("de", "divs", "Entschuldigung", ["Unter dieser Adresse ist leider kein Inhalt vorhanden. Bitte prüfen Sie die Schreibweise.", MAP]),
    "de umgezogen": ("de", "drupal", "Dokument nicht verfügbar", ["Das gewünschte Dokument ist nicht verfügbar. Im Zuge der Neugestaltung haben sich viele Adressen geändert."]),
    "es lo sentimos": ("es", "bootstrap", "¡Vaya!", ["No hemos podido encontrar la página que busca. Compruebe que la dirección está bien escrita.", SEARCH]),
    "es contenido": ("es", "aspx", OWN, ["El contenido solicitado no está disponible."]),
    "pt desculpe": ("pt", "semantic", "Ops!", ["Não foi possível encontrar a página pretendida. Verifique o endereço ou volte à página inicial.", MAP]),
    "it spiacenti": ("it", "bootstrap", "Spiacenti", ["La pagina che stai cercando non è disponibile o è stata spostata.", MAP]),
    "it contenuto": ("it", "divs", OWN, ["Contenuto non trovato."]),
    "nl helaas": ("nl", "semantic", "Helaas", ["Deze pagina bestaat niet (meer). Misschien vindt u wat u zoekt via de zoekfunctie.", SEARCH]),
    "sv tyvärr": ("sv", "semantic", "Hoppsan!", ["Vi kan tyvärr inte hitta sidan du letar efter. Den kan ha flyttats eller tagits bort.", MAP]),
    "fi valitettavasti": ("fi", "bootstrap", "Hups!", ["Valitettavasti etsimääsi sivua ei ole olemassa. Sivu on voitu siirtää tai poistaa.", SEARCH]),
    "pl niestety": ("pl", "divs", "Ups!", ["Strona o podanym adresie nie istnieje lub została przeniesiona.", MAP]),
    "pl brak": ("pl", "aspx", OWN, ["Nie masz uprawnień do wyświetlenia tej strony."]),
    "cs omlouváme": ("cs", "drupal", "Omlouváme se", ["Stránka, kterou hledáte, neexistuje nebo byla přesunuta.", MAP]),
    "hu sajnáljuk": ("hu", "semantic", "Sajnáljuk", ["A keresett tartalom nem található, vagy időközben törölték.", SEARCH]),
    "ro scuze": ("ro", "bootstrap", "Ne pare rău", ["Pagina pe care o căutați nu există sau a fost mutată.", MAP]),
    "bg съжаляваме": ("bg", "divs", "Съжаляваме", ["Страницата, която търсите, не съществува или е преместена.", MAP]),
    "el λυπούμαστε": ("el", "semantic", "Ωχ!", ["Λυπούμαστε, η σελίδα που αναζητάτε δεν υπάρχει ή έχει μετακινηθεί.", SEARCH]),
    "sr жао нам је": ("sr", "drupal", "Упс!", ["Жао нам је, страница коју тражите не постоји или је премештена.", MAP]),
    "ru увы": ("ru", "bootstrap", "Увы", ["Мы не нашли такой страницы. Возможно, она была удалена или перемещена.", SEARCH]),
    "ru неверный адрес": ("ru", "divs", "Ошибка 404", ["Неправильно набран адрес, или такой страницы на сайте больше не существует.", MAP]),
    "ru материал": ("ru", "aspx", OWN, ["Материал не найден."]),
    "ru раздел": ("ru", "drupal", "Доступ запрещён", ["У вас нет прав для просмотра этой страницы."]),
    "uk ой": ("uk", "semantic", "Ой!", ["Сторінка, яку ви шукаєте, не існує або була переміщена.", MAP]),
    "uk не найдено": ("uk", "bootstrap", "404", ["Вибачте, за вашим запитом нічого не знайдено."]),
    "kk кешіріңіз": ("kk", "drupal", "Кешіріңіз", ["Сіз іздеген бет жойылған немесе басқа мекенжайға көшірілген.", MAP]),
    "ky кечиресиз": ("ky", "bootstrap", "Кечиресиз", ["Сиз издеген барак жок же өчүрүлгөн.", MAP]),
    "hy ներողություն": ("hy", "semantic", "Էջը չի գտնվել", ["Ձեր փնտրած էջը գոյություն չունի կամ տեղափոխվել է։", MAP]),
    "ka ვწუხვართ": ("ka", "drupal", "ვწუხვართ", ["გვერდი, რომელსაც ეძებთ, არ არსებობს ან გადატანილია.", MAP]),
    "tr üzgünüz": ("tr", "bootstrap", "Üzgünüz", ["Ulaşmaya çalıştığınız sayfa kaldırılmış veya adresi değiştirilmiş olabilir.", SEARCH]),
    "az təəssüf": ("az", "semantic", "Təəssüf ki", ["Axtardığınız səhifə mövcud deyil və ya silinib.", MAP]),
    "ar عذرا": ("ar", "bootstrap", "عذرا", ["الصفحة التي طلبتها غير متوفرة أو تم نقلها إلى عنوان آخر.", SEARCH]),
    "ar غير مصرح": ("ar", "drupal", OWN, ["غير مصرح لك بالوصول إلى هذه الصفحة."]),
    "fa متاسفانه": ("fa", "semantic", "متأسفیم", ["صفحه‌ای که به دنبال آن هستید وجود ندارد یا منتقل شده است.", SEARCH]),
    "he מצטערים": ("he", "bootstrap", "אופס!", ["מצטערים, הדף שביקשת אינו קיים או שהועבר לכתובת אחרת.", MAP]),
    "hi क्षमा": ("hi", "drupal", "क्षमा करें", ["आपके द्वारा अनुरोधित पृष्ठ उपलब्ध नहीं है।", MAP]),
    "th ขออภัย": ("th", "semantic", "ขออภัย", ["ไม่พบหน้าที่คุณค้นหา อาจถูกลบหรือย้ายไปแล้ว", MAP]),
    "vi xin lỗi": ("vi", "bootstrap", "Rất tiếc", ["Trang bạn đang tìm không tồn tại hoặc đã bị xóa.", SEARCH]),
    "id maaf": ("id", "bootstrap", "Ups!", ["Maaf, halaman yang Anda tuju tidak tersedia atau telah dipindahkan.", SEARCH]),
    "zh 抱歉": ("zh", "divs", "温馨提示", ["抱歉，您要访问的页面已被删除或暂时无法访问。", "返回首页"]),
    "zh 找不到": ("zh", "bootstrap", "出错了", ["您所请求的网页无法找到，请检查网址是否正确。", SEARCH]),
    "zh 文章": ("zh", "aspx", OWN, ["该文章不存在或已下线。"]),
    "ja 申し訳": ("ja", "divs", "お探しのページは存在しません", ["申し訳ございません。アクセスしようとしたページは削除されたか、移動した可能性があります。", MAP]),
    "ja 公開終了": ("ja", "bootstrap", OWN, ["ご指定のページは公開を終了しました。"]),
    "ko 죄송": ("ko", "semantic", "죄송합니다", ["요청하신 페이지가 삭제되었거나 주소가 변경되었습니다.", SEARCH]),
    "mt skużi": ("mt", "semantic", "Paġna ma nstabitx", ["Il-paġna li qed tfittex ma teżistix jew ġiet imċaqalqa.", MAP]),
    # broken behind the frame
    "en unexpected": ("en", "bootstrap", "Something went wrong", ["An unexpected error has occurred. Our team has been notified. Please try again later."]),
    "en reference": ("en", "aspx", "Error", ["An error occurred while processing your request. Correlation ID: 6f1c2e9d-77a0-4a2f-9ad1-1f0f4a0b7c11"]),
    "en temporarily": ("en", "semantic", "Service temporarily unavailable", ["We are experiencing technical difficulties. Please try again in a few minutes."]),
    "en problem with service": ("en", "semantic", "Sorry, there is a problem with the service", ["Try again later."]),
    "en drupal site": ("en", "drupal", OWN, ["The website encountered an unexpected error. Please try again later."]),
    "en php warning": ("en", "divs", OWN, ["<br />\n<b>Warning</b>:  mysql_fetch_array() expects parameter 1 to be resource, boolean given in <b>/home/norland/public_html/page.php</b> on line <b>48</b><br />"]),
    "en sql": ("en", "divs", OWN, ["You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '' at line 1"]),
    "en java": ("en", "aspx", OWN, ["<pre>java.sql.SQLException: Connection reset\n\tat org.apache.commons.dbcp.PoolingDataSource.getConnection(PoolingDataSource.java:104)\n\tat kz.portal.PageDao.find(PageDao.java:51)</pre>"]),
    "en aspnet": ("en", "aspx", OWN, ["<pre>System.NullReferenceException: Object reference not set to an instance of an object.\n   at Portal.Page.Page_Load(Object sender, EventArgs e) in D:\\web\\Page.aspx.cs:line 33</pre>"]),
    "en web part": ("en", "aspx", OWN, ["Web Part Error: A Web Part or Web Form Control on this Page cannot be displayed or imported. The type could not be found or it is not registered as safe."]),
    "en template": ("en", "divs", OWN, ["${page.title}", "${page.body}", "#foreach($item in $items)"]),
    "ru ошибка": ("ru", "bootstrap", "Ошибка", ["Произошла ошибка при обработке запроса. Попробуйте обновить страницу позднее."]),
    "ru компонент": ("ru", "divs", OWN, ["DB query error. Please try later."]),
    "fr erreur": ("fr", "semantic", "Une erreur est survenue", ["Le service est momentanément indisponible. Veuillez réessayer ultérieurement."]),
    "de fehler": ("de", "divs", "Es ist ein Fehler aufgetreten", ["Ihre Anfrage konnte nicht bearbeitet werden. Bitte versuchen Sie es später noch einmal."]),
    "es error": ("es", "drupal", "Error", ["Se ha producido un error inesperado. Inténtelo de nuevo más tarde."]),
    "zh 系统": ("zh", "aspx", "系统提示", ["系统繁忙，请稍后再试。"]),
    "ja エラー": ("ja", "aspx", "エラー", ["システムエラーが発生しました。時間をおいて再度お試しください。"]),
    "tr hata": ("tr", "aspx", "Hata", ["Beklenmeyen bir hata oluştu. Lütfen daha sonra tekrar deneyiniz."]),
    "ar خطأ": ("ar", "aspx", "خطأ", ["حدث خطأ غير متوقع. يرجى المحاولة مرة أخرى لاحقا."]),
    "uk помилка": ("uk", "divs", "Помилка", ["Сталася помилка. Спробуйте пізніше."]),
    # doors in the frame
    "en login": ("en", "bootstrap", "Log in", ['<form method="post"><label>User name</label><input name="u"><label>Password</label><input type="password" name="p"><button>Log in</button></form>', "Forgot your password?"]),
    "en members": ("en", "drupal", OWN, ["Please log in to view this content.", '<form><input name="name"><input type="password" name="pass"><button>Log in</button></form>']),
    "en session": ("en", "aspx", "Session expired", ["Your session has expired. Please sign in again."]),
    "ru вход": ("ru", "bootstrap", "Авторизация", ['<form><input name="USER_LOGIN"><input type="password" name="USER_PASSWORD"><button>Войти</button></form>', "Для просмотра необходимо авторизоваться."]),
    "fr abonnés": ("fr", "bootstrap", OWN, ["Cet article est réservé aux abonnés. Abonnez-vous pour lire la suite.", "Déjà abonné ? Connectez-vous."]),
    "en captcha": ("en", "divs", "Security check", ["Please type the characters you see in the picture below to continue.", "<form><img src=/c.php><input name=c><button>Continue</button></form>"]),
    "de einwilligung": ("de", "bootstrap", "Datenschutzeinstellungen", ["Um diese Seite anzuzeigen, benötigen wir Ihre Zustimmung zur Verwendung von Cookies.", "<button>Alle akzeptieren</button><button>Ablehnen</button>"]),
    # works
    "en works": ("en", "divs", "Website maintenance", ["The website is undergoing scheduled maintenance and will be available again at 18:00. We apologise for any inconvenience."]),
    "en long works": ("en", "bootstrap", "Planned maintenance", ["Our website is currently down for scheduled maintenance.", "During this time you will not be able to use online services, submit forms or download documents. We expect to be back online on Monday morning.", "For urgent matters call the contact centre. Thank you for your patience and understanding while we improve our website."]),
    "ru работы": ("ru", "divs", "Сайт временно недоступен", ["Ведутся технические работы. Приносим свои извинения."]),
    "kk жұмыстар": ("kk", "bootstrap", "Техникалық жұмыстар", ["Сайтта техникалық жұмыстар жүргізілуде. Қолайсыздық үшін кешірім сұраймыз."]),
    "es obras": ("es", "semantic", "En mantenimiento", ["El portal se encuentra en mantenimiento. Disculpe las molestias."]),
    "vi bảo trì": ("vi", "divs", "Bảo trì hệ thống", ["Hệ thống đang bảo trì, vui lòng quay lại sau."]),
    # nothing
    "en emptied": ("en", "drupal", "", []),
    "en emptied under title": ("en", "semantic", OWN, []),
    "zh emptied under title": ("zh", "divs", OWN, []),
    "en spinner": ("en", "bootstrap", OWN, ["Loading..."]),
    "ru spinner": ("ru", "bootstrap", OWN, ["Загрузка..."]),
    "fr content is coming": ("fr", "bootstrap", "", ["Chargement en cours..."]),
    "en javascript": ("en", "semantic", OWN, ["<noscript>JavaScript is required to view this content.</noscript>", "<div id='app'></div>"]),
    "en removed": ("en", "semantic", "", ["This page has been removed."]),
}  # fmt: skip


def _shown(name: str) -> bytes:
    language, frame, title, body = FRAMED[name]
    site = SITES[language]
    return page_of(
        site,
        frame,
        title=None if title == OWN else title,
        body=[line.format(site.menu) if line in (SEARCH, MAP) else line for line in body],
    )


def _refused(outcome: str) -> bool:
    return outcome.startswith(("held:", "failed:", "gone:"))


@pytest.mark.parametrize("name", FRAMED)
def test_an_error_in_the_sites_own_frame_is_refused_after_good_looks(name, history):
    language, frame, *_ = FRAMED[name]
    history.look(page_of(language, frame))
    history.look(page_of(language, frame, extra="<!-- again -->"))

    assert _refused(history.look(_shown(name)))
    assert history.look(page_of(language, frame)) == "unchanged"


@pytest.mark.parametrize("name", [name for name in FRAMED if "emptied" not in name])
def test_an_error_in_the_sites_own_frame_is_refused_at_the_first_look(name, history):
    assert _refused(history.look(_shown(name)))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    ("language", "other"),
    [("en", "ru"), ("fr", "ar"), ("kk", "ru"), ("uk", "en"), ("de", "fr"), ("mt", "en"), ("zh", "en"), ("es", "pt")],
)
def test_the_sites_other_language_at_its_address_is_held(language, other, frame, history):
    history.look(page_of(language, frame))

    assert _refused(history.look(page_of(other, frame)))
    assert history.look(page_of(language, frame)) == "unchanged"


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("language", ["en", "ru", "zh", "ar"])
def test_a_page_cut_off_at_half_is_refused(language, frame, history):
    whole = page_of(language, frame, body=SITES[language].body * 4)
    history.look(whole)

    assert _refused(history.look(whole[: len(whole) // 2]))


NEWS = {
    "en": ["Minister opens new border post", "Fees for passports stay the same in spring", "Consulate in the south moves to a new building"],
    "fr": ["Le gouvernement présente son plan pour l'eau", "Inauguration du tribunal de Valmont", "Les communes reçoivent de nouvelles aides"],
    "ru": ["Открыто движение по новому мосту", "Подведены итоги года на транспорте", "Объявлен конкурс на замещение должности"],
}  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("language", NEWS)
def test_the_sites_home_page_in_its_place_is_held(language, frame, history):
    site = SITES[language]
    history.look(page_of(site, frame))
    teasers = "".join(
        f'<div class="teaser"><h3><a href="/news/{n}">{text}</a></h3><p>{text}. {text}.</p></div>'
        for n, text in enumerate(NEWS[language] * 3)
    )

    home = page_of(site, frame, title=site.menu[0], head=site.name, body=[teasers])

    assert _refused(history.look(home, final_url="http://mfa.example/"))


def test_the_banner_of_an_archive_above_an_archived_page_is_held(history):
    history.look(page_of("en"))
    banner = '<div id="wm-ipp-base">Archived copy: this is not the current website of the Ministry. It was captured on 3 March 2011.</div>'

    assert _refused(
        history.look(
            bare(
                "Archived website",
                banner,
                lines(["You are leaving the web archive.", "The page you requested has not been archived."]),
            )
        )
    )
