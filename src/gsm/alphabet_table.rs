//! The GSM 7 bit default alphabet (3GPP TS 23.038 §6.2.1), and how the other tables are written.

/// The escape to a single shift table.
pub(super) const ESCAPE: u8 = 0x1b;

/// The place of a septet without a character.
pub(super) const UNDEFINED: char = char::REPLACEMENT_CHARACTER;

/// Characters by septet.
pub(super) type Table = [char; 128];

/// Consecutive septets of consecutive code points: the first septet, its code point, how many.
pub(super) type Run = (u8, u16, u8);

/// A table with these runs written over it. Only compiled tables use it: a wrong run does not build.
#[expect(clippy::indexing_slicing, reason = "worked out by the compiler")]
pub(super) const fn filled(mut table: Table, runs: &[Run]) -> Table {
    let mut run = 0;
    while run < runs.len() {
        let (first, code_point, length) = runs[run];
        let mut at = 0;
        while at < length {
            let letter = char::from_u32(code_point as u32 + at as u32);
            table[(first + at) as usize] = letter.expect("no surrogate is in a table");
            at += 1;
        }
        run += 1;
    }
    table
}

/// The default alphabet by septet. The place of the escape holds a no-break space, as §6.2.1 note 1
/// has a receiver show it that knows no extension.
#[rustfmt::skip]
pub(super) const DEFAULT: Table = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{a0}', 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];
