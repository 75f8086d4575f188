//! Signed notes against the reference vector, and everything that must be refused.

use renkei_keys::Secret;
use renkei_ledger::tree::{Growing, leaf_hash};
use renkei_ledger::{Checkpoint, NoteError, SigningKey, VerifierKey};

const ORIGIN: &str = "audit.renkei.example/log1";
const LOG_LINE: &str = "\u{2014} audit.renkei.example/log1 Yr36vjOJiWz5FMoInm42vDyvTbSeP75WwYnSRB5c3BwVw8fpQpYp/Xfy2cyr++x70aEMVjJcDv8XKNS/T/2cchTbhwo=\n";
const WITNESS_LINE: &str = "\u{2014} witness.renkei.example/w1 t407BQAAAABpVbkAnhktsc9cS4WIKkYl/nqGRnjbEbqXFo81cIxX+sRWOCznKyLeKvZqhrrkfWNSJzdHhaRHbqsVC1exRWQ1AX/XBA==\n";
const TEXT: &str = "audit.renkei.example/log1\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";

/// RFC 8032 section 7.1, test 1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &Secret::new(SEED)).unwrap()
}

/// The witness's key: the same test key under another name and type.
fn witness() -> VerifierKey {
    let mut bytes = vec![4u8];
    bytes.extend([
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1,
        0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ]);
    VerifierKey::parse(&format!("witness.renkei.example/w1+b78d3b05+{}", base64(&bytes))).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let group = (0..3).fold(0u32, |sum, at| sum << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
            (0..4).map(
                move |at| {
                    if at > chunk.len() { '=' } else { char::from(SIGNS[(group >> (18 - 6 * at)) as usize & 63]) }
                },
            )
        })
        .collect()
}

fn reference() -> String {
    format!("{TEXT}\n{LOG_LINE}{WITNESS_LINE}")
}

#[test]
fn the_reference_checkpoint_is_made_byte_for_byte() {
    let mut tree = Growing::new();
    for entry in [
        &b""[..],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ] {
        tree.push(leaf_hash(entry));
    }
    let checkpoint = key().sign(8, &tree.root());
    assert_eq!(checkpoint.note(), format!("{TEXT}\n{LOG_LINE}"));
}

#[test]
fn the_reference_note_is_accepted_with_and_without_its_witness() {
    let read = Checkpoint::read(reference().as_bytes(), &[key().verifier(), witness()]).unwrap();
    assert_eq!((read.origin(), read.size()), (ORIGIN, 8));
    assert!(Checkpoint::read(reference().as_bytes(), &[key().verifier()]).is_ok(), "unknown keys are ignored");
    assert!(key().verifier().to_string().starts_with("audit.renkei.example/log1+62bdfabe+"));
    assert_eq!(VerifierKey::parse(&key().verifier().to_string()).unwrap(), key().verifier());
}

#[test]
fn a_wrong_signature_of_a_known_key_refuses_the_whole_note() {
    let bent = WITNESS_LINE.replacen("t407BQAAAABpVbkA", "t407BQAAAABpVbkB", 1);
    let note = format!("{TEXT}\n{LOG_LINE}{bent}");
    let keys = [key().verifier(), witness()];
    assert_eq!(Checkpoint::read(note.as_bytes(), &keys).unwrap_err(), NoteError::WrongSignature);
    let other_text = reference().replacen("\n8\n", "\n9\n", 1);
    assert_eq!(Checkpoint::read(other_text.as_bytes(), &keys).unwrap_err(), NoteError::WrongSignature);
    let witness_alone = format!("{TEXT}\n{WITNESS_LINE}");
    assert_eq!(Checkpoint::read(witness_alone.as_bytes(), &keys).unwrap_err(), NoteError::NoKnownSignature);
}

/// Case 6: leading zero, CRLF, no blank line, not UTF-8, and their like. Signed afresh, so that only the form is wrong.
#[test]
fn notes_in_a_wrong_form_are_refused() {
    let keys = [key().verifier()];
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("leading zero", reference().replacen("\n8\n", "\n08\n", 1).into()),
        ("CRLF", reference().replace('\n', "\r\n").into()),
        ("no blank line", format!("{TEXT}{LOG_LINE}").into()),
        ("no signature", format!("{TEXT}\n").into()),
        ("no last newline", reference().trim_end().to_owned().into()),
        ("control character", reference().replacen('8', "8\u{7}", 1).into()),
        ("signature that is not base64", reference().replacen("Yr36", "!!!!", 1).into()),
        ("empty", Vec::new()),
        ("not UTF-8", {
            let mut bytes = reference().into_bytes();
            bytes[3] = 0xff;
            bytes
        }),
    ];
    for (what, note) in cases {
        assert!(Checkpoint::read(&note, &keys).is_err(), "{what}");
    }
    // A leading zero is refused even when the log's own key signed it.
    let zero = SigningKey::from_seed(ORIGIN, &Secret::new(SEED)).unwrap();
    let good = zero.sign(8, &[0; 32]);
    assert!(Checkpoint::read(good.note().as_bytes(), &keys).is_ok());
    assert!(Checkpoint::read(good.note().replacen("\n8\n", "\n+8\n", 1).as_bytes(), &keys).is_err());
}

/// Case 7: the right key id, the signature of another origin.
#[test]
fn a_signature_of_another_origin_is_refused() {
    let other = SigningKey::from_seed("audit.renkei.example/log2", &Secret::new(SEED)).unwrap();
    let note = other.sign(8, &[1; 32]);
    let keys = [key().verifier()];
    assert_eq!(Checkpoint::read(note.note().as_bytes(), &keys).unwrap_err(), NoteError::NoKnownSignature);
    // The same text under our signature line's name and id.
    let stolen_line = format!("{}\n{LOG_LINE}", note.note().split("\n\n").next().unwrap().to_owned() + "\n");
    assert_eq!(Checkpoint::read(stolen_line.as_bytes(), &keys).unwrap_err(), NoteError::WrongSignature);
}

#[test]
fn sixteen_further_signatures_are_no_trouble() {
    let extra: String = (0..16).map(|n| format!("\u{2014} w{n}.example {}\n", base64(&[n as u8; 72]))).collect();
    let note = format!("{TEXT}\n{extra}{LOG_LINE}");
    assert!(Checkpoint::read(note.as_bytes(), &[key().verifier()]).is_ok());
}

#[test]
fn a_public_key_with_a_wrong_id_is_refused() {
    let text = key().verifier().to_string().replacen("62bdfabe", "62bdfabf", 1);
    assert_eq!(VerifierKey::parse(&text).unwrap_err(), NoteError::Key);
    for bad in ["", "x", "a+b+c", "a b+00000000+AQ=="] {
        assert!(VerifierKey::parse(bad).is_err(), "{bad}");
    }
}
