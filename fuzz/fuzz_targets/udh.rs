#![no_main]
//! See `postrider_fuzz::udh`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::udh::run(data));
