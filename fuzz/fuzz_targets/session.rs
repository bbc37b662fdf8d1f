#![no_main]
//! See `postrider_fuzz::session`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::session::run(data));
