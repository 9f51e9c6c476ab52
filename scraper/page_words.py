"""How a site speaks of its own pages: that one is not there, that it failed, that one may try again. Data only.

No phrase here stands alone: a word for a page has to meet, within one sentence, a word for being absent. That tells an
apology in a wording never seen from a notice about the world, which speaks of anything but pages and addresses.
"""

from __future__ import annotations

import re

# For each language words for a page, a link, an address of the web; and words for being absent, moved, mistyped or looked for.
_ABSENT = (
    (r"pages?|web address|url|link|this section|section of (?:the|our|this) (?:web)?site", r"(?:may|might) be (?:broken|unavailable)|has expired|no longer works|isn.t (?:available|here)|(?:doesn.t|does not) seem|moved|removed|deleted|renamed|not exist|n.t exist|unavailable|not available|no longer (?:exist|avail|here|at this)\w*|mistyped|look(?:ing|ed) for|you (?:have )?requested|misspel\w+|(?:not|n.t|cannot|unable to) (?:be )?f(?:ind|ound)|old link"),
    (r"address you|link you|this location|(?:typed|entered) the address|the spelling", r"moved|mistyped|wrong\w*|incorrect\w*|outdated|please check|nothing|not (?:be )?found|removed"),
    (r"(?:document|record|article|news item|item|content)", r"you (?:have )?requested|unpublished|no longer available|you (?:are|were) looking for|not available or"),
    (r"address|link", r"no longer works"),
    (r"document|content", r"not been published|(?:don.t|do not) have access|did not match"),
    (r"invalid", r"(?:document|page|record|article|news) ?(?:id|identifier|link)"),
    (r"page|lien que vous|url|contenu (?:que|demandé)|article demandé|adresse que vous|document", r"n.est pas (?:disponible|accessible)|ne correspond à votre|(?:tentez|essayez) d.accéder|déplacée?|supprimée?|ne (?:trouvons|parvenons|trouve) |pas (?:été |pu être )?trouvée?|introuvable|n.existe|plus (?:disponible|accessible)|ne correspond à aucun\w*|(?:avez|que vous) demandée?|que vous (?:re)?cherchez|erronée?"),
    (r"seite|internetseite|link|url|inhalt|dokument|artikel", r"nicht mehr online|nicht (?:angezeigt|geladen) werden|nicht erreichbar|gibt es (?:leider )?nicht|nicht mehr (?:verfügbar|vorhanden|erreichbar|auffindbar)|wurde (?:verschoben|gelöscht|entfernt)|aufgerufene|angeforderte|gesuchte|gewünschte|nicht (?:gefunden|auffindbar)"),
    (r"dieser adresse|eingegebene adresse|schreibweise", r"kein\w* (?:inhalt|seite)|prüfen|falsch"),
    (r"página|enlace|url|contenido (?:solicitado|que busca)|dirección web", r"no (?:\w+ ){0,3}encontra\w+|(?:sido|fue|haya|haber) (?:movid|eliminad|trasladad)\w+|solicitad[oa]|no existe|no (?:est[áé]|se encuentra) disponible|ya no|que (?:usted )?busca\w*"),
    (r"página|ligação|link|url|conteúdo (?:solicitado|que procura)", r"não (?:\w+ ){0,3}encontr\w+|(?:sido|foi) (?:movid|removid|eliminad)\w+|pretendid[oa]|solicitad[oa]|não existe|não (?:está|se encontra) disponível|já não|que (?:\w+ )?procura\w*"),
    (r"pagina|link|url|contenuto (?:richiesto|che)", r"non (?:\w+ ){0,3}trovat[oa]|è stat[oa] (?:spostat|rimoss|cancellat|eliminat)\w+|richiest[oa]|non esiste|non (?:è )?(?:più )?disponibile|(?:sta\w* )?cercando|che (?:cerchi|cerca)"),
    (r"pagina|webadres|link|url", r"(?:nu |momenteel )?niet (?:worden )?(?:tonen|weergegeven|getoond|geladen)|bestaat (?:niet|helaas)|(?:is|werd) (?:verplaatst|verwijderd)|niet (?:meer )?(?:gevonden|vinden|beschikbaar|bestaat)|gezochte|opgevraagde|die (?:u|je) zoekt"),
    (r"sidan|siden|länken|lenken", r"(?:inte|ikke|ej) (?:hitta\w*|finne|finde|funnet|fundet)|finn(?:s|es) (?:inte|ikke|ej)|findes ikke|flyttats|tagits bort|du (?:letar|söker|leter|leder)|(?:er|blitt|blevet) (?:flyttet|slettet|fjernet)|har tagits"),
    (r"siv(?:u|ua|ulle|usto)|linkki", r"ei (?:voida|voi) (?:näyttää|avata|ladata)|ei (?:enää )?ole olemassa|ei (?:enää )?löyd\w+|ei löytyn\w+|siirretty|poistettu|etsimä\w+"),
    (r"stron[aęy]|odnośnik", r"nie istnieje|została (?:przeniesiona|usunięta)|przeniesion[aą]|usunięt[aą]|nie (?:została )?(?:znale|odnale)\w+|szuka(?:sz|nej)|niedostępna|wyświetlenia tej"),
    (r"stránk[auy]|odkaz", r"už (?:u nás |tu )?není|nelze (?:zobrazit|načíst)|neexistuje|(?:byla|bola) (?:přesunut|odstraněn|smazán|presunut|odstránen)\w*|nenalez\w+|nenájden\w+|hledáte|hľadáte|nelze (?:nalézt|najít)"),
    (r"oldal|tartalom", r"nem (?:tölthető|jeleníthető)|a kért|nem (?:található|létezik|elérhető)|törölték|áthelyez\w+|keresett|megszűnt"),
    (r"pagina|linkul|conținutul (?:solicitat|căutat|pe care)", r"nu (?:mai )?(?:exist\w+|este disponibil\w*|poate fi afișat\w*)|(?:fost|este) (?:mutat|șters|eliminat)\w*|căutată|pe care (?:o|ați|îl) |solicitat\w*|nu (?:a fost|poate fi) găsi\w+"),
    (r"страниц(?:а|ата|и)|връзката", r"не съществува|е преместен\w*|е изтрит\w*|(?:която|която сте) търс\w+|не (?:е|беше) намерен\w*|премахнат\w*"),
    (r"σελίδα|σύνδεσμος", r"δεν (?:υπάρχει|βρέθηκε|είναι διαθέσιμ\w+)|έχει (?:μετακινηθεί|μεταφερθεί|διαγραφεί)|αναζητ(?:άτε|ήσατε|είτε)|που ζητήσατε"),
    (r"тражени (?:садржај|документ)|traženi (?:sadržaj|dokument)", r"није|nije|не постоји|ne postoji"),
    (r"страниц[ау]|stranic[au]", r"не постоји|(?:је|или) (?:премештен|обрисан|уклоњен)\w*|тражите|тражена|није (?:пронађен|доступн)\w*|ne postoji|(?:je|ili) (?:premješten|premešten|obrisan|uklonjen)\w*|tražite|tražena"),
    (r"страниц\w+|ссылк\w+", r"не наш(?:ли|лась)|не можем найти|такой|была (?:удал|перемещ|перенес)\w*|удален\w*|удалён\w*|не существует|устарел\w*|не найден\w*|запрошенн\w+|запрашиваем\w+|не доступн\w+"),
    (r"адрес", r"неправильно набран\w*|набран\w* неправильно|неверно (?:набран|указан)\w*"),
    (r"материал|документ|запись|новость|элемент", r"не найден\w*|снят\w* с публикации"),
    (r"сторінк[аиу]|посилання", r"не існує|(?:була|або) (?:переміщ|видал)\w*|шукаєте|не знайден\w*|застаріл\w*"),
    (r"бет|парақша|сілтеме", r"жойылған|көшірілген|табылмады|іздеген\w*|қолжетімсіз|өшірілген|жоқ немесе"),
    (r"барак|баракча|шилтеме", r"суралган|жок же|өчүрүлгөн|табыл(?:ган жок|бады)|издеген|көчүрүлгөн"),
    (r"էջը|էջ|հղումը", r"գոյություն չունի|տեղափոխվել|չի գտնվել|չգտնվեց|ջնջվել|փնտրած|հեռացվել"),
    (r"გვერდი|ბმული", r"არ არსებობს|გადატანილი|წაშლილი|ვერ მოიძებნა|ეძებთ|მოთხოვნილი"),
    (r"içeri(?:k|ğe|ği)", r"ulaşıl\w+|bulunama\w+|mevcut değil|görüntülene\w+"),
    (r"sayfa|sayfanın|bağlantı", r"kaldırıl\w+|silin\w+|adresi değiş\w+|taşın\w+|bulunama\w+|mevcut değil|aradığınız|ulaşmaya"),
    (r"səhifə|sahifa", r"belə|yoxdur|yo.q|mövcud deyil|silin(?:ib|miş)|tapılma\w+|axtardığınız|köçürül\w+|mavjud emas|topilmadi|o.chirilgan"),
    (r"المحتوى|الصفحة|المستند", r"تعذر (?:العثور|عرض|الوصول)|لم نتمكن من العثور"),
    (r"الصفحة|الرابط|صفحة", r"غير (?:متوفرة|موجودة|متاحة)|تم (?:نقلها|حذفها|إزالتها)|طلبتها|تبحث عنها|المطلوبة|لا توجد"),
    (r"صفحه(?:‌ای)?|پیوند|لینک", r"وجود ندارد|منتقل شده|یافت نشد|حذف شده|به دنبال آن|درخواستی|پیدا نشد"),
    (r"הדף|העמוד|הקישור", r"אינו קיים|לא קיים|הועבר|לא נמצא|הוסר|נמחק|שביקשת|שחיפשת|אינו זמין"),
    (r"पृष्ठ|पेज|लिंक", r"उपलब्ध नहीं|नहीं मिला|हटा दिया|मौजूद नहीं|अनुरोधित|खोज रहे"),
    (r"หน้าเว็บ|หน้าที่(?:คุณ|ท่าน)|หน้านี้|ลิงก์|เนื้อหาที่", r"ไม่พบ|ถูกลบ|ถูกย้าย|ไม่มี|ไม่สามารถ|ค้นหา"),
    (r"trang (?:bạn|web|này)|đường dẫn|liên kết|bài viết|nội dung (?:bạn|này)", r"không có|không (?:còn )?tồn tại|bị xóa|đang tìm|không tìm thấy|di chuyển"),
    (r"halaman|laman|tautan|konten (?:yang|ini)", r"(?:sudah|telah) tidak ada|tidak (?:lagi )?(?:tersedia|ditemukan|ada|wujud)|dipindahkan|dihapus|anda (?:tuju|cari)|dialihkan"),
    (r"您(?:访问|请求|查看|查找)的", r"不存在|已过期|已失效|已删除"),
    (r"页面|網頁|网页|頁面|网址|链接|(?:该|此)(?:文章|信息|内容|新闻)", r"不存在|删除|刪除|下线|无法(?:找到|访问)|找不到|失效|移除|被移动|是否正确|请求的"),
    (r"ページ|記事|URL|コンテンツ", r"掲載期間|掲載を?終了|表示できま|削除|移動し|存在しま|見つか|公開を?終了|ございません"),
    (r"페이지|게시물|콘텐츠", r"표시할 수|만료|삭제|주소가 변경|존재하지|찾을 수|없습니다|요청하신"),
    (r"il-paġna|paġna|kontenut", r"mhux disponibbli|ma (?:teżistix|nstabitx|tinstabx)|imċaqalqa|tneħħiet|qed tfittex"),
    (r"puslapis|lapa|leht|lehte|lehekülge", r"neegzistuoja|nerastas|perkeltas|pašalintas|ieškote|nav atrasta|neeksistē|pārvietota|dzēsta|meklējat|ei leitud|ei eksisteeri|kustutatud|teisaldatud|otsite"),
    (r"faqja|хуудас|leathanach|tudalen", r"nuk (?:u gjet|ekziston|gjendet)|zhvendosur|fshirë|kërkoni|олдсонгүй|байхгүй|устгагдсан|ar fáil|bhogadh|heb ei|ddod o hyd|wedi symud"),
)  # fmt: skip

# For each language words for a site, and words for being worked on at this moment.
_IN_WORK = (
    (r"(?:our|this|the) (?:web)?site|portal", r"(?:we are|is being|currently) (?:\w+ )?(?:upgrad|redesign|rebuil|updat|moderni[sz]|migrat)\w*|(?:redesigned|upgraded|rebuilt) our"),
    (r"site|portail", r"peau neuve|en cours de (?:mise à jour|refonte|migration|maintenance)|revenir (?:un peu )?plus tard"),
    (r"website|webseite|internetseite|internetauftritt|portal|dienst", r"wird (?:derzeit |gerade )?(?:überarbeitet|aktualisiert|umgebaut|umgestellt)|steht (?:derzeit|zurzeit|momentan|vorübergehend) nicht|behebung der störung"),
    (r"portal|sitio(?: web)?|página web|sítio|site", r"estamos (?:actualizando|renovando|mejorando|atualizando|a atualizar)|(?:está siendo|en proceso de) (?:actualiza|renova|mejora)\w*|em atualização|en actualización|vuelva (?:en|más)|volte mais"),
    (r"sito|servizio|portale", r"(?:in|per) (?:aggiornamento|manutenzione|rifacimento)"),
    (r"sito|portale", r"momentaneamente (?:sospes|non disponibil)\w*"),
    (r"website|site|pagina|portaal", r"wordt (?:momenteel |op dit moment )?(?:vernieuwd|bijgewerkt|verbouwd)|technische storing"),
    (r"serwisu?|stron[ay]|portalu?", r"modernizacj\w+|przebudow\w+|w (?:trakcie )?aktualizacji|zapraszamy wkrótce"),
    (r"webu?|portál\w*|stránky|honlap\w*|weboldal\w*|site-ul|portalul|сайтът|порталът", r"probíhá (?:aktualizace|přestavba)|aktualizujeme|megújul|frissítés alatt|în curs de actualizare|se actualizează|се обновява|се актуализира"),
    (r"сайт\w*|портал\w*", r"обновляется|модернизируется|перевод\w+ на нов\w+ платформ\w+|скоро заработа\w+|оновлюється|жаңартылуда|жаңыланууда|жаңыртылууда|янгиланмоқда"),
    (r"sitemiz|web sitesi|portal|sayt|sayti?mız", r"yenileniyor|güncelleniyor|yapım aşamasında|yenilənir|yangilanmoqda"),
    (r"الموقع|البوابة", r"(?:قيد|تحت|جاري) (?:التحديث|التطوير|الإنشاء)"),
    (r"سایت|وب‌سایت|درگاه", r"در حال (?:بروزرسانی|به‌روزرسانی|ارتقا)"),
    (r"האתר", r"בשדרוג|בהקמה|בעדכון|משתדרג"),
    (r"网站|網站|系统|平台|页面", r"升级改造中|改版中|敬请期待|建设中|更新中"),
    (r"サイト|ホームページ", r"リニューアル中|準備中|更新中|改修中"),
    (r"홈페이지|사이트", r"개편 ?중|준비 ?중|리뉴얼"),
    (r"trang web|website|cổng thông tin|situs|laman", r"đang (?:được )?(?:nâng cấp|cập nhật|xây dựng)|sedang (?:diperbarui|dalam perbaikan|ditingkatkan)"),
    (r"เว็บไซต์", r"อยู่ระหว่าง(?:การ)?ปรับปรุง|กำลังปรับปรุง"),
)  # fmt: skip

# An invitation to come back, or a failure that nobody but a program tells of.
_FAILED = (
    r"(?:please |veuillez |bitte )?(?:try|refresh|reload)(?: the page| again| this page)*(?: again)? (?:later|in a (?:few|couple)|shortly|soon)|please try again|try your request again|problem with the service|experiencing (?:some )?technical (?:difficult|problem)\w*|our team has been notified|an error occurred while|correlation id|error id|request id|unable to (?:process|complete) (?:your|this|the) request|unable to (?:display|load|show) (?:this|the)|(?:page|content|request|control|resource|view|site)\b[^.]{0,40}(?:cannot|could not|can not) be (?:displayed|processed|imported|loaded|opened|rendered)",
    r"veuillez (?:réessayer|recommencer|ré-essayer)|réessay\w+ (?:plus tard|ultérieurement|dans)|(?:site|page|contenu|portail|service en ligne) (?:est )?(?:actuellement |momentanément )?(?:indisponible|inaccessible)|rencontr\w+ (?:actuellement )?(?:des (?:difficultés|problèmes)|un problème) techniques?|service est momentanément indisponible|versuchen sie es (?:bitte )?(?:später|noch|erneut|zu einem)|(?:anfrage|seite|anforderung|inhalt)[^.]{0,30}konnte nicht (?:bearbeitet|geladen|angezeigt|verarbeitet)|fehler (?:aufgetreten|ist passiert)|(?:seite|dienst|angebot)[^.]{0,60}technische\w* (?:störung|probleme)",
    r"(?:inténtelo|intente|inténtalo|vuelva a intentar\w*)(?: de)?(?: nuevo| más tarde)?|tente (?:novamente|de novo|mais tarde)|riprov(?:a|are|i) (?:più tardi|tra|in seguito)|probeer het (?:later|opnieuw|nogmaals)|försök (?:igen|senare)|prøv (?:igjen|igen|senere)|yritä (?:myöhemmin|uudelleen)",
    r"spróbuj(?:cie)? (?:ponownie|później)|zkuste (?:to )?(?:prosím )?(?:později|znovu)|skúste (?:to )?(?:neskôr|znova)|próbálj\w+ (?:újra|később|meg)|încercați (?:din nou|mai târziu)|опитайте (?:отново|по-късно)|(?:προσπαθήστε|δοκιμάστε) (?:ξανά|αργότερα|πάλι)|(?:покушајте|pokušajte) (?:поново|касније|ponovno|ponovo|kasnije)",
    r"(?:попробуйте|повторите|обновите).{0,30}(?:позже|позднее|снова|ещ[её] раз|попытку|страницу)|при обработке (?:вашего )?запроса|(?:спробуйте|повторіть).{0,20}(?:пізніше|ще раз|знову)|кейінірек (?:қайталап|қайта|көр)\w*|(?:кийинчерээк|кайра) (?:аракет|кайрыл)\w*|փորձե(?:ք|լ) (?:ավելի ուշ|կրկին)|სცადეთ (?:მოგვიანებით|ხელახლა|თავიდან)",
    r"(?:tekrar|yeniden|sonra) deneyin\w*|beklenmeyen bir hata|yenidən cəhd|keyinroq|(?:يرجى )?(?:المحاولة|حاول) (?:مرة أخرى|لاحقا)|خطأ غير متوقع|(?:دوباره|بعدا|مجددا).{0,12}(?:تلاش|امتحان)|נס(?:ה|ו) שוב|(?:पुनः|फिर से|बाद में).{0,12}(?:प्रयास|कोशिश)|ลองใหม่|โปรดลอง|thử lại|coba (?:lagi|beberapa)|cuba (?:lagi|semula)|erġa' pprova|bandykite (?:vėliau|dar kartą)|mēģiniet (?:vēlāk|vēlreiz)|proovige (?:hiljem|uuesti)|provoni përsëri|дахин оролдоно",
    r"(?:稍[后後]|过后|过一会儿?).{0,4}(?:再试|重试|再來|访问|再訪)|(?:系统|服务器|服務器|网络)(?:繁忙|异常|错误|超时)|再度(?:お試し|アクセス|ご利用|お願い)|システムエラー|時間をおいて|잠시 후 (?:다시|재)|다시 (?:시도|접속)",
    r"\b(?:[a-z_]+\.)+[A-Z]\w*(?:Exception|Error)\b|\bat [a-z]\w*(?:\.\w+)+\(\w+\.java:\d+\)|\bSystem\.\w+(?:\.\w+)*Exception|error in your sql syntax|db query error|odbc (?:drivers?|error|microsoft)|ole db provider|error '8\w{7}'|web part error|in \S+\.\w{2,5} on line \d+|in /[\w/.-]+\.(?:php|inc|phtml)\b|mysql server (?:through|has gone|version)|no healthy upstream|upstream (?:connect|request)|object reference not set|null ?pointer|stack ?trace:|unable to connect to (?:the )?database|page cannot be displayed",
    r"(?:не (?:имеете|хватает|достаточно)|нет) (?:прав|доступа)|nie masz uprawnień|keine berechtigung|nem jogosult|nemáte oprávnění|non (?:sei|hai i permessi|siete) autorizzat\w*|nu aveți (?:permisiun\w+|acces)|δεν έχετε (?:δικαίωμα|πρόσβαση)|немате (?:право|дозволу)|yetkiniz (?:yok|bulunmamaktadır)|du har inte (?:behörighet|rätt)|sinulla ei ole (?:oikeutta|käyttöoikeutta)|u (?:bent niet bevoegd|hebt geen toegang)",
)  # fmt: skip

_NO_BORDERS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _meeting(nouns: str, absent: str) -> str:
    """Either order of the two within one sentence; without borders of words where the script has none, or hangs endings on them."""
    border, far = ("", 40) if _NO_BORDERS.search(nouns) else (r"\b", 90)
    between = rf"[^.!?。\n]{{0,{far}}}?"
    page, gone = rf"{border}(?:{nouns}){border}", rf"{border}(?:{absent})"
    return f"{page}{between}{gone}|{gone}{between}{page}"


SPEAKS_OF_PAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("soft_404", re.compile("|".join(f"(?:{_meeting(*pair)})" for pair in _ABSENT), re.IGNORECASE)),
    ("error_page", re.compile("|".join(_FAILED), re.IGNORECASE)),
    ("maintenance", re.compile("|".join(f"(?:{_meeting(*pair)})" for pair in _IN_WORK), re.IGNORECASE)),
)

# Titles that say nothing else than that something is wrong.
ERROR_ALONE = re.compile(
    r"\W*(?:error|errors?|oops|ooops|whoops|ouch|erreur|oups|fehler|hoppla|errore|erro|ops|ups|fout|fel|hoppsan|feil|fejl|virhe|hups|błąd|chyba|hiba|eroare|грешка|greška|σφάλμα|ошибка|помилка|упс|ой|"
    r"қате|қателік|ката|xato|xatolik|սխալ|შეცდომა|hata|xəta|خطأ|خطا|שגיאה|אופס|त्रुटि|ข้อผิดพลาด|lỗi|galat|kesalahan|ralat|错误|錯誤|出错了|エラー|오류|żball|klaida|kļūda|viga|gabim|алдаа)(?:\W+\d{3})?\W*",
    re.IGNORECASE,
)
