"""More wordings of errors, doors and works in a site's own frame, and of notices that are none of these."""

from __future__ import annotations

import pytest

from .page_makers import FRAMES, SITES, long_page, page_of

# language: (title, sentence), each in the frame of the site of that language
ERRORS = [
    ("en", "Whoops", "That page doesn't seem to be here any more."),
    (
        "en",
        "Sorry!",
        "We've recently redesigned our website and this address no longer works. Try the search box above.",
    ),
    ("en", "Unable to display page", "The page cannot be displayed because an internal server error has occurred."),
    (
        "en",
        "HTTP 404",
        "The resource you are looking for has been removed, had its name changed, or is temporarily unavailable.",
    ),
    ("en", "Page expired", "This link has expired. Please go back to the start page."),
    ("en", "Restricted", "This content is restricted to registered users."),
    ("en", "Notice", "This section is not available at the moment. We are working on it."),
    ("en", "Website upgrade", "We are upgrading our website. Some pages may be unavailable until Friday."),
    ("en", "Document library", "This document has not been published yet or you don't have access to it."),
    ("en", "Error", "Sorry, this page isn't available. The link you followed may be broken."),
    ("en", "Ministry", "Node 4711 does not exist."),
    ("en", "Search", "Your search did not match any documents."),
    ("en", "Home", "Welcome! Please choose your language."),
    ("fr", "Page inaccessible", "La page à laquelle vous tentez d'accéder n'est pas disponible pour le moment."),
    ("fr", "Erreur", "Oups, cette page n'existe plus. Vous pouvez revenir à la page d'accueil."),
    ("fr", "Site en cours de mise à jour", "Notre site fait peau neuve. Merci de revenir un peu plus tard."),
    ("fr", "Aucun résultat", "Aucun document ne correspond à votre demande."),
    (
        "de",
        "Fehler",
        "Leider konnte die Seite nicht gefunden werden. Möglicherweise haben Sie einen veralteten Verweis benutzt.",
    ),
    (
        "de",
        "Seite nicht erreichbar",
        "Der Dienst steht derzeit nicht zur Verfügung. Wir arbeiten an der Behebung der Störung.",
    ),
    ("de", "Hinweis", "Der von Ihnen gesuchte Artikel ist nicht mehr online."),
    ("de", "Zugang", "Für diesen Bereich ist eine Anmeldung erforderlich."),
    ("es", "Error 404", "Ups, parece que esta página se ha perdido."),
    ("es", "Aviso", "La página solicitada ha cambiado de dirección debido a la renovación del portal."),
    ("es", "Portal en actualización", "Estamos actualizando nuestro portal. Vuelva en unos minutos."),
    ("pt", "Erro", "Lamentamos, mas a página que tentou aceder não existe."),
    ("pt", "Indisponível", "De momento não é possível apresentar este conteúdo. Tente mais tarde."),
    ("it", "Errore", "Siamo spiacenti, la pagina cercata è stata rimossa o ha cambiato nome."),
    ("it", "Avviso", "Il servizio è momentaneamente sospeso per aggiornamento. Ci scusiamo per il disagio."),
    ("nl", "Fout", "De pagina die u probeert te openen is verhuisd of bestaat niet langer."),
    ("nl", "Storing", "Door een technische storing kunnen wij deze pagina nu niet tonen."),
    ("sv", "Fel", "Något gick fel. Sidan kan inte visas just nu."),
    ("fi", "Virhe", "Pahoittelemme, sivua ei voida näyttää. Palaa etusivulle."),
    ("pl", "Błąd", "Przepraszamy, szukana strona została usunięta lub zmieniono jej nazwę."),
    ("pl", "Uwaga", "Trwa modernizacja serwisu. Zapraszamy wkrótce."),
    ("cs", "Chyba", "Je nám líto, ale tato stránka už u nás není."),
    ("hu", "Hiba", "A kért oldal jelenleg nem tölthető be, kérjük, térjen vissza később."),
    ("ro", "Eroare", "Conținutul pe care încercați să îl accesați nu mai este disponibil."),
    ("bg", "Грешка", "Няма такава страница. Проверете дали адресът е изписан правилно."),
    ("el", "Σφάλμα", "Δεν ήταν δυνατή η εμφάνιση της σελίδας. Δοκιμάστε αργότερα."),
    ("sr", "Грешка", "Тражени садржај није доступан. Вратите се на почетну страну."),
    ("ru", "Сообщение", "К сожалению, запрошенный вами документ отсутствует на сервере."),
    ("ru", "Упс", "Такой страницы у нас нет, но есть много других."),
    ("ru", "Портал обновляется", "Уважаемые посетители! Портал переводится на новую платформу и скоро заработает."),
    ("uk", "Помилка", "На жаль, цей матеріал більше недоступний."),
    ("kk", "Қате", "Кешіріңіз, сұралған бет қолжетімді емес."),
    ("kk", "Хабарлама", "Сайт жаңартылуда. Уақытша қолайсыздық үшін кешірім сұраймыз."),
    ("ky", "Ката", "Суралган барак сайтта жок."),
    ("hy", "Սխալ", "Ցավոք, հարցված էջը հասանելի չէ։"),
    ("ka", "შეცდომა", "სამწუხაროდ, მოთხოვნილი გვერდი ვერ მოიძებნა ჩვენს საიტზე."),
    ("tr", "Hata", "Görüntülemek istediğiniz içeriğe şu anda ulaşılamıyor."),
    ("az", "Xəta", "Təəssüf ki, belə səhifə yoxdur."),
    ("ar", "تنبيه", "الموقع قيد التحديث حاليا، شكرا لتفهمكم."),
    ("ar", "خطأ", "تعذر العثور على المحتوى المطلوب."),
    ("fa", "خطا", "متاسفانه مطلب مورد نظر شما پیدا نشد."),
    ("he", "שגיאה", "לא הצלחנו למצוא את מה שחיפשת."),
    ("hi", "त्रुटि", "यह पृष्ठ अब उपलब्ध नहीं है, कृपया मुख्य पृष्ठ पर जाएँ।"),
    ("th", "ข้อผิดพลาด", "หน้าที่ท่านต้องการไม่มีอยู่ในระบบ"),
    ("vi", "Lỗi", "Nội dung bạn yêu cầu hiện không có trên hệ thống."),
    ("id", "Galat", "Konten yang Anda minta sudah tidak ada di situs ini."),
    ("zh", "提示信息", "您访问的信息不存在或已过期，三秒后返回首页。"),
    ("zh", "提示", "网站升级改造中，敬请期待。"),
    ("ja", "エラー", "指定されたURLは存在しないか、掲載期間が終了しました。"),
    ("ja", "お知らせ", "現在サイトをリニューアル中です。しばらくお待ちください。"),
    ("ko", "안내", "해당 콘텐츠를 표시할 수 없습니다. 메인 화면으로 이동하세요."),
    ("mt", "Żball", "Jiddispjaċina, dan il-kontenut mhux disponibbli."),
]

# language: (title or None for the page's own, sentences)
NOTICES = [
    (
        "en",
        "Appointment",
        "The Head of State has appointed Ada Winter as Minister of Justice. She takes the oath on Friday.",
    ),
    (
        "en",
        None,
        "The Act on residence was found unconstitutional by the Supreme Court. New rules will be published here.",
    ),
    (
        "en",
        None,
        "Further details can be found on the page of the Aliens Board. Please look for the form in the list of forms.",
    ),
    (
        "en",
        None,
        "The Ministry has moved. Its new address is 4 Harbour Street, Karsk. The telephone numbers stay the same.",
    ),
    (
        "en",
        "Strike",
        "Because of a strike the consulates are closed on Thursday. Appointments made for that day are moved to Monday.",
    ),
    (
        "en",
        None,
        "Consular services are temporarily suspended in Vost owing to the fighting. Citizens are advised to leave the region.",
    ),
    ("en", None, "The application form is not available in paper any more. Apply at the counter of a district office."),
    ("en", "Elections", "No candidate was found to have the required support. A second round will be held on 12 June."),
    ("en", None, "We apologise to all families who waited for permits. An inquiry has been opened."),
    (
        "en",
        "Error in the fee table",
        "The fee was given wrongly as 12 marks. The right fee is 120 marks. We apologise for the error.",
    ),
    (
        "en",
        None,
        "Trains on line 2 are suspended between Karsk and Vost because of technical problems. Buses run instead.",
    ),
    ("en", None, "Applications that arrived after 4 May could not be processed. They are sent back with the fee."),
    (
        "en",
        None,
        "The Act requires that every residence permit be displayed on request. A fine of 40 marks may be imposed.",
    ),
    (
        "en",
        "Court ruling",
        "The Court found that the documents were not missing. They had been moved to the archive of Vost in 1997.",
    ),
    (
        "fr",
        None,
        "Le service des passeports est momentanément suspendu. Les rendez-vous sont reportés au mois de juin.",
    ),
    ("de", "Störung im Wasserwerk", "Wegen einer technischen Störung im Werk Nord ist das Trinkwasser abzukochen."),
    ("it", None, "Il servizio di traghetti è momentaneamente sospeso per il maltempo. I biglietti restano validi."),
    ("ru", None, "Движение по линии 2 прекращено. Вагоны переведены на новую ветку, билеты действительны."),
    ("zh", None, "因主管道升级改造，城东片区四月五日停水一天，请居民提前储水。"),
    ("ko", None, "잠시 후 열릴 예정이던 하천 점용 설명회는 폭우로 취소되었다."),
    ("es", None, "El plazo para presentar solicitudes se actualiza cada año. Los consulados atienden con cita previa."),
    ("fr", None, "Le décret du 4 mai est abrogé. Vous trouverez le nouveau texte sur la page des textes officiels."),
    (
        "fr",
        "Remaniement",
        "M. Henri Lacombe a quitté ses fonctions. Son successeur sera nommé dans les prochains jours.",
    ),
    ("fr", None, "Le ministère a déménagé. L'accueil du public se fait désormais au 4, rue du Port."),
    ("de", "Neue Anschrift", "Das Bundesamt ist umgezogen. Sie finden uns ab Montag in der Hafenstraße 4."),
    ("de", None, "Die Verordnung wurde aufgehoben. Weitere Auskünfte erteilt die Pressestelle."),
    ("es", None, "Se suspende la expedición de visados hasta nuevo aviso por la situación de emergencia."),
    ("es", "Cese", "El Consejo de Ministros ha acordado el cese del embajador. No se ha encontrado todavía sustituto."),
    ("pt", None, "A Assembleia foi dissolvida pelo Presidente. As eleições realizam-se em 8 de março."),
    (
        "it",
        None,
        "La carta dei servizi è sospesa fino al rinnovo dell'incarico. Maggiori informazioni nella pagina dei bandi.",
    ),
    ("nl", None, "De Raad is verhuisd naar Havenstraat 4. Het telefoonnummer blijft hetzelfde."),
    (
        "sv",
        None,
        "Inspektionen har flyttat till Hamngatan 4. Nya föreskrifter hittar du på sidan om lagar från och med maj.",
    ),
    ("fi", None, "Virasto on muuttanut. Uusi osoite on Satamakatu 4, ja lomakkeet löydät sivulta lainsäädäntö."),
    ("pl", None, "Urząd przeniesiono na ulicę Portową 4. Formularze można znaleźć na stronie z aktami prawnymi."),
    ("cs", None, "Úřad se přestěhoval do Přístavní ulice 4. Hrad Karsk je po požáru zavřený."),
    ("hu", None, "A hatóság új címre költözött: Kikötő utca 4. Az ügyfélfogadás változatlan."),
    ("ro", None, "Agenția s-a mutat pe strada Portului nr. 4. Programul cu publicul rămâne același."),
    ("bg", None, "Министерството се премести на нов адрес: ул. Пристанищна 4."),
    ("el", None, "Το Υπουργείο μεταφέρθηκε στην οδό Λιμένος 4. Τα τηλέφωνα παραμένουν τα ίδια."),
    ("sr", None, "Управа се преселила у Лучку улицу 4. Жалбе се примају од понедељка."),
    ("ru", None, "Министерство переехало. Новый адрес: улица Портовая, дом 4. Телефоны прежние."),
    ("ru", "Назначение", "Указом президента министром назначен Иван Речной. Страница биографии будет дополнена."),
    ("uk", None, "Уряд відправлено у відставку. Новий склад парламент розгляне у четвер."),
    ("kk", None, "Әкімдік жаңа ғимаратқа көшті. Мекенжайы: Айлақ көшесі, 4-үй."),
    ("ky", None, "Президенттин жарлыгы менен жаңы төрага дайындалды: Осмонов Эрлан Бакирович."),
    ("hy", None, "Նախարարությունը տեղափոխվել է նոր շենք՝ Նավահանգստի փողոց 4։"),
    ("ka", None, "სააგენტო ახალ შენობაში გადავიდა: ნავსადგურის ქუჩა 4."),
    ("tr", None, "Valiliğimiz yeni binasına taşınmıştır. Yeni adresimiz Liman Caddesi No 4."),
    ("az", None, "Agentlik yeni binaya köçmüşdür. Ünvan: Liman küçəsi 4."),
    ("ar", None, "انتقلت الوزارة إلى مقرها الجديد في شارع الميناء رقم 4."),
    ("fa", None, "سازمان به ساختمان جدید در خیابان بندر شماره چهار منتقل شد."),
    ("he", None, "הרשות עברה למשכנה החדש ברחוב הנמל 4, והטלפונים לא השתנו."),
    ("hi", None, "मंत्रालय का कार्यालय नए भवन में स्थानांतरित हो गया है। पता: पत्तन मार्ग 4।"),
    ("th", None, "กรมย้ายที่ทำการไปที่ถนนท่าเรือเลขที่สี่ โทรศัพท์หมายเลขเดิม"),
    ("vi", None, "Cục đã chuyển trụ sở về số 4 đường Cảng. Trang thiết bị đã bị hư hỏng do bão."),
    ("id", None, "Kantor dinas pindah ke Jalan Pelabuhan Nomor 4 mulai hari Senin."),
    ("zh", None, "水务局办公地点已搬迁至港口路四号，联系电话不变。"),
    ("ja", None, "県庁河川課は港町四番地へ移転しました。電話番号に変更はありません。"),
    ("ko", None, "수자원과는 항구로 4번지로 이전하였습니다. 전화번호는 그대로입니다."),
    ("mt", None, "Il-Ministeru mar f'binja ġdida fi Triq il-Port 4, filwaqt li n-numri tat-telefon baqgħu l-istess."),
]


def _frame(text: str) -> str:
    return sorted(FRAMES)[sum(map(ord, text)) % len(FRAMES)]


@pytest.mark.parametrize(("language", "title", "sentence"), ERRORS)
def test_an_error_in_another_wording_is_refused(language, title, sentence, history):
    frame = _frame(sentence)
    history.look(long_page(language, frame, count=12))

    assert history.look(page_of(language, frame, title=title, body=[sentence])).startswith("held:")


@pytest.mark.parametrize(("language", "title", "sentence"), NOTICES)
def test_a_notice_about_the_world_is_a_revision(language, title, sentence, history):
    frame = _frame(sentence)
    history.look(long_page(language, frame, count=12))

    assert history.look(page_of(language, frame, title=title, body=[sentence])) == "changed"
    assert SITES[language].body[0] not in history.text
