//! The numbers of a request, each within the bounds that smsbox has for it.

use super::fields::Fields;
use super::reply::Refused;

/// The numbers of a request; what is not given is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Values {
    /// 0 to 3.
    pub(super) mclass: Option<u8>,
    /// 0 to 3 switch a waiting indication on, 4 to 7 off.
    pub(super) mwi: Option<u8>,
    /// 0 septets, 1 octets, 2 UCS-2.
    pub(super) coding: Option<u8>,
    /// Whether classes are said in the group 1111 of the coding.
    pub(super) alt_dcs: bool,
    /// TS 23.040 §9.2.3.9.
    pub(super) pid: u8,
    /// 0 to 3.
    pub(super) priority: u8,
    /// Minutes to live.
    pub(super) validity: Option<u64>,
    /// Minutes to wait.
    pub(super) deferred: Option<u64>,
    /// What `dlr-url` is called for.
    pub(super) dlr_mask: u8,
}

/// Minutes of a hundred years: nobody means more, and no sum with them overflows.
const MINUTES_MAX: u64 = 52_560_000;

impl Values {
    /// Reads them in the order in which smsbox complains about them.
    pub(super) fn of(fields: &Fields) -> Result<Self, Refused> {
        let small = |names: &[&str], max: u8, called: &str| match fields.number(names) {
            None => Ok(None),
            Some(number) => match u8::try_from(number) {
                Ok(number) if number <= max => Ok(Some(number)),
                _ => Err(Refused::misformed(called)),
            },
        };
        let minutes = |name: &str, called: &str| match fields.number(&[name]) {
            None => Ok(None),
            Some(number) => match u64::try_from(number) {
                Ok(minutes) => Ok(Some(minutes.min(MINUTES_MAX))),
                Err(_) => Err(Refused::misformed(called)),
            },
        };
        let dlr_mask = small(&["dlr-mask", "dlrmask"], 63, "DLR-Mask")?.unwrap_or(0);
        let mclass = small(&["mclass"], 3, "MClass")?;
        let pid = small(&["pid"], 255, "PID")?.unwrap_or(0);
        // How a reply would travel: nothing of SMPP says so, and smsbox checks it all the same.
        small(&["rpi"], 2, "RPI")?;
        let alt_dcs = small(&["alt-dcs"], 1, "Alt-DCS")? == Some(1);
        let mwi = small(&["mwi"], 7, "MWI")?;
        let coding = small(&["coding"], 2, "Coding")?;
        // Nothing here compresses; what says it is compressed and is not could not be read.
        small(&["compress"], 0, "Compress")?;
        Ok(Self {
            mclass,
            mwi,
            coding,
            alt_dcs,
            pid,
            validity: minutes("validity", "Validity")?,
            deferred: minutes("deferred", "Deferred")?,
            priority: small(&["priority"], 3, "Priority")?.unwrap_or(0),
            dlr_mask,
        })
    }

    /// The data coding of a text in `coding`, 0 to 2 (TS 23.038 §4).
    pub(super) const fn data_coding(self, coding: u8, is_empty: bool) -> u8 {
        match (self.mwi, self.mclass) {
            // Indication off, the text discarded.
            (Some(mwi), _) if mwi & 4 != 0 => 0xc0 | mwi & 3,
            (Some(mwi), _) if is_empty => 0xc8 | mwi & 3,
            (Some(mwi), _) => {
                if coding == 0 {
                    0xd8 | mwi & 3
                } else {
                    0xe8 | mwi & 3
                }
            }
            (None, Some(class)) if self.alt_dcs && coding < 2 => 0xf0 | coding << 2 | class,
            // No class is, in this group, that of the handset's own choice.
            (None, None) if self.alt_dcs && coding < 2 => 0xf1 | coding << 2,
            (None, Some(class)) => 0x10 | coding << 2 | class,
            (None, None) => coding << 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use super::*;

    async fn read(query: &str) -> Result<Values, String> {
        let request = Request::get(format!("/?{query}")).body(Body::empty()).expect("whole");
        let (parts, body) = request.into_parts();
        let fields = Fields::of(&parts, body, 1_000).await.expect("a form");
        Values::of(&fields).map_err(|refused| refused.words)
    }

    #[tokio::test]
    async fn every_number_has_its_bounds() {
        for (field, max, called) in [
            ("dlr-mask", 63, "DLR-Mask"),
            ("mclass", 3, "MClass"),
            ("pid", 255, "PID"),
            ("rpi", 2, "RPI"),
            ("alt-dcs", 1, "Alt-DCS"),
            ("mwi", 7, "MWI"),
            ("coding", 2, "Coding"),
            ("compress", 0, "Compress"),
            ("priority", 3, "Priority"),
        ] {
            assert!(read(&format!("{field}={max}")).await.is_ok(), "{field}");
            let words = Err(format!("{called} field misformed, rejected"));
            for wrong in ["-2".to_owned(), (max + 1).to_string(), "99999999999999999999".to_owned()]
            {
                assert_eq!(read(&format!("{field}={wrong}")).await, words, "{field} {wrong}");
            }
            assert_eq!(read(&format!("{field}=-1")).await, Ok(Values::default()), "not given");
        }
        let words = Err("Validity field misformed, rejected".to_owned());
        assert_eq!(read("validity=-5").await, words);
        assert_eq!(
            read("deferred=9999999999999").await.map(|it| it.deferred),
            Ok(Some(MINUTES_MAX))
        );
    }

    #[test]
    fn the_coding_is_said_with_class_and_indication() {
        let of = |mclass, mwi, alt_dcs, coding| {
            Values { mclass, mwi, alt_dcs, ..Values::default() }.data_coding(coding, false)
        };
        assert_eq!([0, 1, 2].map(|coding| of(None, None, false, coding)), [0, 4, 8]);
        assert_eq!([0, 1, 2].map(|coding| of(Some(0), None, false, coding)), [0x10, 0x14, 0x18]);
        assert_eq!([0, 1, 2].map(|coding| of(Some(2), None, true, coding)), [0xf2, 0xf6, 0x1a]);
        assert_eq!([0, 2].map(|coding| of(None, None, true, coding)), [0xf1, 8]);
        assert_eq!([0, 2].map(|coding| of(None, Some(1), false, coding)), [0xd9, 0xe9]);
        assert_eq!(of(None, Some(5), false, 0), 0xc1);
        let empty = Values { mwi: Some(0), ..Values::default() };
        assert_eq!(empty.data_coding(0, true), 0xc8);
    }
}
