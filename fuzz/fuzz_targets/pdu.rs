#![no_main]
//! See `postrider_fuzz::pdu`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::pdu::run(data));
