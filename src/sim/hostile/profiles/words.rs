//! Carriers whose receipts contradict, mislead, or are worded in the vendor's own way.

use crate::sim::hostile::profile::{
    Addresses, CLASSIC, Dialect, ErrForm, HONEST, Ids, Operation, Parameters, Profile, Receipts,
    Refusals, Text,
};

const DATA_SM: Dialect = Dialect { operation: Operation::DataSm, ..CLASSIC };
const ONLY_PARAMETERS: Dialect = Dialect { text: Text::Empty, ..CLASSIC };
const ONLY_TEXT: Dialect = Dialect { parameters: Parameters::Absent, ..CLASSIC };
const LOWER: Dialect = Dialect { text: Text::Lower, ..ONLY_TEXT };
const UPPER_KEYS: Dialect = Dialect { text: Text::UpperKeys, ..ONLY_TEXT };
const NO_STAT: Dialect = Dialect { text: Text::NoStat, ..CLASSIC };
const UCS2: Dialect = Dialect { text: Text::Ucs2, ..ONLY_TEXT };
const VENDOR_PARAMETERS: Dialect = Dialect { parameters: Parameters::Vendor, ..CLASSIC };
const ERR_FOUR: Dialect = Dialect { err: ErrForm::Four, ..ONLY_TEXT };
const ERR_HEX: Dialect = Dialect { err: ErrForm::Hex, ..ONLY_TEXT };

const fn addressed(addresses: Addresses) -> Dialect {
    Dialect { addresses, ..CLASSIC }
}

pub(super) const PROFILES: &[Profile] = &[
    Profile {
        name: "double",
        about: "sends receipts twice, or the opposite as well: UNDELIV after DELIVRD, and the reverse",
        receipts: Receipts { repeat_percent: 40, contradict_percent: 20, ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "liar",
        about: "gives empty ids and ids used before, reports on ids never given, and lets stat and \
                message_state disagree",
        ids: Ids { empty_percent: 10, reused_percent: 10, ..HONEST.ids },
        receipts: Receipts { stray_percent: 15, lie_percent: 20, ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "vendor",
        about: "refuses with statuses 0x400-0x4FF and words each receipt in another way",
        refusals: Refusals {
            final_percent: 10,
            statuses: &[0x400, 0x401, 0x410, 0x443, 0x4FF],
            ..HONEST.refusals
        },
        receipts: Receipts {
            enroute_percent: 30,
            dialects: &[
                CLASSIC,
                DATA_SM,
                ONLY_PARAMETERS,
                ONLY_TEXT,
                LOWER,
                UPPER_KEYS,
                NO_STAT,
                UCS2,
                VENDOR_PARAMETERS,
                ERR_FOUR,
                ERR_HEX,
            ],
            ..HONEST.receipts
        },
        ..HONEST
    },
    Profile {
        name: "vendor-data-sm",
        about: "brings every receipt as a data_sm",
        receipts: Receipts { dialects: &[DATA_SM], ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "vendor-parameters",
        about: "sends receipts without a text, with optional parameters alone",
        receipts: Receipts { dialects: &[ONLY_PARAMETERS], ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "vendor-text",
        about: "sends receipts as text alone, in lower case, with keys in upper case, in UCS-2",
        receipts: Receipts { dialects: &[ONLY_TEXT, LOWER, UPPER_KEYS, UCS2], ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "vendor-numbers",
        about: "writes the handset of a receipt in its national form, with a plus, or not at all",
        receipts: Receipts {
            dialects: &[
                addressed(Addresses::National),
                addressed(Addresses::Plus),
                addressed(Addresses::Absent),
            ],
            ..HONEST.receipts
        },
        ..HONEST
    },
    Profile {
        name: "vendor-masked",
        about: "masks the handset of a receipt with stars",
        receipts: Receipts { dialects: &[addressed(Addresses::Masked)], ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "vendor-unswapped",
        about: "leaves the addresses of a receipt as they were in the submit",
        receipts: Receipts { dialects: &[addressed(Addresses::Unswapped)], ..HONEST.receipts },
        ..HONEST
    },
    Profile {
        name: "33",
        about: "speaks SMPP 3.3: no optional parameters, ids of at most 9 octets, errors without a body",
        interface_version: None,
        refusals: Refusals { final_percent: 10, statuses: &[0x0B, 0x0A], ..HONEST.refusals },
        receipts: Receipts { dialects: &[ONLY_TEXT], ..HONEST.receipts },
        ..HONEST
    },
];
