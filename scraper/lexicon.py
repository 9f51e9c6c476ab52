"""Phrases by which pages say that they are not the page asked for, in the languages of the web. Data only.

Each pattern is searched without case in titles, headings and short texts; `judge.py` says how much else must agree.
"""

from __future__ import annotations

import re

# (reason code, patterns). Order is precedence: a challenge that mentions an error is a challenge.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "challenge",
        r"""just a moment|checking (?:if the site connection is secure|your browser|the site connection)|verify(?:ing)? (?:that )?you are (?:a )?human|are you (?:a )?(?:human|robot)\W*$|i.?m not a robot|you.?(?:re| are) not a (?:ro)?bot|enable js and disable any ad ?blocker|überprüfen sie,? (?:ob|dass) sie (?:ein )?mensch|запросы (?:с вашего устройства|отправляли вы)|(?:访问|请求)被阻断|安全威胁
        attention required.{0,3}\| ?cloudflare|cloudflare ray id|ddos protection by|enable javascript and cookies to continue|please (?:enable|turn on) (?:javascript|cookies) (?:and|to)
        complete the (?:security check|captcha)|security (?:check|verification)|human verification|captcha|unusual traffic|automated (?:access|requests|queries)|bot (?:detection|protection|verification)
        request (?:unsuccessful|rejected|blocked)|incident id|support id|transaction id|your (?:access|request|ip(?: address)?|connection) (?:to .{0,40} )?(?:has been|was|is) (?:blocked|denied|rejected|limited)
        you have been blocked|pardon our interruption|access to this (?:page|site|resource|website) (?:has been|is|was) (?:denied|blocked|restricted)|the requested url was rejected|web application firewall|blocked by .{0,30}(?:firewall|security|policy)
        perfdrive|imperva|incapsula|sucuri website firewall|ddos-guard|datadome|akamai reference|reference (?:id|number)? ?#? ?\d+\.[0-9a-f]+
        проверка (?:браузера|безопасности|вашего браузера)|подтвердите,? что вы (?:не робот|человек)|я не робот|доступ (?:к .{0,40} )?(?:ограничен|заблокирован|запрещ[её]н)|ваш запрос (?:был )?(?:заблокирован|отклонен|отклонён)
        перевірка (?:браузера|безпеки)|підтвердіть,? що ви (?:не робот|людина)|доступ (?:обмежено|заблоковано|заборонено)
        vérification (?:de sécurité|que vous êtes humain)|vérifiez que vous êtes (?:un )?humain|accès (?:bloqué|refusé)|votre (?:accès|requête|demande) a été (?:bloquée?|refusée?|rejetée?)
        sicherheits(?:überprüfung|prüfung|check)|überprüfung ihres browsers|sind sie ein mensch|zugriff (?:verweigert|blockiert|gesperrt)
        verificación de seguridad|verifi(?:que|ca) que (?:es|eres) (?:un )?human|acceso (?:denegado|bloqueado)|verificação de segurança|acesso (?:negado|bloqueado)|verifica di sicurezza|accesso (?:negato|bloccato)
        安全(?:验证|驗證|检查|檢查|检测)|人机(?:验证|身份验证)|请(?:完成|进行)(?:安全)?验证|访问(?:被拒绝|受限|过于频繁|频繁|验证)|您的(?:访问|请求|IP)(?:被|已被|存在|可能).{0,10}(?:拦截|阻断|阻止|拒绝|异常)|创宇盾|云盾|云防护|网站防火墙|拦截提示
        セキュリティ(?:チェック|確認)|ロボットではありません|アクセスが(?:拒否|制限|集中)|보안 ?(?:확인|검사)|자동 ?입력 ?방지|접근이 (?:차단|거부)|비정상적인 접근
        güvenlik (?:kontrolü|doğrulaması)|robot olmadığınızı|erişim (?:engellendi|reddedildi)|التحقق من (?:أمان|أنك|المتصفح)|تم (?:حظر|رفض) (?:الوصول|الطلب|طلبك)|لست برنامج روبوت
        weryfikacja bezpieczeństwa|dostęp (?:zablokowany|zabroniony)|controllo di sicurezza|kiểm tra bảo mật|xác minh bạn là con người|pemeriksaan keamanan|बॉट नहीं""",
    ),
    (
        "login",
        r"""(?:please )?(?:sign|log) ?in (?:to (?:continue|your account|view|access|proceed)|required)|login required|you must (?:be logged in|log ?in|sign ?in)|(?:sign|log) ?in\b$|^(?:sign|log) ?in|member login|subscribe to (?:continue|read)|authentication required|session (?:has )?(?:expired|timed out)
        войдите,? чтобы|вход (?:в систему|в личный кабинет)|авторизуйтесь|авторизация|требуется (?:вход|авторизация)|необходимо (?:войти|авторизоваться)|сессия истекла|^вход$|^войти$
        увійдіть,? щоб|вхід (?:до|в) |авторизація|^вхід$|кіру үшін|жүйеге кіру|^авторландыру
        connectez-vous|identifiez-vous|^connexion|^se connecter|^identification|authentification requise|réservé aux abonnés|session (?:a )?expiré
        (?:bitte )?(?:melden sie sich an|einloggen|anmelden)|^anmeldung|^anmelden|anmeldung erforderlich|^login
        inici(?:e|ar|a) (?:de )?sesión|identifíquese|^acceso$|(?:faça|fazer|iniciar) (?:o )?login|entrar na (?:sua )?conta|^entrar$|iniciar sessão|accedi per|effettua (?:il login|l.accesso)|^accedi$|log in om|inloggen
        zaloguj się|^logowanie|přihlas(?:te se|it se)|^přihlášení|^prihlásenie|jelentkezzen be|^bejelentkezés|autentificare|giriş yap|oturum aç|^giriş$|kirjaudu|logga in|log ind|logg inn
        请(?:先)?登[录錄]|用户登[录錄]|^登[录錄]|您(?:还)?(?:没有|未)登[录錄]|ログイン|로그인|تسجيل الدخول|ورود به (?:سامانه|سایت|حساب)|^ورود$|התחבר|כניסה למערכת|đăng nhập|masuk (?:ke akun|untuk)|เข้าสู่ระบบ|लॉग ?इन|σύνδεση""",
    ),
    (
        "consent",
        r"""before you continue|are you (?:over|at least|older than|aged) (?:18|21)\b|(?:confirm|verify) (?:that )?you.{0,12} (?:age|18|21)|of legal age to enter|^age (?:check|verification|gate)|guest network|accept the terms of use (?:and|to) (?:press|connect|continue)|(?:вам|мне) (?:есть|исполнилось|уже) 18|benötigen wir ihre (?:zustimmung|einwilligung)|datenschutz-?einstellungen|avez-vous (?:plus de )?18 ans|we (?:use|value) (?:cookies|your privacy)|we and our partners|cookie (?:consent|preferences|settings|policy and consent)|accept (?:all )?(?:cookies )?(?:to|and) continue|your (?:privacy|cookie) (?:choices|settings|preferences)|manage (?:your )?(?:cookie|consent)|consent to (?:the use of )?cookies
        avant de continuer|nous utilisons des cookies|accepter (?:tous )?les cookies|gérer (?:vos|mes) cookies|bevor sie (?:fortfahren|zu)|wir verwenden cookies|cookies? akzeptieren|privatsphäre-?einstellungen
        antes de continuar|utilizamos cookies|usamos cookies|aceptar (?:todas las )?cookies|aceitar (?:todos os )?cookies|prima di continuare|utilizziamo i? ?cookie|accetta (?:tutti )?i cookie|voordat je verdergaat|wij gebruiken cookies
        (?:мы|сайт) использу(?:ем|ет) (?:файлы )?cookie|принять (?:все )?cookie|używamy plików cookie|používáme (?:soubory )?cookies|我们使用cookie|cookieを使用|쿠키를 사용|نستخدم ملفات تعريف|çerez""",
    ),
    (
        "soft_404",
        r"""^\W*404\W*$|\b(?:error|http|code|status|ошибка|помилка|қате|erreur|fehler|errore|erro|hata|błąd|chyba|hiba|fel|fejl|feil|virhe|エラー|错误|錯誤|오류|خطأ|خطای)\W{0,3}404\b|\b404\W{0,3}(?:error|not found|page|ошибка|помилка|erreur|fehler|页面|错误)|(?:page|file|document|resource|content|url|article|site)(?: (?:you (?:requested|are looking for|were looking for|tried)|requested))?(?: (?:was|is|could|can|does|has|may|might))?(?: (?:not|no longer|n.t|have been|has been|be|been))* ?(?:found|exist|exists|available|removed|deleted|located)|^\W*not found\b|(?:was|were|could|is|url|address|result) not (?:be )?found|does(?: not|n.t) exist|no longer (?:exists|available)|cannot be found|can.?t (?:find|be found)|could(?: not|n.t) (?:be found|find)|(?:we|sorry).{0,60}(?:couldn.t|cannot|can.t|unable to) find|moved or (?:does not exist|deleted|removed)|the page you.{0,40}(?:moved|removed|renamed|not)|nothing (?:was )?found|no (?:results|records?|data|entries|such (?:page|document|record)) (?:was |were )?found|not in the (?:web )?archive|(?:page|url)\S{0,3}.{0,60} has not been (?:captured|archived)|page (?:introuvable|inexistente)|invalid (?:url|page|link)|broken link
        (?:страниц\w+|документ|файл|материал|запрашиваем\w+ .{0,20}|раздел) (?:.{0,30} )?(?:не (?:найден\w*|существует|обнаружен\w*|доступн\w*)|удал[её]н\w*|отсутствует)|не найдено|ничего не найдено|такой страницы (?:нет|не существует)|ошибка 404
        (?:сторінк\w+|документ|матеріал)(?: .{0,30})? (?:не (?:знайден\w*|існує)|видален\w*|відсутн\w*)|не знайдено|помилка 404|(?:бет|парақ|құжат|материал)\w*(?: .{0,20})? (?:табылмады|жоқ)|табылмады|табылган жок|(?:барак|бет|баракча)\w* (?:табылган жок|жок)|sahifa topilmadi|topilmadi|tapılmadı|пронајден|пронађен|не е намерен\w*|страницата .{0,30}не|старонка не знойдзена
        (?:page|document|fichier|contenu|article)(?: .{0,30})? (?:introuvable|n.existe (?:pas|plus)|n.est (?:pas|plus) (?:disponible|accessible)|non trouvée?|n.a pas (?:pu être|été) trouvée?|supprimée?)|introuvable|page non trouvée|cette page n.existe
        (?:seite|dokument|datei|inhalt)(?: .{0,40})? (?:nicht (?:gefunden|verfügbar|vorhanden|existiert)|existiert nicht|wurde nicht gefunden|konnte nicht)|nicht gefunden|existiert nicht
        (?:página|documento|archivo|arquivo|contenido|conteúdo)(?: .{0,40})? (?:no (?:encontrad[oa]|existe|disponible|se encuentra|ha sido encontrad[oa])|não (?:encontrad[oa]|existe|foi encontrad[oa]|está disponível)|eliminad[oa])|no encontrad[oa]|no se (?:ha )?(?:encontró|encontrado|pudo encontrar) (?:la |el |ning\w+ )?(?:página|archivo|recurso|contenido|documento|resultado)|não (?:encontrad[oa]|foi (?:possível )?encontra\w+)|pàgina no trobada|no s.ha trobat|páxina non atopada
        pagina (?:non (?:trovata|esiste|disponibile)|niet gevonden|bestaat niet|n-a fost găsită|negăsită|inexistentă|nu (?:a fost găsită|există|a putut))|non (?:trovat[oa]|è stat[oa] trovat[oa]|esiste|è disponibile)|niet gevonden|kan niet worden gevonden|bestaat niet|nu a fost găsit
        nie (?:znaleziono|istnieje|odnaleziono|została znaleziona)|strona nie|stránka (?:nebyla nalezena|nenalezena|neexistuje|sa nenašla|nebola nájdená)|nenalezen\w*|nenašl\w*|nebyla? nalezen\w*|neexistuje|stranica (?:nije|ne)|nije pronađen\w*|ni (?:bila )?(?:najden\w*|mogoče najti)|ne postoji|ne obstaja|az oldal nem (?:található|létezik)|nem található|nem létezik
        sivua ei (?:löydy|löytynyt|ole)|ei löydy|ei löytynyt|sidan (?:kunde inte|hittades inte|finns (?:inte|ej)|findes ikke|finnes ikke|eksisterer ikke|finns inte|kan inte)|hittades inte|finns (?:inte|ej)|findes ikke|finnes ikke|eksisterer ikke|kunde inte hittas|siden (?:blev ikke|findes ikke|ble ikke|finnes ikke|kunne ikke)|ikke fundet|ikke funnet|lehte ei leitud|ei leitud|lapa nav atrasta|nav atrast\w*|puslapis nerastas|nerast\w*|faqja nuk|nuk u gjet
        sayfa (?:bulunamadı|mevcut değil|yok)|bulunamadı|η σελίδα δεν|δεν βρέθηκε|δεν υπάρχει|ברירת|הדף (?:לא נמצא|המבוקש|אינו|שחיפשת)|לא נמצא\w*|العفو|الصفحة (?:غير موجودة|المطلوبة|التي|غير متوفرة|غير متاحة|لم)|غير موجود\w*|لم يتم العثور|لا توجد صفحة|صفحه (?:مورد نظر|یافت نشد|پیدا نشد|وجود ندارد)|یافت نشد|پیدا نشد|صفحہ (?:نہیں ملا|موجود نہیں)|نہیں ملا
        页面(?:不存在|未找到|找不到|没有找到|已删除|无法|已被删除|走丢)|頁面(?:不存在|未找到|找不到|已刪除)|(?:网页|網頁|文章|内容|您(?:访问|要访问|查找|请求)的(?:页面|网页|内容|文件|资源|地址)).{0,14}(?:不存在|未找到|找不到|没有找到|被删除|已删除|已下线|失效)|找不到(?:您|该|此|頁|页|网|相关)|抱歉.{0,20}(?:不存在|找不到|未找到|走丢)|无法找到
        (?:ページ|ファイル|お探しの|指定された|ご指定の).{0,30}(?:見つかりません|見つかりませんでした|存在しません|存在しない|ございません|ありません|削除された)|見つかりません|存在しません|(?:페이지|요청하신).{0,20}(?:찾을 수 없|존재하지|없습니다)|찾을 수 없
        không (?:tìm thấy|tồn tại)|trang (?:bạn|này) .{0,30}không|tidak (?:ditemukan|dapat ditemukan|dijumpai|wujud|ada halaman)|halaman .{0,20}tidak|hindi (?:natagpuan|nahanap|makita)|ไม่พบ(?:หน้า|ข้อมูล|เอกสาร|ไฟล์)|ไม่มีหน้า|पृष्ठ (?:नहीं मिला|उपलब्ध नहीं)|नहीं मिला|পৃষ্ঠা(?:টি)? (?:পাওয়া যায়নি|খুঁজে)|পাওয়া যায়নি|გვერდი (?:ვერ|არ)|ვერ მოიძებნა|էջը (?:չի|չգտնվ)|չի գտնվել|хуудас олдсонгүй|олдсонгүй|ukurasa haupatikani""",
    ),
    (
        "error_page",
        r"""\b(?:400|401|403|405|408|410|421|429|431|451|500|501|502|503|504|508|509|520|521|522|523|524|525|526|530)\b.{0,6}(?:error|forbidden|unauthorized|bad (?:request|gateway)|internal|service|gateway|not allowed|too many|temporarily|unavailable|web server|time-?out|origin|ошибка|erreur|fehler|错误)|(?:error|ошибка|erreur|fehler|código|errore|错误|エラー|오류|hata|خطأ|błąd|chyba|hiba|fel|fout|помилка|қате|ката|lỗi).{0,4}\b(?:40[0-9]|50[0-9]|52[0-9])\b
        internal server error|bad gateway|gateway time-?out|service (?:temporarily )?unavailable|server error|bad request|^\W*(?:403\W+)?forbidden\W*$|access (?:is )?denied|unauthori[sz]ed|(?:you.?(?:re| are) )not authori[sz]ed|not authori[sz]ed to (?:access|view|see|perform)|^\W*not authori[sz]ed|you do not have (?:permission|access)|permission denied|too many (?:requests|connections)|bandwidth limit exceeded|request time-?out|server (?:is )?(?:too )?busy|^\W*(?:temporarily|currently) unavailable|(?:service|site|website|page|server|content|resource|system|portal|application|this)(?: (?:is|are|you \w+))? (?:temporarily|currently) unavailable|connection (?:refused|timed out|failed|reset)|unavailable for legal reasons|(?:content|page|site|website|video) is (?:currently )?(?:not |un)available (?:in|to|from) your (?:country|region|location|area)|access from (?:abroad|outside \w+|your (?:country|region|area|location))(?: \w+)* (?:restricted|blocked|denied|limited)|\[to parent directory\]|web server is down|origin is unreachable|ssl handshake failed
        fatal error|uncaught (?:exception|error|pdoexception|typeerror)|sqlstate\[|stack trace|traceback \(most recent|unhandled exception|database (?:connection )?error|error establishing a database connection|could not connect to|mysql(?:i)?_|ora-\d{5}|server error in .{0,3}/.{0,30} application|runtime error|application error|an (?:unexpected )?error (?:has )?occurred|something went wrong|oops|parse error: |warning: \w+\(\)|exception in thread|java\.lang\.|no input file specified|index of /|it works!|welcome to nginx|apache2? .{0,20}default page|iis windows server|test page for|directory listing denied|unexpected error|try again later|(?:experiencing|encountered|having)[^.]{0,20} technical (?:difficulties|problems?|errors?|issues?)|^\W*technical (?:difficulties|problem|error|fault)
        внутренняя ошибка|ошибка сервера|сервис (?:временно )?недоступен|сайт (?:временно )?недоступен|доступ (?:запрещ[её]н|закрыт)|нет доступа|у вас нет прав|недостаточно прав|произошла ошибка|что-то пошло не так|попробуйте (?:позже|ещ[её] раз)|помилка сервера|сталася помилка|доступ заборонено|тимчасово недоступн\w+|серверде қате|қате орын алды|қолжетімді емес
        erreur (?:interne|serveur|du serveur|technique|inattendue)|une erreur (?:est survenue|s.est produite)|service (?:temporairement )?indisponible|accès (?:interdit|non autorisé)|vous n.(?:êtes pas autorisé|avez pas (?:accès|les droits|la permission))|interner (?:server)?fehler|serverfehler|ein fehler ist aufgetreten|nicht erreichbar|dienst nicht verfügbar|kein zugriff|keine berechtigung|zugriff nicht gestattet
        error (?:interno|del servidor)|ha ocurrido un error|se ha producido un error|servicio no disponible|no (?:tiene|está) (?:permiso|autorizad)|acceso (?:no autorizado|restringido|prohibido)|erro (?:interno|no servidor|inesperado)|ocorreu um erro|serviço (?:indisponível|temporariamente)|errore (?:interno|del server|imprevisto)|si è verificato un errore|servizio non disponibile|er is een fout opgetreden|interne serverfout|toegang geweigerd
        wystąpił błąd|błąd (?:serwera|wewnętrzny)|brak (?:dostępu|uprawnień)|usługa niedostępna|chyba serveru|došlo k chybě|nastala chyba|přístup (?:odepřen|zamítnut)|hiba történt|szerverhiba|a apărut o eroare|eroare (?:internă|de server)|sunucu hatası|bir hata oluştu|erişim (?:yok|yasak)|palvelinvirhe|serverfel|ett fel|der opstod en fejl|det oppstod en feil|σφάλμα|שגיאה|אין הרשאה|חסום
        خطأ (?:في|داخلي|بالخادم)|حدث خطأ|الخدمة غير متوفرة|غير مصرح|ليس لديك (?:صلاحية|إذن)|خطای (?:سرور|داخلی)|خطا رخ داد|دسترسی (?:غیرمجاز|ندارید|ممنوع)
        服务器(?:内部)?(?:错误|繁忙|出错|异常)|伺服器錯誤|系统(?:错误|繁忙|异常|出错)|内部错误|访问出错|拒绝访问|禁止访问|没有(?:访问)?权限|无权(?:访问|限)|服务(?:不可用|暂停)|网站(?:暂时)?无法(?:访问|打开)|数据库(?:连接)?(?:错误|失败)|出错了|サーバー?エラー|内部エラー|エラーが発生|アクセス(?:権限がありません|できません)|서버 ?오류|오류가 발생|접근 ?권한|서비스를 (?:이용|사용)할 수 없|lỗi (?:máy chủ|hệ thống)|đã xảy ra lỗi|terjadi kesalahan|kesalahan server|ralat|เกิดข้อผิดพลาด|ไม่มีสิทธิ์|त्रुटि|ত্রুটি|შეცდომა|սխալ""",
    ),
    (
        "parked",
        r"""(?:this )?domain (?:name )?(?:is|may be|might be) (?:for sale|available|parked|expired)|buy this domain|^domain (?:for sale|parking|expired)|domain (?:has expired|name registration)|\S{1,80}\.\w{1,40} (?:is|may be) for sale|related searches|this (?:website|site|web page|page) is (?:parked|for sale)|parked (?:free|domain|by)|inquire about this domain|sedoparking|hugedomains|godaddy.{0,30}parked|account (?:has been )?suspended|website (?:is )?suspended|hosting (?:account )?(?:has )?(?:expired|suspended)|future home of|if you are the owner of this (?:web)?(?:site|domain)|если вы владелец (?:сайта|домена)|сайт отключ[её]н|обслуживание сайта приостановлено|domain has been seized|parking service|si vous en êtes le propriétaire|site (?:est )?(?:momentanément )?suspendu|(?:default|placeholder) (?:web)?page
        домен (?:продается|продаётся|припаркован|не (?:продлен|продлён|оплачен)|зарегистрирован|выставлен)|купить (?:этот )?домен|срок регистрации домена|хостинг (?:не оплачен|приостановлен)|аккаунт заблокирован|(?:ce|le) (?:nom de )?domaine est (?:à vendre|en vente|expiré)|diese domain (?:steht|ist|wurde)|domain steht zum verkauf|(?:este|el) dominio (?:está (?:en venta|a la venta|aparcado)|ha (?:caducado|expirado))|este domínio (?:está à venda|expirou)|questo dominio (?:è in vendita|è scaduto)
        (?:该|此|本)?网站(?:未|没有).{0,16}备案|网站暂时无法(?:进行)?访问|(?:该|此|本)?域名(?:出售|转让|已过期|未备案|正在出售|停放)|ドメイン(?:は|が).{0,16}(?:取得|販売|お名前|期限)|도메인.{0,12}(?:판매|만료)|domena (?:na sprzedaż|wygasła)|alan adı satılık|النطاق للبيع""",
    ),
    (
        "maintenance",
        r"""(?:under|down for|scheduled|undergoing|site|planned|for) maintenance|maintenance (?:mode|in progress|work|notice|page|break)|temporarily (?:down|offline|closed)|we.?(?:ll| will) be (?:right )?back|be back (?:soon|shortly|online)|coming soon|site is (?:being|currently being|temporarily|currently) (?:updated|upgraded|offline|down|closed|unavailable)|website is (?:being|currently) (?:updated|upgraded|rebuilt)|^maintenance$|under construction|we are (?:performing|carrying out|currently)(?: scheduled)? (?:maintenance|upgrad\w+)
        (?:ведутся|проводятся|на сайте|в связи с|по причине|идут) (?:.{0,20} )?(?:техническ|профилактическ)\w+ (?:работ\w*|обслуживани\w+)|^технические работы|технический перерыв|профилактическ\w+ работ\w+|сайт (?:находится )?(?:на (?:техобслуживании|реконструкции|обслуживании)|временно (?:закрыт|не работает)|в разработке)|ведутся (?:технические |профилактические )?работы|скоро (?:вернемся|вернёмся|откроется)|технічн\w+ робот\w*|проводяться (?:технічні|профілактичні)|техникалық жұмыс\w*|профилактикалық жұмыс\w*|техникалык иштер|texnik ishlar|profilaktik\w* ishlar
        (?:en|site en|opération de) maintenance|maintenance (?:en cours|programmée|technique)|de retour (?:bientôt|prochainement)|site en (?:construction|travaux)|wartung(?:sarbeiten|smodus|spause)\b|^wartung$|(?:wegen|aufgrund von|in|im) wartung|wird (?:gerade )?gewartet|gleich wieder|en mantenimiento|mantenimiento (?:programado|en curso)|(?:em|página em) manutenção|in manutenzione|manutenzione (?:in corso|programmata)|^onderhoud$|(?:in|wegens|gepland) onderhoud|onderhoudswerkzaamheden|prace (?:konserwacyjne|techniczne|serwisowe)|przerwa techniczna|(?:probíhá|plánovaná|prebieha) (?:údržba|odstávka)|odstávka|^karbantartás|karbantartás (?:alatt|miatt)|mentenanță|bakım(?:da| çalışması| modunda)|huoltokatko|^underhåll|(?:på grund av|för) underhåll|^vedligeholdelse|^vedlikehold|(?:υπό|για) συντήρηση|(?:בתחזוקה|עבודות תחזוקה)|(?:تحت|قيد|أعمال|جاري) ال?صيانة|در حال تعمیر|در دست (?:تعمیر|ساخت|بروزرسانی)|بروزرسانی سایت
        (?:系统|网站|服务器|系統|網站|站点|平台)(?:正在)?(?:進行|进行)?(?:维护|維護|升级|升級)|正在(?:维护|維護|升级|升級)|(?:维护|維護|升级|升級)(?:中|公告|通知)|网站(?:建设|升级改造)中|暂停(?:服务|访问|开放)|メンテナンス(?:中|のため)|점검 ?(?:중|안내|작업)|서비스 점검|(?:đang|hệ thống) bảo trì|^bảo trì|(?:dalam|sedang) (?:pemeliharaan|penyelenggaraan)|ปิดปรับปรุง""",
    ),
    (
        "moved",
        r"""(?:page|site|website|content|we) (?:has|have|.ve) (?:been )?(?:permanently )?moved|moved (?:permanently|to a new)|has a new (?:home|address|url|location)|you (?:will|should|are being) be? ?(?:automatically )?(?:redirected|forwarded)|redirecting|if you are not (?:automatically )?redirected|click here if|new (?:web ?site|web address|url) (?:is|at)|^new address (?:is|at)|301 moved|302 found|object moved
        (?:сайт|страница|портал) (?:переехал\w*|перенес[её]н\w*|перемещ[её]н\w*)|новый адрес сайта|вы будете (?:автоматически )?перенаправлены|если (?:вы не|перенаправление|переадресация)|перенаправление|сайт (?:переїхав|перенесено)|вас буде перенаправлено|жаңа сайт\w* көшт\w+|(?:cette page|le site|ce site) a (?:été )?(?:déplacée?|déménagé|changé d.adresse)|vous (?:allez être|serez) redirigé|redirection|(?:diese|die) seite (?:ist|wurde) (?:umgezogen|verschoben)|sie werden (?:automatisch )?weitergeleitet|weiterleitung
        (?:esta|la) página (?:se ha (?:movido|trasladado)|ha (?:cambiado|sido movida))|será redirigid[oa]|redireccionando|esta página (?:mudou|foi movida)|será redirecionad[oa]|redirecionando|la pagina (?:è stata spostata|si è spostata)|verrai reindirizzat[oa]|reindirizzamento|doorverwezen|zostaniesz przekierowany|přesměrov\w+|átirányít\w+|yönlendir(?:iliyor|il\w+)
        (?:网站|網站|域名|页面|网址)(?:域名)?(?:已)?(?:变更|變更|迁移|搬迁|更换|更換)|域名(?:变更|变更公告)|正在(?:跳转|跳轉|为您跳转|转到)|(?:自动|自動)(?:跳转|跳轉)|没有自动跳转|如果您?的?(?:浏览器|页面).{0,10}跳[转轉]|(?:ページ|サイト)は?.{0,10}(?:移転|移動)しました|自動的に(?:移動|ジャンプ|転送)|(?:홈페이지|사이트|페이지|주소)\S{0,4}.{0,12}이전(?:되었습니다|하였습니다)|이동합니다|تم نقل (?:الموقع|الصفحة)|جاري (?:التحويل|إعادة)|سيتم (?:تحويلك|توجيهك)|در حال انتقال""",
    ),
    (
        "shell",
        r"""^loading|loading ?(?:\.\.\.|…)|please wait|chargement(?: en cours)?|veuillez patienter|^загрузка|подождите|завантаження|зачекайте|жүктелуде|^жүктеу|\blädt\b|wird geladen|bitte warten|cargando|carregando|a carregar|caricamento|\battendere\b|^laden\b|ładowanie|načítání|načítavam|betöltés|se încarcă|yükleniyor|ladataan|laddar|indlæser|^laster\b|φόρτωση|טוען|جاري التحميل|جارٍ التحميل|در حال بارگذاری|加载中|正在加载|載入中|读取中|読み込み中|로딩|불러오는 중|đang tải|\bmemuat\b|กำลังโหลด|लोड हो|লোড হচ্ছে
        (?:you need to )?(?:enable|activate|turn on) javascript|javascript (?:is )?(?:required|disabled|must be enabled)|activer javascript|включите javascript|browser (?:is|version is) (?:not|no longer) supported|unsupported browser|(?:update|upgrade) your browser|outdated browser|navigateur (?:n.est (?:pas|plus)|obsolète)|ihr browser (?:wird nicht|ist veraltet)|браузер (?:не поддерживается|устарел)|浏览器版本(?:过低|太低)|ブラウザ.{0,12}サポートされて|请(?:启用|开启)javascript|javascriptを有効""",
    ),
)
PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (
        reason,
        re.compile(
            "|".join(f"(?:{line.strip()})" for line in lines.strip().splitlines()), re.IGNORECASE | re.MULTILINE
        ),
    )
    for reason, lines in _PATTERNS
)

# Languages whose ways of saying these things are well covered here.
COVERED = frozenset(
    re.findall(
        r"\S+",
        "ar az be bg bs ca cs da de el en es et fa fi fr gl he hi hr hu id it ja ka kk ko ky lt lv mk ms nb nl nn no pl pt ro ru sk sl sr sv th tr uk ur uz vi zh",
    )
)

# What programs leave in a page whose template was not filled in.
UNFILLED = re.compile(
    r"\$\{?[a-z][A-Za-z]*(?:Bean|Helper|Util|Form|page|Page)?\.(?:get)?[A-Za-z.]{3,}|\{\{\s*[a-zA-Z_.]+\s*\}\}|<%=|\[object Object\]|\bNaN\b.*\bNaN\b|#\{[a-z]\w*\.\w+\}"
)
