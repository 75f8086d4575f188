//! Properties of file names.

use proptest::prelude::*;
use renkei_ssmix2::FileName;

proptest! {
    #[test]
    fn a_name_that_is_read_is_written_back_the_same(
        patient in "[A-Za-z0-9_-]{1,15}",
        date in prop_oneof![Just("-".to_owned()), "[0-9]{8}"],
        kind in prop_oneof![Just("OML-11".to_owned()), Just("OMD".to_owned()), "[A-Z]{3}-[0-9]{2}"],
        order in "[0-9A-Za-z]{1,22}",
        occurred in "[0-9]{17}",
        department in prop_oneof![Just("-".to_owned()), "[0-9A-Z]{1,5}"],
        flag in "[012]",
    ) {
        let name = format!("{patient}_{date}_{kind}_{order}_{occurred}_{department}_{flag}");
        let parsed = FileName::parse(&name).unwrap();
        prop_assert_eq!(parsed.to_string(), name.clone());
        prop_assert_eq!(parsed.patient_id, patient);
        prop_assert!(FileName::parse_extended(&name).is_ok());
    }

    #[test]
    fn no_name_makes_parsing_panic(name in "\\PC{0,60}") {
        let _ = (FileName::parse(&name), FileName::parse_extended(&name));
    }
}
