//! Texts of strangers made harmless to look at: what cannot be seen, or turns what is around it, is shown as a token.
//!
//! Markup is escaped by the templates. **Invariant**: nothing of what is shown changes the order or the place of
//! anything around it.

/// A piece of a text: letters as they are, or the name of a character that is not shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_token: bool,
}

/// A text in pieces.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for letter in text.chars() {
        let is_token = is_hidden(letter);
        let shown = if is_token { token(letter) } else { letter.to_string() };
        match pieces.last_mut() {
            Some(last) if !last.is_token && !is_token => last.text.push_str(&shown),
            _ => pieces.push(Piece { text: shown, is_token }),
        }
    }
    pieces
}

/// The same in one line, for places that take plain text only.
pub(super) fn visible(text: &str) -> String {
    pieces(text).into_iter().map(|piece| piece.text).collect::<String>().replace('\n', "⏎")
}

fn token(letter: char) -> String {
    match letter {
        '\r' => "␍".to_owned(),
        '\t' => "␉".to_owned(),
        '\u{1b}' => "␛".to_owned(),
        other => format!("[U+{:04X}]", u32::from(other)),
    }
}

/// Controls but the line feed, what turns the direction of writing, and what has no width; but for the joiner,
/// which emoji are made with, and selectors of their look.
fn is_hidden(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_has_a_name() {
        let text = "pay \u{202e}drow\u{202c}\u{200b}\u{7}\u{1b}[31m\r\nend";
        assert_eq!(visible(text), "pay [U+202E]drow[U+202C][U+200B][U+0007]␛[31m␍⏎end");
        let tokens = pieces(text).iter().filter(|piece| piece.is_token).count();
        assert_eq!(tokens, 6);
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in ["Grüße, 你好, שלום, مرحبا", "👩‍👩‍👧 ❤️ 🇬🇧", "<b>&amp;</b>", ""]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn every_character_of_any_text_is_harmless_in_one_line() {
        let all: String = (0..0x11_0000).filter_map(char::from_u32).collect();
        let shown = visible(&all);
        assert!(!shown.chars().any(is_hidden));
        assert!(!shown.contains('\n'));
    }
}
