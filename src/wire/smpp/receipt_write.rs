//! The text of a delivery receipt as Appendix B of SMPP v3.4 has it, written.
//!
//! Its place: what an application or a test is sent; [`super::receipt_text`] reads it back.

use crate::wire::smpp::receipt_date::ReceiptDate;

/// What the classic text of a receipt is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClassicReceipt<'a> {
    /// The message's name, as it was given in the response.
    pub id: &'a [u8],
    /// How many were submitted.
    pub sub: u16,
    /// How many were delivered.
    pub dlvrd: u16,
    /// When it was submitted.
    pub submit_date: ReceiptDate,
    /// When it came to its state.
    pub done_date: ReceiptDate,
    /// The state's word.
    pub stat: &'a [u8],
    /// The error, three digits by custom.
    pub err: &'a [u8],
    /// The beginning of the message; twenty octets of it are written.
    pub text: &'a [u8],
}

impl ClassicReceipt<'_> {
    /// Writes the text at the end of `out`, in the order and the widths of Appendix B.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.id.len() + self.stat.len() + self.err.len() + 110);
        out.extend_from_slice(b"id:");
        out.extend_from_slice(self.id);
        out.extend_from_slice(b" sub:");
        three_digits(out, self.sub);
        out.extend_from_slice(b" dlvrd:");
        three_digits(out, self.dlvrd);
        out.extend_from_slice(b" submit date:");
        self.submit_date.write_ten_digits(out);
        out.extend_from_slice(b" done date:");
        self.done_date.write_ten_digits(out);
        out.extend_from_slice(b" stat:");
        out.extend_from_slice(self.stat);
        out.extend_from_slice(b" err:");
        out.extend_from_slice(self.err);
        out.extend_from_slice(b" text:");
        out.extend_from_slice(self.text.get(..20).unwrap_or(self.text));
    }
}

fn three_digits(out: &mut Vec<u8>, number: u16) {
    let number = number.min(999);
    let digit = |value: u16| b'0' + (value % 10) as u8;
    out.extend_from_slice(&[digit(number / 100), digit(number / 10), digit(number)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::smpp::receipt_text::ReceiptText;

    #[test]
    fn what_is_written_is_read_back() {
        let date = ReceiptDate { year: 2026, month: 11, day: 21, hour: 15, minute: 30, second: 9 };
        let classic = ClassicReceipt {
            id: b"1a2b",
            sub: 1,
            dlvrd: 1,
            submit_date: date,
            done_date: date,
            stat: b"DELIVRD",
            err: b"000",
            text: b"twenty octets and no more",
        };
        let mut out = Vec::new();
        classic.write(&mut out);
        let expected = "id:1a2b sub:001 dlvrd:001 submit date:2611211530 done date:2611211530 \
                        stat:DELIVRD err:000 text:twenty octets and no";
        assert_eq!(String::from_utf8_lossy(&out), expected);
        assert_eq!(ReceiptText::parse(&out).id, Some(&b"1a2b"[..]));
    }
}
