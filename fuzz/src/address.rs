//! Any octets as an address of any type, read by the plan of any country.
//!
//! The first octet is the TON, the second the NPI, the third and fourth choose a country; the rest is
//! the address.

use postrider::address::canonical::canonical;
use postrider::address::country::Country;
use postrider::address::kind::{Kind, e164_digits};
use postrider::address::outbound::{Form, Forms, Sign};
use postrider::address::plan::{self, Verdict};
use postrider::message::address::Address;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some((&[ton, npi, high, low], addr)) = data.split_first_chunk() else { return };
    let countries = plan::countries();
    let country = countries.get(usize::from(u16::from_be_bytes([high, low]))).copied();
    let address = Address { ton, npi, addr };
    let read = canonical(&address, country);
    if read.change.is_none() {
        assert_eq!(&*read.addr, addr, "what is changed is told");
    }
    if let Some(digits) = e164_digits(&read.addr) {
        let again = Address { ton: 1, npi: 1, addr: digits };
        assert_eq!(&*canonical(&again, country).addr, digits, "one form is one form");
    }
    written(&address, country);
    if let Ok(text) = std::str::from_utf8(addr)
        && let Ok(number) = plan::parse(text, country)
        && number.verdict == Verdict::Valid
    {
        let again = plan::parse(&number.e164, None).expect("a valid number");
        assert_eq!(again, number, "a valid number is read as itself");
    }
}

/// Writes an address for a carrier that wants nothing, and for one that wants everything otherwise.
fn written(address: &Address<'_>, country: Option<Country>) {
    let form = |ton, npi| Some(Form { ton, npi });
    let wishes = Forms {
        number: form(1, 1),
        national: country.and(form(2, 1)),
        short_code: form(3, 0),
        alphanumeric: form(5, 0),
        plus: Sign::Add,
        country,
    };
    for (forms, home) in [(Forms::default(), country), (wishes, None), (wishes, country)] {
        let outgoing = forms.write(address, home);
        if outgoing.change.is_none() {
            assert_eq!((outgoing.ton, outgoing.npi), (address.ton, address.npi));
            assert_eq!(&*outgoing.addr, address.addr, "what is changed is told");
        }
        if forms.is_none() || Kind::of(address) == Kind::Alphanumeric {
            assert_eq!(&*outgoing.addr, address.addr, "names are never rewritten");
        }
    }
}
