#![no_main]
//! See `postrider_fuzz::text_index`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| postrider_fuzz::text_index::run(data));
