#![no_main]
//! See `postrider_fuzz::cold`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::cold::run(data));
