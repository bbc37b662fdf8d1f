#![no_main]
//! See `postrider_fuzz::search`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::search::run(data));
