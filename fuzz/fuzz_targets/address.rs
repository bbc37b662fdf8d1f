#![no_main]
//! See `postrider_fuzz::address`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::address::run(data));
