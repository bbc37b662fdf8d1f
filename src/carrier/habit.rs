//! Habits of a carrier that are one choice of a few.

/// The version of SMPP spoken with a carrier (SMPP v3.4 §5.2.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Version {
    /// 3.3: no optional parameters, no transceiver.
    V33,
    /// 3.4, what nearly all speak.
    #[default]
    V34,
    /// 5.0.
    V50,
}

impl Version {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 3] =
        [("3.3", Self::V33), ("3.4", Self::V34), ("5.0", Self::V50)];

    /// `interface_version`.
    pub const fn interface_version(self) -> u8 {
        match self {
            Self::V33 => 0x33,
            Self::V34 => 0x34,
            Self::V50 => 0x50,
        }
    }
}

/// Whether a carrier is sent optional parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SendTlvs {
    /// If its bind response says 3.4 or later in `sc_interface_version` (SMPP v3.4 §3.4).
    #[default]
    ByVersion,
    /// Whatever it says: many forget to.
    Always,
    /// Never.
    Never,
}

impl SendTlvs {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 3] =
        [("by_version", Self::ByVersion), ("always", Self::Always), ("never", Self::Never)];

    /// The decision, given what the bind response said.
    pub const fn decide(self, by_version: bool) -> bool {
        match self {
            Self::ByVersion => by_version,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Who vouches for a DELIVRD.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DeliveredBy {
    /// The network: it may mean no more than that the next hop took it.
    #[default]
    Network,
    /// The handset.
    Handset,
}

impl DeliveredBy {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 2] =
        [("network", Self::Network), ("handset", Self::Handset)];
}
