//! Whose message an unusable file is. Bytes are kept in quarantine only where it is known that they are the folder's
//! own patient's (architecture, *Not participating, not kept*); a doubt is a refusal.

use super::Arrived;
use jiff::civil::Date;
use renkei_records::ClinicalTime;
use renkei_ssmix2::message::refusal;

/// Why a file is not the folder's patient's: cause and place.
pub(super) type NotOurs = (&'static str, &'static str);

const OTHER_NUMBER: NotOurs = ("folder_contradiction", "PID-3");
const OTHER_BIRTH: NotOurs = ("identity_contradiction", "PID-7");
/// Neither the name nor the content tells whose the file is.
const NOBODYS: NotOurs = ("unidentified", "PID-3");

/// A message that states another birth date than the register is of somebody else: a number linked wrongly must not
/// show one patient's values under another's name.
pub(super) fn birth_agrees(stated: Option<Date>, born: Option<Date>) -> Result<(), NotOurs> {
    match (stated, born) {
        (Some(stated), Some(born)) if stated != born => Err(OTHER_BIRTH),
        _ => Ok(()),
    }
}

/// Whether an unusable file is of the patient with this number. A file name that tells the number was compared with
/// the folder before; it identifies a file in which no PID can be read.
pub(super) fn is_of(file: &Arrived, number: &str, born: Option<Date>) -> Result<(), NotOurs> {
    let reading = renkei_ssmix2::read_message(&file.bytes, None, Some(number));
    if let Some(typed) = reading.message {
        return birth_agrees(typed.patient.birth_date.as_ref().and_then(|time| day(&time.raw)), born);
    }
    if matches!(reading.code, Some(refusal::PATIENT_MISMATCH | refusal::PATIENT_MISSING)) {
        return Err(OTHER_NUMBER);
    }
    // Not read as a message at all (no MSH, no type): what still looks like a PID is believed when it contradicts.
    let mut stated = false;
    for pid in loose_pids(&file.bytes) {
        if pid.number != number.as_bytes() {
            return Err(OTHER_NUMBER);
        }
        birth_agrees(std::str::from_utf8(pid.birth).ok().and_then(day), born)?;
        stated = true;
    }
    if stated || file.name.is_some() { Ok(()) } else { Err(NOBODYS) }
}

fn day(raw: &str) -> Option<Date> {
    ClinicalTime::from_field(raw).and_then(|time| time.date())
}

struct LoosePid<'b> {
    number: &'b [u8],
    birth: &'b [u8],
}

/// Everything that begins like a PID segment, in bytes that are no message.
fn loose_pids(bytes: &[u8]) -> impl Iterator<Item = LoosePid<'_>> {
    bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter_map(|line| {
        let start = line.iter().position(u8::is_ascii_alphanumeric)?;
        let rest = line.get(start..)?.strip_prefix(b"PID")?;
        let separator = *rest.first().filter(|byte| !byte.is_ascii_alphanumeric())?;
        // The first field lies before the first separator and is empty here, so the indices are the fields' numbers.
        let mut fields = rest.split(|byte| *byte == separator);
        let number = fields.nth(3)?.split(|byte| matches!(byte, b'^' | b'~' | b'&')).next()?.trim_ascii();
        let birth = fields.nth(3).unwrap_or_default().split(|byte| *byte == b'^').next().unwrap_or_default();
        Some(LoosePid { number, birth: birth.trim_ascii() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(name: Option<&str>, bytes: &str) -> Result<(), NotOurs> {
        let name = name.and_then(|name| renkei_ssmix2::FileName::parse(name).ok());
        let file = Arrived { name, raw_name: "file".to_owned(), bytes: bytes.as_bytes().to_vec() };
        is_of(&file, "0000123", Some(jiff::civil::date(1954, 3, 12)))
    }
    const NAME: Option<&str> = Some("0000123_20261001_OML-11_1_20261001090000000_01_1");
    const MSH: &str = "MSH|^~\\&|HIS|HOSP|GW|GW|20261001090000||OUL^R22^OUL_R22|1|P|2.5\r";

    #[test]
    fn a_file_without_a_pid_is_identified_by_its_name_only() {
        for bytes in ["", "\0\u{1}", "MSH|^~\\&|HIS", "no message"] {
            assert_eq!(judged(NAME, bytes), Ok(()), "{bytes:?}");
            assert_eq!(judged(None, bytes), Err(NOBODYS), "{bytes:?}");
        }
    }

    #[test]
    fn a_pid_of_another_number_or_birth_date_is_somebody_elses_however_broken_the_rest_is() {
        for head in [MSH, "", "MSH|^~\\&|||||||\r", "\u{b}garbage\r\n"] {
            for (pid, judgement) in [
                ("PID|1||0000123^^^^PI||A^B||19540312|F\r", Ok(())),
                ("PID|1||0000123^^^^PI||A^B||19600101|F\r", Err(OTHER_BIRTH)),
                ("PID|1||9999999^^^^PI||A^B||19540312|F\r", Err(OTHER_NUMBER)),
            ] {
                let text = head.to_owned() + pid;
                assert_eq!(judged(None, &text), judgement, "{text:?}");
                assert_eq!(judged(NAME, &text), judgement, "{text:?}");
            }
        }
    }
}
