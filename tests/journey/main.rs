//! Whole journeys over real sockets: the built program, simulated and real peers, and failure.
//!
//! One scenario a file, named by its behaviour; `driver` has what they are played with. Every wait is
//! bounded and every process ends with its test.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "a test that cannot go on should stop and say why"
)]

mod driver;

mod each_mode_keeps_to_its_side;

mod receipt_comes_on_the_receiver_bind;

mod receipt_waits_on_disk;

mod receipt_is_offered_again;

mod cancel_and_replace;

mod idempotency_key_survives_a_kill;

mod made_up_traffic;
mod query_sm_tells_the_state;
mod schemathesis_finds_nothing;

mod clients_of_other_gateways;

mod submit_multi_is_a_message_for_each;

mod carrier_has_its_ways;

mod data_sm_goes_both_ways;
mod long_message_goes_in_parts;

mod inbound_message_reaches_its_account;

mod long_inbound_message_is_joined;

mod session_is_kept_and_left_politely;

mod submit_over_the_rate_is_throttled;

mod a_rate_holds_up_nobody_else;

mod text_is_written_for_its_carrier;

mod bind_is_refused_with_its_reason;

mod silent_connection_is_closed;

mod idle_shard_hands_on;

mod malformed_pdu_keeps_the_session;

mod outbind_brings_a_receiver;

mod tls_protects_both_sides;

mod tls_port_names_what_is_not_tls;

mod deaf_peer_holds_up_nobody;

mod carrier_away_at_start;

mod carrier_refuses_binds;

mod next_carrier_takes_over;

mod opt_outs_are_heeded;

mod disk_below_its_floor;

mod data_directory_in_use;

mod wrong_key_is_named;

mod webhooks_are_told_everything;

mod callbacks_are_called;

mod console_in_a_browser;
mod corruption_is_refused_until_accepted;

mod kill_loses_nothing;

mod stops_in_order;

mod operators_have_their_say;

mod reload_changes_what_changed;

mod memory_above_its_limit;

mod rates_over_sockets;

mod hostile_carriers;

mod support_sees_what_happened;

mod tail_follows_what_happens;

mod traces_reach_a_collector;

mod systemd_unit;

mod dashboard_has_data;

mod demo_does_what_it_says;

mod node_smpp;

mod smsc_of_others;

mod node_smpp_long_and_inbound;

mod python_smpp34;

mod python_smpplib;

mod perl_net_smpp;

mod kannel_bearerbox;

mod kannel_drive_smpp;
