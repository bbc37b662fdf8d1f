#![no_main]
//! See `postrider_fuzz::text`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::text::run(data));
