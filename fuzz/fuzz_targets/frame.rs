#![no_main]
//! See `postrider_fuzz::frame`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::frame::run(data));
