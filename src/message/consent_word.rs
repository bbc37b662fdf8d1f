//! The words by which handsets take back their consent, and give it again.
//!
//! A text is taken for one when nothing else is in it: the word alone, in any case and with any signs around
//! it, or with words of courtesy beside it (`STOP. Thank you`, `please stop texting me`). A question
//! (`STOP?`) asks, and `stop by the shop` says something else: neither changes anything. The languages are
//! those whose carriers and regulators name such words; a word is known whatever the language of the sender,
//! because whoever reads a foreign text answers in his own. The words of North America are those of the CTIA's
//! handbook and of 47 CFR 64.1200(a)(10).

use super::consent::Consent;

/// One word, or two that belong together, each folded as [`words`] does it.
#[rustfmt::skip]
const STOP: &[&str] = &[
    // English.
    "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout",
    "opt out", "remove me",
    // French, Spanish, Portuguese, Italian, Romanian, Catalan.
    "arret", "arrêt", "arreter", "arrêter", "desabonner", "désabonner", "alto", "baja", "parar",
    "cancelar", "detener", "sair", "fermare", "cancella", "disiscrivi", "opreste", "oprește",
    "atura",
    // German, Dutch, Swedish, Norwegian, Danish, Finnish, Icelandic.
    "stopp", "abmelden", "abbestellen", "afmelden", "uitschrijven", "avsluta", "avregistrera",
    "avslutt", "avmeld", "afmeld", "frameld", "lopeta", "seis", "hætta",
    // Polish, Czech, Slovak, Slovene, Croatian, Hungarian, Baltic languages, Albanian.
    "wypisz", "rezygnuje", "rezygnuję", "odhlasit", "odhlásit", "odhlasiť", "odjava", "odjavi",
    "leiratkozas", "leiratkozás", "leiratkozom", "atsisakyti", "atteikties", "loobu", "ndalo",
    // Russian, Ukrainian, Bulgarian, Serbian, Greek.
    "стоп", "отписаться", "отписка", "отмена", "відписатися", "відписка", "отпиши", "одјава",
    "στοπ", "διακοπη", "διακοπή",
    // Turkish, Azeri, Arabic, Persian, Urdu, Hebrew.
    "dur", "ret", "iptal", "dayandir", "توقف", "قف", "إيقاف", "ايقاف", "إلغاء", "الغاء", "لغو",
    "بند", "הסר", "הסרה", "עצור",
    // Hindi, Bengali, Tamil, Telugu, Thai, Vietnamese, Indonesian, Malay, Filipino, Swahili.
    "रोकें", "बंद", "বন্ধ", "நிறுத்து", "ఆపు", "หยุด", "ยกเลิก", "dung", "dừng", "huy", "hủy",
    "tuchoi", "từ chối", "berhenti", "unreg", "batal", "tigil", "acha",
    // Chinese, Japanese, Korean.
    "停止", "退订", "退訂", "取消", "td", "停", "配信停止", "ストップ", "解除", "중지", "거부", "수신거부",
];

/// Those that take it back.
#[rustfmt::skip]
const START: &[&str] = &[
    "start", "unstop", "optin", "opt in", "subscribe", "resume", "startall", "reprendre",
    "demarrer", "démarrer", "alta", "iniciar", "inicio", "iniciare", "avvia", "anmelden",
    "aanmelden", "starta", "tilmeld", "aloita", "zapisz", "prihlasit", "prijava", "старт",
    "подписаться", "підписатися", "εναρξη", "έναρξη", "basla", "başla", "ابدأ", "ابدا",
    "اشتراك", "שוב", "התחל", "शुरू", "เริ่ม", "batdau", "mulai", "mula", "订阅", "訂閱", "开始", "開始",
    "시작",
];

/// Words that may stand beside one without making it say something else.
#[rustfmt::skip]
const COURTESY: &[&str] = &[
    "please", "pls", "plz", "thanks", "thank", "you", "thx", "now", "immediately", "texting",
    "messaging", "sending", "writing", "me", "this", "it", "messages", "texts", "sms", "texto",
    "textos", "mensajes", "merci", "svp", "bitte", "danke", "por", "favor", "gracias",
    "obrigado", "grazie", "prego", "proszę", "prosze", "dziękuję", "пожалуйста", "спасибо", "请",
    "お願いします",
];

/// Words of a text that are looked at: whoever writes more says something else.
const WORDS_MAX: usize = 6;

/// Letters of a text that are looked at.
const LETTERS_MAX: usize = 64;

/// What a text from a handset says of its holder's consent; `None` for all but a few.
pub fn consent_of(text: &str) -> Option<Consent> {
    if text.chars().nth(LETTERS_MAX).is_some() || asks(text) {
        return None;
    }
    let words = words(text)?;
    let is = |said: &str, list: &[&str]| list.contains(&said);
    for taken in [2, 1] {
        for at in 0..(words.len() + 1).saturating_sub(taken) {
            let said = words[at..at + taken].join(" ");
            let change = match &*said {
                said if is(said, STOP) => Consent::OptedOut,
                said if is(said, START) => Consent::OptedIn,
                _ => continue,
            };
            let mut beside = words[..at].iter().chain(&words[at + taken..]);
            // Who says it twice means it.
            if beside.all(|word| is(word, COURTESY) || *word == said) {
                return Some(change);
            }
        }
    }
    None
}

fn asks(text: &str) -> bool {
    text.contains(['?', '？', '؟', '\u{37e}', '¿'])
}

/// The words of a text in one case, without what is not of a word; `None` if there are many or none.
fn words(text: &str) -> Option<Vec<String>> {
    let folded: String = text
        .chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        // The dot that lower case leaves over a Turkish I; apostrophes belong to a word, and are no letter.
        .filter(|letter| !matches!(letter, '\u{307}' | '\'' | '’'))
        .collect();
    // Marks above and below letters, which many scripts have, are neither letters nor between words.
    let parts_words =
        |letter: char| !letter.is_alphanumeric() && (letter.is_ascii() || !is_combining(letter));
    let words: Vec<String> =
        folded.split(parts_words).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    (1..=WORDS_MAX).contains(&words.len()).then_some(words)
}

fn is_combining(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_alone_is_known_in_any_case_and_with_any_signs_around_it() {
        for text in [
            "STOP",
            "stop",
            " Stop. ",
            "\"STOP\"",
            "stop!!!",
            "(stop)",
            "\u{feff}STOP\r\n",
            "STOPALL",
            "Stop all",
            "opt-out",
            "OPT OUT",
            "Optout",
            "Unsubscribe",
            "QUIT",
            "END",
            "CANCEL",
            "revoke",
            "Arrêt",
            "ARRET",
            "BAJA",
            "Stopp",
            "СТОП",
            "ΣΤΟΠ",
            "İPTAL",
            "iptal",
            "توقف",
            "הסר",
            "बंद",
            "停止",
            "退订",
            "TD",
            "配信停止",
            "수신거부",
            "ยกเลิก",
            "Dừng",
            "STOP 🛑",
            "stop stop stop",
        ] {
            assert_eq!(consent_of(text), Some(Consent::OptedOut), "{text:?}");
        }
        for text in ["START", "start!", "UNSTOP", "Opt in", "СТАРТ", "订阅", "Başla"] {
            assert_eq!(consent_of(text), Some(Consent::OptedIn), "{text:?}");
        }
    }

    #[test]
    fn courtesy_beside_it_changes_nothing() {
        for text in [
            "Stop. Thank you",
            "please stop",
            "STOP texting me",
            "Stop sending me messages please",
            "stop bitte",
        ] {
            assert_eq!(consent_of(text), Some(Consent::OptedOut), "{text:?}");
        }
    }

    #[test]
    fn what_asks_or_says_something_else_is_no_consent() {
        for text in [
            "",
            " ",
            "!!!",
            "STOP?",
            "stop？",
            "Stop by the shop tomorrow",
            "don't stop",
            "nonstop",
            "STOPP2",
            "stopping",
            "HELP",
            "YES",
            "the end",
            "I will cancel my appointment",
            "When does it start",
            "no",
            "stop please please please please please please",
            &"stop ".repeat(20),
        ] {
            assert_eq!(consent_of(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_word_of_the_lists_is_folded_and_in_one_list_only() {
        for (list, change) in [(STOP, Consent::OptedOut), (START, Consent::OptedIn)] {
            for word in list {
                assert_eq!(consent_of(word), Some(change), "{word}");
            }
        }
        for word in COURTESY {
            assert_eq!(consent_of(word), None, "{word}");
        }
    }
}
