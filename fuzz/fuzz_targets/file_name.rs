//! A name that is read is written back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renkei_ssmix2::FileName;

fuzz_target!(|name: &str| {
    if let Ok(parsed) = FileName::parse(name) {
        if !parsed.department.is_empty() && !name.contains("__") {
            assert_eq!(parsed.to_string(), name);
        }
    }
    let _ = FileName::parse_extended(name);
});
