#![no_main]
//! See `postrider_fuzz::receipt`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::receipt::run(data));
