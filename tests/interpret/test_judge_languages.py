"""Error pages in the site's own frame, and real notices, in the languages pages are written in."""

from __future__ import annotations

import pytest

NOT_FOUND = {
    "en": ("Page not found", "The page you are looking for was moved or does not exist."),
    "ru": ("Страница не найдена", "Запрашиваемая страница не существует или была удалена."),
    "uk": ("Сторінку не знайдено", "На жаль, такої сторінки не існує."),
    "kk": ("Бет табылмады", "Сіз іздеген бет табылмады."),
    "ky": ("Барак табылган жок", "Сиз издеген барак табылган жок."),
    "uz": ("Sahifa topilmadi", "Siz qidirgan sahifa topilmadi."),
    "az": ("Səhifə tapılmadı", "Axtardığınız səhifə tapılmadı."),
    "tr": ("Sayfa bulunamadı", "Aradığınız sayfa bulunamadı."),
    "fr": ("Page introuvable", "La page que vous recherchez n'existe pas ou a été déplacée."),
    "de": ("Seite nicht gefunden", "Die angeforderte Seite wurde nicht gefunden."),
    "es": ("Página no encontrada", "La página que busca no existe."),
    "pt": ("Página não encontrada", "A página que procura não foi encontrada."),
    "it": ("Pagina non trovata", "La pagina richiesta non esiste."),
    "nl": ("Pagina niet gevonden", "De pagina die u zoekt bestaat niet."),
    "pl": ("Nie znaleziono strony", "Strona, której szukasz, nie istnieje."),
    "cs": ("Stránka nenalezena", "Požadovaná stránka nebyla nalezena."),
    "hu": ("Az oldal nem található", "A keresett oldal nem található."),
    "ro": ("Pagina nu a fost găsită", "Pagina căutată nu a fost găsită."),
    "fi": ("Sivua ei löytynyt", "Hakemaasi sivua ei löytynyt."),
    "sv": ("Sidan hittades inte", "Sidan du söker finns inte."),
    "da": ("Siden blev ikke fundet", "Den side, du leder efter, findes ikke."),
    "el": ("Η σελίδα δεν βρέθηκε", "Η σελίδα που ζητήσατε δεν υπάρχει."),
    "he": ("הדף לא נמצא", "הדף שחיפשת לא נמצא."),
    "ar": ("الصفحة غير موجودة", "الصفحة التي تبحث عنها غير موجودة."),
    "fa": ("صفحه یافت نشد", "صفحه مورد نظر یافت نشد."),
    "zh": ("页面不存在", "抱歉，您访问的页面不存在或已被删除。"),
    "ja": ("ページが見つかりません", "お探しのページは見つかりませんでした。"),
    "ko": ("페이지를 찾을 수 없습니다", "요청하신 페이지를 찾을 수 없습니다."),
    "vi": ("Không tìm thấy trang", "Trang bạn yêu cầu không tồn tại."),
    "id": ("Halaman tidak ditemukan", "Halaman yang Anda cari tidak ditemukan."),
    "th": ("ไม่พบหน้าเว็บ", "ไม่พบหน้าที่คุณต้องการ"),
    "hi": ("पृष्ठ नहीं मिला", "आप जो पृष्ठ खोज रहे हैं वह नहीं मिला।"),
    "bg": ("Страницата не е намерена", "Търсената от Вас страница не е намерена."),
    "sr": ("Страница није пронађена", "Тражена страница није пронађена."),
    "ka": ("გვერდი ვერ მოიძებნა", "თქვენ მიერ მოთხოვნილი გვერდი ვერ მოიძებნა."),
    "lt": ("Puslapis nerastas", "Ieškomas puslapis nerastas."),
    "et": ("Lehte ei leitud", "Otsitud lehte ei leitud."),
}

NOTICES = {
    "en": (
        "Resignation of the Government",
        "Prime Minister Ada Winter handed the resignation of the Government to the President, who accepted it.",
    ),
    "fr": (
        "Démission du Gouvernement",
        "La Première ministre a remis la démission du Gouvernement au président, qui l'a acceptée ce matin.",
    ),
    "ru": (
        "Отставка Правительства",
        "Премьер-министр вручил Президенту заявление об отставке Правительства, которое было принято сегодня утром в столице.",
    ),
    "de": (
        "Rücktritt der Regierung",
        "Die Ministerpräsidentin hat dem Präsidenten heute den Rücktritt der Regierung erklärt, der ihn angenommen hat.",
    ),
    "zh": (
        "政府辞职公告",
        "总理今天上午向总统递交了政府辞呈，总统已经接受。在新政府组成之前，现任部长继续处理日常事务。",
    ),
    "ar": (
        "استقالة الحكومة",
        "قدم رئيس الوزراء صباح اليوم استقالة الحكومة إلى رئيس الجمهورية الذي قبلها وكلفه بتصريف الأعمال حتى تشكيل حكومة جديدة.",
    ),
}


@pytest.mark.parametrize("language", sorted(NOT_FOUND))
def test_a_soft_404_in_the_sites_own_frame_is_held_in(language, history, page):
    title, sentence = NOT_FOUND[language]
    assert history.look(page(language=language)) == "new"

    outcome = history.look(page(title=title, body=[sentence], stamp="", language=language))

    assert outcome == "held:soft_404"
    assert history.look(page(language=language)) == "unchanged"


@pytest.mark.parametrize("language", sorted(NOT_FOUND))
def test_the_same_is_held_where_the_title_stays_the_pages_own_in(language, history, page):
    assert history.look(page(language=language)) == "new"

    outcome = history.look(page(body=[NOT_FOUND[language][1]], stamp="", language=language))

    assert outcome == "held:soft_404"


@pytest.mark.parametrize("language", sorted(NOTICES))
def test_a_real_short_notice_in_the_pages_own_frame_is_a_revision_at_once_in(language, history, page):
    title, sentence = NOTICES[language]
    assert history.look(page(language=language)) == "new"

    assert history.look(page(title=title, body=[sentence], stamp="", language=language)) == "changed"
    assert history.look(page(language=language)) == "changed"
