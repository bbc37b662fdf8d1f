#![no_main]
//! See `postrider_fuzz::profile`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::profile::run(data));
