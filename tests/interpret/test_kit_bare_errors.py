"""What servers, gateways and registrars put in a page's place, without the site's frame: refused at first look and later."""

from __future__ import annotations

import pytest

from .page_makers import bare, page_of

BARE = {
    # challenges
    "managed challenge": bare(
        "Just a moment...", '<div class="main-wrapper"><h1>norland.example</h1><h2>Verifying you are human. This may take a few seconds.</h2>'
        "<p>norland.example needs to review the security of your connection before proceeding.</p><p>Ray ID: <code>8f1c2a77be90d31a</code></p></div>",
        head='<script src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=8f1c"></script>',
    ),
    "managed challenge in German": bare("Nur einen Moment…", "<h1>norland.example</h1>", "Überprüfen Sie, ob Sie ein Mensch sind. Dies kann einige Sekunden dauern.", language="de"),
    "five second shield": bare("Please wait...", "<h1>Checking your browser before accessing norland.example.</h1>", "This process is automatic. Your browser will redirect to your requested content shortly.", "Please allow up to 5 seconds…", "DDoS protection by Gatewall"),
    "proof of work": bare("Making sure you're not a bot!", '<h1 id="title">Making sure you&#39;re not a bot!</h1><img src="/.pow/happy.webp"><p id="status">Loading...</p>',
        "<details><summary>Why am I seeing this?</summary><p>The administrator of this website has set up a proof-of-work check to protect the server against scraping by AI companies.</p></details>"),
    "press and hold": bare("Access to this page has been denied", "<h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1>", "Reference ID 7d3c9a10-55fe-11ee-b3d2-9f1"),
    "script captcha stub": b'<html><head><title>norland.example</title><style>#cmsg{animation:A 1.5s}</style></head><body style="margin:0"><p id="cmsg">Please enable JS and disable any ad blocker</p><script>var dd={"rt":"c","cid":"AHrlqAAAA","hsh":"2211F5"}</script><script src="https://ct.captcha-delivery.example/c.js"></script></body></html>',
    "iframe incident": b'<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body style="margin:0px;height:100%"><iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9&xinfo=5-1" frameborder=0 width="100%">Request unsuccessful. Incapsula incident ID: 88000110-55501</iframe></body></html>',
    "unusual traffic": bare("Sorry...", "<h1>We're sorry...</h1>", "... but your computer or network may be sending automated queries. To protect our users, we can't process your request right now."),
    "Russian robot check": bare("Вы не робот?", "<h1>Подтвердите, что запросы отправляли вы, а не робот</h1>", "Нам очень жаль, но запросы с вашего устройства похожи на автоматические.", language="ru"),
    "Chinese slide check": bare("安全验证", "<h1>请完成安全验证</h1>", "请按住滑块，拖动到最右边", language="zh"),
    "Turkish security check": bare("Güvenlik doğrulaması", "<h1>Güvenlik doğrulaması</h1>", "Robot olmadığınızı doğrulayın.", language="tr"),
    "Persian check": bare("در حال بررسی مرورگر شما", "<h1>در حال انتقال به سایت مورد نظر هستید...</h1>", "لطفا چند لحظه صبر کنید.", language="fa"),
    "Japanese image check": bare("画像認証", "<h1>画像に表示されている文字を入力してください</h1>", '<form><img src="/c.png"><input name="code"><button>送信</button></form>', language="ja"),
    "cookie setting script": b'<html><body><script>document.cookie="__test="+toHex(slowAES.decrypt(c,2,a,b))+"; expires=Thu, 31-Dec-37 23:55:55 GMT; path=/"; location.href="http://norland.example/rules?i=1";</script><noscript>This site requires Javascript to work, please enable Javascript in your browser or use a browser with Javascript support</noscript></body></html>',
    # blocks
    "edge denied": b"<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n \nYou don't have permission to access \"http&#58;&#47;&#47;www&#46;norland&#46;example&#47;rules\" on this server.<P>\nReference&#32;&#35;18&#46;2d351ab8&#46;1557333295&#46;a4e16ab\n</BODY>\n</HTML>\n",
    "support id": b'<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 4110387529186441<br><br><a href="javascript:history.back();">[Go Back]</a></body></html>',
    "owner has blocked": bare("Attention Required! | Gatewall", "<h1>Sorry, you have been blocked</h1><h2>You are unable to access norland.example</h2><h2>Why have I been blocked?</h2>", "This website is using a security service to protect itself from online attacks. The action you just performed triggered the security solution.", "Ray ID: 71c0f1 • Your IP: 192.0.2.7"),
    "plugin firewall": bare("Your access to this site has been limited", "<h1>Your access to this site has been limited by the site owner</h1>", "Your access to this service has been limited. (HTTP response code 503)", "If you think you have been blocked in error, contact the owner of this site for assistance.", "Block Technical Data: Block Reason: Access from your area has been temporarily limited for security reasons."),
    "website firewall": bare("Norland Website Firewall - Access Denied", "<h1>Access Denied - Website Firewall</h1>", "If you are the site owner (or you manage this site), please whitelist your IP.", "Block ID: BNP005"),
    "mod security": bare("Not Acceptable!", "<h1>Not Acceptable!</h1><p>An appropriate representation of the requested resource could not be found on this server. This error was generated by Mod_Security.</p>"),
    "Russian WAF": bare("Доступ заблокирован", "<h1>Ваш запрос заблокирован</h1>", "Обнаружена подозрительная активность. Номер инцидента: 7712-98331. Обратитесь к администратору.", language="ru"),
    "Chinese WAF": bare("405", "<h1>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</h1>", "您的请求ID是: 781bad0a16027561", language="zh"),
    "Chinese interception": bare("网站防火墙", "您的请求带有不合法参数，已被网站管理员设置拦截！", "可能原因：您提交的内容包含危险的攻击请求", language="zh"),
    "French block": bare("Accès refusé", "<h1>Accès refusé</h1>", "Votre requête a été bloquée par notre système de sécurité. Identifiant de l'incident : 55013-a", language="fr"),
    "Spanish block": bare("Acceso denegado", "<h1>Solicitud rechazada</h1>", "La URL solicitada ha sido rechazada. Su número de incidencia es 98871002.", language="es"),
    "Korean block": bare("접속이 차단되었습니다", "<h1>비정상적인 접근으로 차단되었습니다.</h1>", "관리자에게 문의하시기 바랍니다. (IP: 192.0.2.4)", language="ko"),
    "Arabic block": bare("تم رفض الطلب", "<h1>تم حظر طلبك</h1>", "رقم الحادثة: 8810023. يرجى الاتصال بمسؤول الموقع.", language="ar"),
    "hotlink of a distribution": bare("ERROR: The request could not be satisfied", "<h1>403 ERROR</h1><h2>The request could not be satisfied.</h2><hr>", "Request blocked. We can't connect to the server for this app or website at this time.", "<pre>Generated by edgefront (EdgeFront)\nRequest ID: x0ck==</pre>"),
    "too many requests": bare("Too Many Requests", "<h1>Slow down</h1>", "You have made too many requests in a short time. Please try again in a few minutes."),
    "Russian rate limit": bare("Слишком много запросов", "<h1>Слишком много запросов</h1>", "Попробуйте повторить попытку позже.", language="ru"),
    "geo block": bare("Not available", "<h1>This content is not available in your region.</h1>"),
    "451": bare("Unavailable For Legal Reasons", "<h1>Unavailable For Legal Reasons</h1>", "This request may not be serviced because of a court order in your country."),
    "European visitors": bare("norland.example", "<h1>Our European visitors are important to us.</h1>", "This site is currently unavailable to visitors from the European Economic Area while we work to ensure your data is protected."),
    "Russian registry": bare("Доступ ограничен", "<h1>Доступ к запрашиваемому ресурсу ограничен</h1>", "Доступ ограничен по решению суда или по иным основаниям, установленным законодательством.", language="ru"),
    "Turkish order": bare("Erişim engellendi", "Bu internet sitesi hakkında mahkeme kararıyla erişime engelleme tedbiri uygulanmaktadır.", language="tr"),
    "no foreign visitors": bare("Access restricted", "<h1>Access from abroad is restricted</h1>", "Visitors outside the country cannot open this site for the time being."),
    # logins, consent, walls
    "login": bare("Sign in", '<form method="post"><h1>Sign in to your account</h1><input name="login"><input type="password" name="pw"><button>Sign in</button><a href="/forgot">Forgot your password?</a></form>'),
    "single sign on post": b'<html><head><title>Working...</title></head><body onload="document.forms[0].submit()"><form method="POST" action="https://login.norland.example/adfs/ls"><input type="hidden" name="SAMLRequest" value="PHNhbWw="><noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"></noscript></form></body></html>',
    "Russian login": bare("Вход в систему", '<h1>Авторизация</h1><form><input name="u"><input type="password" name="p"><button>Войти</button><a href="/r">Забыли пароль?</a></form>', language="ru"),
    "captive portal": bare("Guest Wi-Fi", "<h1>Welcome to the guest network</h1>", "To use the internet, accept the terms of use and press Connect.", "<form><input type=checkbox name=ok> I accept the terms of use<button>Connect</button></form>"),
    "consent wall": bare("Before you continue", "<h1>Before you continue</h1>", "We use cookies and data to deliver and maintain our services, and, if you agree, to show personalised content.", "<form><button>Reject all</button><button>Accept all</button></form>"),
    "German consent wall": bare("Ihre Zustimmung", "<h1>Mit Werbung weiterlesen</h1>", "Besuchen Sie uns wie gewohnt mit Werbung und Tracking, indem Sie der Nutzung aller Cookies zustimmen.", "<button>Alle akzeptieren</button>", language="de"),
    "age gate": bare("Age check", "<h1>Are you over 18?</h1>", "You must be of legal age to enter this website.", "<button>Yes, enter</button><button>No</button>"),
    # broken servers
    "default nginx": b"<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p><p><em>Thank you for using nginx.</em></p></body></html>",
    "default apache": b"<html><body><h1>It works!</h1></body></html>",
    "default distribution": bare("Apache2 Default Page: It works", "<h1>Apache2 Default Page</h1>", "This is the default welcome page used to test the correct operation of the Apache2 server after installation on your system."),
    "default IIS": b'<html><head><title>IIS Windows Server</title></head><body><div id="container"><a href="http://go.example/?linkid=66138"><img src="iisstart.png" alt="IIS" width="960"></a></div></body></html>',
    "panel page": bare("Default Web Site Page", "<h1>SORRY!</h1>", "If you are the owner of this website, please contact your hosting provider: webmaster@norland.example", "It is possible you have reached this page because: The IP address has changed. There has been a server misconfiguration."),
    "database": bare("Database Error", "<h1>Error establishing a database connection</h1>"),
    "database in plain words": b"Could not connect: Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)",
    "php fatal": b"<br />\n<b>Fatal error</b>:  Uncaught Error: Call to a member function fetch() on bool in /var/www/html/page.php:112\nStack trace:\n#0 {main}\n  thrown in <b>/var/www/html/page.php</b> on line <b>112</b><br />\n",
    "aspnet": b"<html><head><title>Runtime Error</title></head><body bgcolor=white><span><H1>Server Error in '/' Application.<hr></H1><h2><i>Runtime Error</i></h2></span><b>Description:</b> An application error occurred on the server. The current custom error settings for this application prevent the details of the application error from being viewed remotely.<br><br><b>Details:</b> To enable the details of this specific error message, please create a customErrors tag.</body></html>",
    "tomcat": b'<html><head><title>Apache Tomcat/7.0.52 - Error report</title></head><body><h1>HTTP Status 500 - java.lang.NullPointerException</h1><HR><p><b>type</b> Exception report</p><p><b>exception</b></p><pre>org.apache.jasper.JasperException: java.lang.NullPointerException\n\torg.apache.jasper.servlet.JspServletWrapper.handleJspException(JspServletWrapper.java:549)</pre></body></html>',
    "classic asp": b"<font face=\"Arial\" size=2><p>Microsoft OLE DB Provider for ODBC Drivers</font> <font face=\"Arial\" size=2>error '80004005'</font><p><font face=\"Arial\" size=2>[Microsoft][ODBC Microsoft Access Driver] Could not use '(unknown)'; file already in use.</font><p><font face=\"Arial\" size=2>/inc/conn.asp</font><font face=\"Arial\" size=2>, line 7</font>",
    "django debug": bare("OperationalError at /rules", "<h1>OperationalError at /rules</h1><pre class='exception_value'>could not connect to server: Connection refused</pre><table><tr><th>Request Method:</th><td>GET</td></tr><tr><th>Exception Type:</th><td>OperationalError</td></tr></table>"),
    "rails": bare("We're sorry, but something went wrong (500)", "<h1>We're sorry, but something went wrong.</h1>", "If you are the application owner check the logs for more information."),
    "gateway": b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>",
    "squid": bare("ERROR: The requested URL could not be retrieved", "<h1>ERROR</h1><h2>The requested URL could not be retrieved</h2><hr>", "The following error was encountered while trying to retrieve the URL:", "<blockquote><p>Connection to 192.0.2.80 failed.</p></blockquote>", "The system returned: (111) Connection refused"),
    "varnish": b"<?xml version='1.0' encoding='utf-8'?><html><head><title>503 Backend fetch failed</title></head><body><h1>Error 503 Backend fetch failed</h1><p>Backend fetch failed</p><h3>Guru Meditation:</h3><p>XID: 1093488</p><hr><p>Varnish cache server</p></body></html>",
    "no healthy upstream": b"no healthy upstream",
    "too many connections": b"Too many connections",
    # absent sites
    "for sale": bare("norland.example", "<h1>norland.example is for sale</h1>", "This domain may be for sale. Make an offer or inquire about the price.", "<a href='//sedo.example'>Buy this domain</a>"),
    "parked with links": bare("norland.example - norland Resources and Information.", "<ul><li><a href='?1'>Visa Application</a></li><li><a href='?2'>Work Permit</a></li><li><a href='?3'>Passport Renewal</a></li></ul>", "This webpage was generated by the domain owner using a parking service. Disclaimer: the parking service maintains no relationship with third party advertisers.", "Related Searches"),
    "expired": bare("Domain expired", "<h1>This domain has expired.</h1>", "If you are the owner, please renew it with your registrar."),
    "Russian parked": bare("Домен припаркован", "<h1>Домен norland.example продаётся</h1>", "Домен припаркован на серверах регистратора.", language="ru"),
    "suspended": bare("Account Suspended", "<h1>This Account has been suspended.</h1>", "Contact your hosting provider for more information."),
    "quota": bare("509 Bandwidth Limit Exceeded", "<h1>Bandwidth Limit Exceeded</h1>", "The server is temporarily unable to service your request due to the site owner reaching his/her bandwidth limit. Please try again later."),
    "Chinese unpaid": bare("站点未备案", "<h1>该网站暂时无法进行访问</h1>", "该网站未根据工信部相关法规进行备案。", language="zh"),
    "French suspended": bare("Site suspendu", "<h1>Ce site est momentanément suspendu.</h1>", "Si vous en êtes le propriétaire, contactez le support de votre hébergeur.", language="fr"),
    "under construction": bare("Under construction", "<h1>Site under construction</h1>", "Our new website is coming soon."),
    "directory": b"<html><head><title>Index of /rules</title></head><body><h1>Index of /rules</h1><pre><a href=\"?C=N;O=D\">Name</a> <a href=\"?C=M;O=A\">Last modified</a>\n<hr><a href=\"/\">Parent Directory</a>   -\n<a href=\"old.html\">old.html</a> 2011-03-04 10:22  4.1K\n</pre><address>Apache/2.2.15 (CentOS) Server</address></body></html>",
    "IIS directory": b"<html><head><title>www.norland.example - /rules/</title></head><body><H1>www.norland.example - /rules/</H1><hr><pre><A HREF=\"/\">[To Parent Directory]</A><br><br> 3/4/2011 10:22 AM 4198 <A HREF=\"/rules/old.htm\">old.htm</A><br></pre><hr></body></html>",
    # stubs
    "refresh": b'<html><head><meta http-equiv="refresh" content="0; url=/en/home"></head><body></body></html>',
    "refresh in words": bare("Redirecting", 'If you are not redirected automatically, follow <a href="/en/home">this link</a>.', head='<meta http-equiv="refresh" content="3;url=/en/home">'),
    "script redirect": b"<html><head><script>window.location.replace('/en/home');</script></head><body></body></html>",
    "moved": bare("Document moved", "<h1>Object Moved</h1>", 'This document may be found <a href="http://new.norland.example/rules">here</a>'),
    "site moved": bare("We have moved", "<h1>Our website has a new address</h1>", 'Please update your bookmarks: <a href="http://new.norland.example">new.norland.example</a>'),
    "frameset": b'<html><head><title>Norland</title></head><frameset cols="180,*"><frame src="menu.htm" name="menu"><frame src="main.htm" name="main"><noframes><body>Your browser does not support frames.</body></noframes></frameset></html>',
    "app shell": b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Norland</title></head><body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="/static/js/main.a1.js"></script></body></html>',
    "spinner shell": b'<!doctype html><html lang="pl"><head><title>Norland</title></head><body><app-root><div class="spinner">\xc5\x81adowanie...</div></app-root><script type=module src=/main.js></script></body></html>',
    "old browser": bare("Browser not supported", "<h1>Your browser is not supported</h1>", "Please update your browser, or use one of these: Firefox, Chrome, Edge, Safari."),
    "Japanese old browser": bare("推奨ブラウザ", "<h1>お使いのブラウザはサポートされていません</h1>", "最新のブラウザをご利用ください。", language="ja"),
    # maintenance
    "maintenance": bare("Site maintenance", "<h1>We&rsquo;ll be back soon!</h1>", "Sorry for the inconvenience but we&rsquo;re performing some maintenance at the moment.", "— The Team"),
    "French maintenance": bare("Maintenance", "<h1>Site en maintenance</h1>", "Notre site est actuellement indisponible en raison d'une opération de maintenance. Merci de votre compréhension.", language="fr"),
    "German maintenance": bare("Wartungsarbeiten", "<h1>Wartungsarbeiten</h1>", "Unser Internetauftritt steht wegen Wartungsarbeiten vorübergehend nicht zur Verfügung. Wir bitten um Ihr Verständnis.", language="de"),
    "Russian maintenance": bare("Технические работы", "<h1>На сайте ведутся технические работы</h1>", "Приносим извинения за временные неудобства.", language="ru"),
    "Chinese maintenance": bare("系统维护", "<h1>系统维护中</h1>", "系统正在升级维护，给您带来不便敬请谅解。", language="zh"),
    "Japanese maintenance": bare("メンテナンス中", "<h1>ただいまメンテナンス中です</h1>", "ご迷惑をおかけして申し訳ございません。しばらくしてから再度アクセスしてください。", language="ja"),
    "Korean maintenance": bare("시스템 점검", "<h1>시스템 점검 중입니다</h1>", "이용에 불편을 드려 죄송합니다.", language="ko"),
    "Arabic maintenance": bare("صيانة", "<h1>الموقع قيد الصيانة</h1>", "نعتذر عن الإزعاج، سنعود قريبا.", language="ar"),
    "Polish maintenance": bare("Przerwa techniczna", "<h1>Przerwa techniczna</h1>", "Strona jest chwilowo niedostępna. Przepraszamy za utrudnienia.", language="pl"),
    "Portuguese maintenance": bare("Em manutenção", "<h1>Site em manutenção</h1>", "Voltaremos em breve. Pedimos desculpa pelo incómodo.", language="pt"),
    "Greek maintenance": bare("Συντήρηση", "<h1>Ο ιστότοπος βρίσκεται υπό συντήρηση</h1>", "Ζητούμε συγγνώμη για την ταλαιπωρία.", language="el"),
    "Ukrainian maintenance": bare("Технічні роботи", "<h1>Сайт тимчасово недоступний</h1>", "Проводяться технічні роботи. Перепрошуємо за незручності.", language="uk"),
}  # fmt: skip

BODIES = {
    "json": (b'{"statusCode":404,"message":"Resource not found"}', "application/json"),
    "json called html": (b'{"error":{"code":500,"message":"Internal"},"traceId":"00-1f"}', "text/html"),
    "pdf": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n", "application/pdf"),
    "pdf called html": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n", "text/html"),
    "xml fault": (b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>', "text/html"),
    "feed": (b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>One</title></item></channel></rss>', "text/html"),
    "plain": (b"Not Found", "text/plain"),
    "blank": (b" \n\n", "text/html"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "text/html"),
}  # fmt: skip


def _refused(outcome: str) -> bool:
    return outcome.startswith(("held:", "failed:", "gone:"))


@pytest.mark.parametrize("name", BARE)
def test_a_page_put_in_its_place_is_refused_at_the_first_look(name, history):
    assert _refused(history.look(BARE[name]))


@pytest.mark.parametrize("name", BARE)
def test_a_page_put_in_its_place_is_refused_after_good_looks(name, history):
    assert [history.look(page_of("en")), history.look(page_of("en", "semantic"))] == ["new", "unchanged"]

    assert _refused(history.look(BARE[name]))
    assert history.look(page_of("en")) == "unchanged"


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_page_is_refused(name, history):
    body, content_type = BODIES[name]
    assert _refused(history.look(body, content_type=content_type))
    history.look(page_of("en"))

    assert _refused(history.look(body, content_type=content_type))
