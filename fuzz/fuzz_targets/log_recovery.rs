#![no_main]
//! See `postrider_fuzz::log_recovery`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::log_recovery::run(data));
