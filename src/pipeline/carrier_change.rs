//! What differs between two sets of settings of an account or a carrier, by the names of the keys.

use super::settings::{AccountConfig, CarrierConfig, OutbindDial, OutbindListener};

/// Lists the keys of two values that differ.
macro_rules! differing {
    ($one:expr, $other:expr, $($field:ident $key:literal),* $(,)?) => {{
        let mut keys: Vec<&'static str> = Vec::new();
        $(if $one.$field != $other.$field { keys.push($key); })*
        keys
    }};
}

/// The keys of a carrier that make another bind of it.
fn of_binds(one: &CarrierConfig, other: &CarrierConfig) -> Vec<&'static str> {
    let mut keys = differing!(one, other,
        address "address",
        tls "tls",
        system_id "system_id",
        password "password",
        system_type "system_type",
        bind_mode "bind_mode",
        receivers "receivers",
        window "window",
        enquire_link "enquire_link_s",
        response_timeout "response_timeout_s",
    );
    if one.profile.version != other.profile.version {
        keys.push("profile.version");
    }
    keys
}

/// Whether binds made by one are not what the other wants.
pub fn wants_rebind(one: &CarrierConfig, other: &CarrierConfig) -> bool {
    // Receivers are numbered after the others.
    let renumbered = one.receivers > 0 && one.binds != other.binds;
    renumbered || !of_binds(one, other).is_empty()
}

/// The keys of a carrier that differ, and can be changed while the gateway runs.
pub fn carrier_keys(one: &CarrierConfig, other: &CarrierConfig) -> Vec<&'static str> {
    let mut keys = of_binds(one, other);
    keys.extend(differing!(one, other,
        binds "binds",
        profile "profile",
        rate_per_second "rate_per_second",
        burst "burst",
        rate_floor "rate_floor",
        in_doubt "in_doubt",
        mo_account "mo_account",
        mo_join "mo_join_s",
        mo_join_max "mo_join_max",
        queue_messages_max "queue_messages_max",
        rebind_min "rebind_min_ms",
        rebind_max "rebind_max_ms",
        lifetime "lifetime_s",
        receipt_margin "receipt_margin_s",
        attempts_max "attempts_max",
    ));
    keys
}

/// Whether a carrier is to be listened to elsewhere, or otherwise: that wants a restart.
pub fn outbind_differs(one: &CarrierConfig, other: &CarrierConfig) -> bool {
    let differs = |one: &OutbindListener, other: &OutbindListener| {
        // TLS shows by its certificate and its demands.
        one.listen != other.listen
            || one.system_id != other.system_id
            || one.password != other.password
            || one.connections_max != other.connections_max
            || format!("{:?}", one.tls) != format!("{:?}", other.tls)
    };
    match (&one.outbind, &other.outbind) {
        (None, None) => false,
        (Some(one), Some(other)) => differs(one, other),
        _ => true,
    }
}

/// The keys of an account that differ.
pub fn account_keys(one: &AccountConfig, other: &AccountConfig) -> Vec<&'static str> {
    let mut keys = differing!(one, other,
        system_id "system_id",
        password "password",
        binds_max "binds_max",
        window "window",
        rate_per_second "rate_per_second",
        burst "burst",
        bind_modes "bind_modes",
        owed_max "owed_max",
        country "country",
        carrier "carrier",
        transliterate "transliterate",
        mo_parts "mo_parts",
    );
    let same = |one: &OutbindDial, other: &OutbindDial| {
        differing!(one, other,
            address "address",
            system_id "system_id",
            password "password",
            tls "tls",
            retry_min "retry_min_s",
            retry_max "retry_max_s",
        )
        .is_empty()
    };
    let outbind = match (&one.outbind, &other.outbind) {
        (None, None) => true,
        (Some(one), Some(other)) => same(one, other),
        _ => false,
    };
    if !outbind {
        keys.push("outbind");
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_no_reason_to_bind_anew_and_a_password_is() {
        let one = CarrierConfig::default();
        let faster = CarrierConfig { rate_per_second: Some(5), ..one.clone() };
        assert!(!wants_rebind(&one, &faster));
        assert_eq!(carrier_keys(&one, &faster), ["rate_per_second"]);
        let other =
            CarrierConfig { password: crate::base::secret::Secret::new("x"), ..one.clone() };
        assert!(wants_rebind(&one, &other));
        let more = CarrierConfig { binds: 2, ..one.clone() };
        assert!(!wants_rebind(&one, &more), "the first one stays");
        let with = CarrierConfig { receivers: 1, ..one.clone() };
        assert!(wants_rebind(&with, &CarrierConfig { binds: 2, ..with.clone() }));
        assert!(carrier_keys(&one, &one).is_empty() && !outbind_differs(&one, &one));
    }
}
