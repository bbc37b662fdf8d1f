//! What messages say, in the languages of their countries, and what handsets answer.
//!
//! Braces stand for what differs from message to message: `{b}` the sender's name, `{n}` a person, `{t}` a
//! thing, `{c}` a code, `{a}` an amount, `{o}` an order, `{h}` a time of day, `{d}` a day of the month,
//! `{l}` a link.

/// One language.
#[derive(Debug)]
pub(super) struct Language {
    /// Codes for one use.
    pub(super) codes: &'static [&'static str],
    /// What people wait for: parcels, appointments, payments.
    pub(super) notices: &'static [&'static str],
    /// What they do not.
    pub(super) offers: &'static [&'static str],
    /// What a handset answers.
    pub(super) replies: &'static [&'static str],
    pub(super) names: &'static [&'static str],
    pub(super) things: &'static [&'static str],
}

pub(super) static ENGLISH: Language = Language {
    codes: &[
        "{b}: your code is {c}. It is good for ten minutes. Do not share it with anybody.",
        "{c} is your {b} verification code.",
        "Use {c} to confirm the payment of GBP {a} to {n}. Never tell anyone this code. {b}",
        "Your {b} login code: {c}. If this was not you, call us at once.",
    ],
    notices: &[
        "Hello {n}, your parcel {o} is out for delivery between {h} and 21:00. Track it: {l}",
        "{b}: a payment of {a} was made from your card at {h}. Not you? Reply NO.",
        "Reminder: your appointment with {n} is on the {d}th at {h}. Reply YES to confirm.",
        "Your order {o} ({t}) has left our warehouse and arrives on the {d}th.",
        "{b}: your balance is {a}. Your next bill is due on the {d}th.",
        "Dear {n}, the {t} that you reserved is ready to be collected until the {d}th. Please bring your \
         order number {o} and a document with your photograph; somebody else can collect it with a \
         written permission. Our shop is open from {h} to 20:00. Thank you, {b}",
    ],
    offers: &[
        "{b}: only until the {d}th, every {t} 20% off with code SAVE{d}. {l} Stop: reply STOP",
        "{n}, we miss you! Free delivery for your next {t}: {l} Reply STOP to opt out",
        "New at {b}: {t}, from {a}. In our shops and at {l}. To stop these texts send STOP",
    ],
    replies: &["YES", "Yes please", "NO", "Thanks!", "who is this?", "ok", "Call me back", "Help"],
    names: &[
        "Alice", "Oliver", "Amelia", "George", "Isla", "Noah", "Ava", "Arthur", "Mia", "Leo",
        "Grace", "Oscar", "Freya", "Henry", "Emily", "Theo", "Poppy", "Jack", "Ella", "Charlie",
    ],
    things: &[
        "coat",
        "kettle",
        "bicycle",
        "lamp",
        "sofa",
        "raincoat",
        "headphones",
        "garden chair",
        "coffee machine",
        "umbrella",
        "backpack",
        "camera",
        "novel",
        "carpet",
        "winter boots",
        "desk",
        "toaster",
        "tent",
        "guitar",
        "phone case",
        "watch",
        "mirror",
        "pillow",
        "frying pan",
    ],
};

pub(super) static GERMAN: Language = Language {
    codes: &[
        "{b}: Ihr Code lautet {c}. Er gilt zehn Minuten. Geben Sie ihn niemandem weiter.",
        "TAN {c} für die Überweisung von {a} EUR an {n}. {b}",
        "{c} ist Ihr Bestätigungscode für {b}.",
    ],
    notices: &[
        "Guten Tag {n}, Ihr Paket {o} wird heute zwischen {h} und 20:00 Uhr zugestellt: {l}",
        "Erinnerung: Ihr Termin bei Dr. {n} ist am {d}. um {h} Uhr. Bitte antworten Sie mit JA.",
        "{b}: Ihre Bestellung {o} ({t}) wurde versandt und kommt am {d}. an.",
        "Ihr Kontostand beträgt {a} EUR. Die nächste Rechnung ist am {d}. fällig. {b}",
        "Sehr geehrte Frau {n}, der reservierte Artikel ({t}) liegt bis zum {d}. für Sie bereit. Bitte \
         bringen Sie die Bestellnummer {o} und einen Ausweis mit. Unsere Filiale ist ab {h} Uhr \
         geöffnet. Mit freundlichen Grüßen, {b}",
    ],
    offers: &[
        "{b}: nur bis zum {d}. zwanzig Prozent auf jeden Artikel: {t}. {l} Abmelden: STOP",
        "{n}, wir vermissen Sie! Versandkostenfrei bestellen: {l} Ende mit STOP",
    ],
    replies: &["JA", "Nein", "Danke", "Wer ist da?", "ok", "Bitte rufen Sie zurück"],
    names: &[
        "Müller",
        "Schmidt",
        "Schneider",
        "Fischer",
        "Weber",
        "Köhler",
        "Schäfer",
        "Groß",
        "Bauer",
    ],
    things: &[
        "Fahrrad",
        "Wasserkocher",
        "Stehlampe",
        "Regenmantel",
        "Kopfhörer",
        "Gartenstuhl",
        "Bücherregal",
        "Kaffeemaschine",
        "Teppich",
        "Wanderschuhe",
        "Schreibtisch",
        "Gitarre",
        "Armbanduhr",
        "Spiegel",
    ],
};

pub(super) static FRENCH: Language = Language {
    codes: &[
        "{b} : votre code est {c}. Il est valable dix minutes. Ne le communiquez à personne.",
        "{c} est votre code de vérification {b}.",
        "Code {c} pour valider le paiement de {a} EUR à {n}. {b}",
    ],
    notices: &[
        "Bonjour {n}, votre colis {o} sera livré aujourd'hui entre {h} et 19:00. Suivi : {l}",
        "Rappel : rendez-vous avec le Dr {n} le {d} à {h}. Répondez OUI pour confirmer.",
        "{b} : votre commande {o} ({t}) a été expédiée et arrivera le {d}.",
        "Votre solde est de {a} EUR. Prochaine facture le {d}. {b}",
    ],
    offers: &[
        "{b} : jusqu'au {d}, moins vingt pour cent sur chaque {t}. {l} STOP au 36063",
        "{n}, vous nous manquez ! Livraison offerte sur votre prochain achat : {l} STOP au 36063",
    ],
    replies: &["OUI", "Non merci", "Merci", "C'est qui ?", "d'accord", "Rappelez-moi"],
    names: &[
        "Martin", "Bernard", "Dubois", "Thomas", "Robert", "Petit", "Durand", "Leroy", "Moreau",
    ],
    things: &[
        "manteau",
        "bouilloire",
        "vélo",
        "lampe",
        "canapé",
        "parapluie",
        "casque",
        "appareil photo",
        "cafetière",
        "tapis",
        "bureau",
        "guitare",
        "montre",
        "miroir",
        "oreiller",
    ],
};

pub(super) static SPANISH: Language = Language {
    codes: &[
        "{b}: su código es {c}. Caduca en diez minutos. No lo comparta con nadie.",
        "{c} es su código de verificación de {b}.",
    ],
    notices: &[
        "Hola {n}, su paquete {o} llegará hoy entre las {h} y las 20:00. Seguimiento: {l}",
        "Recordatorio: cita con {n} el día {d} a las {h}. Responda SI para confirmar.",
        "{b}: hemos enviado su pedido {o} ({t}). Llega el día {d}.",
        "Su saldo es de {a} EUR. La próxima factura vence el día {d}. {b}",
    ],
    offers: &[
        "{b}: hasta el día {d}, veinte por ciento en {t}. {l} Baja: STOP",
        "{n}, le echamos de menos. Envío gratis en su próxima compra: {l} Baja: STOP",
    ],
    replies: &["SI", "No, gracias", "Gracias", "¿Quién es?", "vale", "Llámeme"],
    names: &["García", "Fernández", "Muñoz", "López", "Pérez", "Gómez", "Ruiz", "Ibáñez", "Núñez"],
    things: &[
        "abrigo",
        "bicicleta",
        "lámpara",
        "sofá",
        "paraguas",
        "auriculares",
        "cafetera",
        "alfombra",
        "escritorio",
        "guitarra",
        "reloj",
        "espejo",
        "almohada",
        "cámara",
    ],
};

pub(super) static PORTUGUESE: Language = Language {
    codes: &[
        "{b}: seu código é {c}. Válido por dez minutos. Não informe a ninguém.",
        "{c} é o seu código de verificação {b}.",
    ],
    notices: &[
        "Olá {n}, sua encomenda {o} será entregue hoje entre {h} e 20:00. Acompanhe: {l}",
        "Lembrete: consulta com {n} no dia {d} às {h}. Responda SIM para confirmar.",
        "{b}: seu pedido {o} ({t}) foi enviado e chega no dia {d}.",
        "Seu saldo é de R$ {a}. A próxima fatura vence no dia {d}. {b}",
    ],
    offers: &[
        "{b}: só até o dia {d}, vinte por cento de desconto em {t}. {l} Para sair: SAIR",
        "{n}, sentimos sua falta! Frete grátis na próxima compra: {l} Para sair: SAIR",
    ],
    replies: &["SIM", "Não", "Obrigado", "Quem é?", "beleza", "Me ligue"],
    names: &["Silva", "Santos", "Oliveira", "Souza", "Conceição", "Araújo", "João", "Assunção"],
    things: &[
        "casaco",
        "bicicleta",
        "luminária",
        "sofá",
        "guarda-chuva",
        "fones de ouvido",
        "cafeteira",
        "tapete",
        "escrivaninha",
        "violão",
        "relógio",
        "espelho",
        "travesseiro",
    ],
};

pub(super) static ITALIAN: Language = Language {
    codes: &[
        "{b}: il tuo codice è {c}. Vale dieci minuti. Non comunicarlo a nessuno.",
        "{c} è il codice di verifica di {b}.",
    ],
    notices: &[
        "Ciao {n}, il pacco {o} sarà consegnato oggi tra le {h} e le 20:00. Segui: {l}",
        "Promemoria: appuntamento con {n} il giorno {d} alle {h}. Rispondi SI per confermare.",
        "{b}: il tuo ordine {o} ({t}) è stato spedito e arriva il giorno {d}.",
        "Il saldo è di {a} EUR. La prossima fattura scade il giorno {d}. {b}",
    ],
    offers: &[
        "{b}: solo fino al {d}, venti per cento di sconto su {t}. {l} Per disiscriverti: STOP",
        "{n}, ci manchi! Spedizione gratuita sul prossimo acquisto: {l} STOP per uscire",
    ],
    replies: &["SI", "No grazie", "Grazie", "Chi sei?", "va bene", "Richiamami"],
    names: &["Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Ricci", "Niccolò"],
    things: &[
        "cappotto",
        "bicicletta",
        "lampada",
        "divano",
        "ombrello",
        "cuffie",
        "caffettiera",
        "tappeto",
        "scrivania",
        "chitarra",
        "orologio",
        "specchio",
        "cuscino",
    ],
};

pub(super) static POLISH: Language = Language {
    codes: &[
        "{b}: Twój kod to {c}. Jest ważny dziesięć minut. Nie podawaj go nikomu.",
        "{c} to Twój kod weryfikacyjny {b}.",
    ],
    notices: &[
        "Dzień dobry {n}, paczka {o} będzie dziś między {h} a 20:00. Śledź: {l}",
        "Przypomnienie: wizyta {d}. dnia o {h}. Odpisz TAK, aby potwierdzić. {b}",
        "{b}: zamówienie {o} ({t}) zostało wysłane.",
        "Saldo konta wynosi {a} PLN. Termin płatności: {d}. dzień miesiąca. {b}",
    ],
    offers: &["{b}: tylko do {d}. dnia dwadzieścia procent taniej: {t}. {l} Rezygnacja: STOP"],
    replies: &["TAK", "Nie", "Dziękuję", "Kto to?", "dobrze"],
    names: &["Nowak", "Kowalski", "Wiśniewska", "Wójcik", "Kamińska", "Zieliński", "Dąbrowska"],
    things: &[
        "płaszcz",
        "rower",
        "lampa",
        "kanapa",
        "słuchawki",
        "ekspres do kawy",
        "dywan",
        "biurko",
        "gitara",
        "zegarek",
        "lustro",
        "poduszka",
    ],
};

pub(super) static TURKISH: Language = Language {
    codes: &[
        "{b}: kodunuz {c}. On dakika geçerlidir. Kimseyle paylaşmayın.",
        "{c} {b} doğrulama kodunuzdur.",
    ],
    notices: &[
        "Merhaba {n}, {o} numaralı kargonuz bugün {h} ile 20:00 arasında teslim edilecek: {l}",
        "Hatırlatma: randevunuz ayın {d}. günü saat {h}. Onaylamak için EVET yazın. {b}",
        "{b}: {o} numaralı siparişiniz ({t}) yola çıktı.",
    ],
    offers: &["{b}: ayın {d}. gününe kadar yüzde yirmi indirim: {t}. {l} Çıkmak için RET yazın"],
    replies: &["EVET", "Hayır", "Teşekkürler", "Kimsiniz?", "tamam"],
    names: &["Yılmaz", "Kaya", "Demir", "Şahin", "Çelik", "Yıldız", "Öztürk", "Aydın"],
    things: &[
        "mont",
        "bisiklet",
        "lamba",
        "kanepe",
        "şemsiye",
        "kulaklık",
        "kahve makinesi",
        "halı",
        "masa",
        "gitar",
        "saat",
        "ayna",
        "yastık",
    ],
};

pub(super) static UKRAINIAN: Language = Language {
    codes: &[
        "{b}: ваш код {c}. Він дійсний десять хвилин. Нікому його не повідомляйте.",
        "{c} – ваш код підтвердження {b}.",
    ],
    notices: &[
        "Вітаємо, {n}! Посилка {o} буде сьогодні з {h} до 20:00. {l}",
        "Нагадування: запис на {d} число о {h}. Відповідайте ТАК. {b}",
        "{b}: замовлення {o} ({t}) відправлено.",
    ],
    offers: &["{b}: до {d} числа знижка двадцять відсотків на {t}. {l} Відписатися: СТОП"],
    replies: &["ТАК", "Ні", "Дякую", "Хто це?", "добре"],
    names: &["Шевченко", "Коваленко", "Бондаренко", "Ткаченко", "Кравчук", "Олена", "Іван"],
    things: &[
        "пальто",
        "велосипед",
        "лампа",
        "диван",
        "парасолька",
        "навушники",
        "килим",
        "стіл",
        "гітара",
        "годинник",
        "дзеркало",
        "подушка",
    ],
};

pub(super) static ARABIC: Language = Language {
    codes: &[
        "{b}: رمز التحقق الخاص بك هو {c}. صالح لمدة عشر دقائق. لا تشاركه مع أحد.",
        "رمز الدخول {c} من {b}",
    ],
    notices: &[
        "مرحبا {n}، سيتم توصيل طردك {o} اليوم بين {h} و 20:00. {l}",
        "تذكير: موعدك يوم {d} الساعة {h}. أرسل نعم للتأكيد. {b}",
        "{b}: تم شحن طلبك {o} ({t}) وسيصل يوم {d}.",
    ],
    offers: &["{b}: خصم عشرين بالمئة على {t} حتى يوم {d}. {l} للإيقاف أرسل STOP"],
    replies: &["نعم", "لا", "شكرا", "من معي؟", "تمام"],
    names: &["محمد", "أحمد", "فاطمة", "خالد", "نورة", "عبدالله", "سارة", "يوسف"],
    things: &[
        "معطف",
        "دراجة",
        "مصباح",
        "أريكة",
        "سماعات",
        "سجادة",
        "مكتب",
        "ساعة",
        "مرآة",
        "وسادة",
    ],
};

pub(super) static HINDI: Language = Language {
    codes: &[
        "{b}: आपका कोड {c} है। यह दस मिनट के लिए मान्य है। इसे किसी को न बताएं।",
        "{c} is your OTP for {b}. Do not share it with anyone.",
        "{c} is the OTP for a payment of INR {a} to {n}. {b}",
    ],
    notices: &[
        "नमस्ते {n}, आपका पार्सल {o} आज {h} से 20:00 के बीच पहुंचेगा। {l}",
        "Dear {n}, INR {a} was debited from your account at {h}. Not you? Call us. {b}",
        "{b}: आपका ऑर्डर {o} ({t}) भेज दिया गया है।",
    ],
    offers: &[
        "{b}: {d} तारीख तक {t} पर बीस प्रतिशत की छूट। {l} बंद करने के लिए STOP भेजें",
        "{n}, free delivery on your next {t} from {b}: {l} Send STOP to opt out",
    ],
    replies: &["हाँ", "नहीं", "धन्यवाद", "कौन?", "ठीक है", "YES"],
    names: &["शर्मा", "वर्मा", "गुप्ता", "सिंह", "कुमार", "पटेल", "रेड्डी", "अय्यर"],
    things: &["कोट", "साइकिल", "दीपक", "सोफा", "छाता", "हेडफोन", "कालीन", "मेज", "घड़ी", "तकिया"],
};

pub(super) static CHINESE: Language = Language {
    codes: &["【{b}】您的验证码是{c}，十分钟内有效。请勿告知他人。", "【{b}】登录验证码：{c}。"],
    notices: &[
        "【{b}】{n}您好，您的包裹{o}今天{h}前送达。查询：{l}",
        "【{b}】您的订单{o}（{t}）已发货，预计{d}日送达。",
        "【{b}】您的账户于{h}支出{a}元。如非本人操作请回复N。",
    ],
    offers: &["【{b}】{t}八折优惠，{d}日截止。{l} 退订回T"],
    replies: &["好的", "是", "不", "谢谢", "T"],
    names: &["王伟", "李娜", "张敏", "刘洋", "陈静", "杨帆", "赵磊"],
    things: &["外套", "自行车", "台灯", "沙发", "雨伞", "耳机", "咖啡机", "地毯", "书桌", "手表"],
};

pub(super) static JAPANESE: Language = Language {
    codes: &[
        "{b}：認証コードは{c}です。10分間有効です。他人に教えないでください。",
        "{b} 確認コード {c}",
    ],
    notices: &[
        "{n}様、お荷物{o}は本日{h}から20:00の間にお届けします。{l}",
        "【{b}】ご予約は{d}日{h}です。ご確認の返信をお願いします。",
        "【{b}】ご注文{o}（{t}）を発送しました。",
    ],
    offers: &["【{b}】{d}日まで{t}が2割引です。{l} 配信停止はSTOPと返信"],
    replies: &["はい", "いいえ", "ありがとう", "誰ですか", "了解"],
    names: &["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺"],
    things: &["コート", "自転車", "ランプ", "ソファ", "傘", "ヘッドホン", "机", "時計", "鏡", "枕"],
};

pub(super) static KOREAN: Language = Language {
    codes: &[
        "[{b}] 인증번호 {c}를 입력해 주세요. 10분간 유효합니다.",
        "[{b}] 로그인 인증번호: {c}",
    ],
    notices: &[
        "{n}님, 택배 {o}이 오늘 {h}부터 20:00 사이에 도착합니다. {l}",
        "[{b}] 주문 {o} ({t}) 상품이 발송되었습니다.",
        "[{b}] {h} 카드 결제 {a}원. 본인이 아니면 회신해 주세요.",
    ],
    offers: &["(광고) [{b}] {d}일까지 {t} 20% 할인. {l} 수신거부 STOP"],
    replies: &["네", "아니요", "감사합니다", "누구세요", "확인"],
    names: &["김민준", "이서연", "박지호", "최수아", "정도윤"],
    things: &["코트", "자전거", "램프", "소파", "우산", "헤드폰", "책상", "시계", "거울", "베개"],
};
