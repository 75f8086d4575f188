//! The healthcare role attribute, byte exact (ISO 17090-2; hpki.md section 5).
//!
//! Separate and unforgiving: this is where a qualification comes from. A text is one of the table or nothing; no
//! folding, no trimming, no normalising.

use crate::der_in::{
    self, Element, NUMERIC_STRING, NotDer, OID, PRINTABLE_STRING, SEQUENCE, SET, UTF8_STRING, context, single,
};
use crate::extensions::DIRECTORY_ATTRIBUTES_MAX_BYTES;
use crate::reason::{Reason, Reject};
use crate::roles::{Role, RoleKind, RoleTable};

/// Content of OID 1.0.17090.0.1.
const HC_ROLE: &[u8] = &[0x28, 0x81, 0x85, 0x42, 0x00, 0x01];
/// Content of OID 1.2.392.100495.1.6.1.1, the national coding scheme.
const NATIONAL_SCHEME: &[u8] = &[0x2a, 0x83, 0x08, 0x86, 0x91, 0x0f, 0x01, 0x06, 0x01, 0x01];
/// Entries in one role attribute: a qualification, perhaps with a manager's post.
const ACTORS_MAX: usize = 2;

const fn refuse(detail: &'static str) -> Reject {
    Reject::new(Reason::Role, detail)
}

impl From<NotDer> for RoleFault {
    fn from(problem: NotDer) -> Self {
        Self(refuse(problem.0))
    }
}

/// Any fault of the attribute is a fault of the role, never of the certificate as a whole.
struct RoleFault(Reject);

impl From<Reject> for RoleFault {
    fn from(reject: Reject) -> Self {
        Self(reject)
    }
}

/// Reads the value of subjectDirectoryAttributes. The answer has one or two roles, exactly one of them national.
pub fn read(value: &[u8], table: &RoleTable) -> Result<Vec<Role>, Reject> {
    read_inner(value, table).map_err(|fault| fault.0)
}

fn read_inner(value: &[u8], table: &RoleTable) -> Result<Vec<Role>, RoleFault> {
    if value.len() > DIRECTORY_ATTRIBUTES_MAX_BYTES {
        return Err(refuse("the role extension is too large").into());
    }
    der_in::check(value)?;
    let mut attributes = single(value, SEQUENCE)?.inside();
    let mut found: Option<Element<'_>> = None;
    while !attributes.is_empty() {
        let mut attribute = attributes.next(SEQUENCE)?.inside();
        let kind = attribute.next(OID)?.content;
        let values = attribute.next(SET)?;
        attribute.end()?;
        if values.content.is_empty() {
            return Err(refuse("an attribute without a value").into());
        }
        if kind == HC_ROLE && found.replace(values).is_some() {
            return Err(refuse("two role attributes").into());
        }
    }
    let values = found.ok_or(refuse("no role attribute"))?;
    let mut data = values.inside();
    let mut actors = data.next(SET)?.inside();
    data.end()?;

    let mut roles = Vec::new();
    while !actors.is_empty() {
        if roles.len() == ACTORS_MAX {
            return Err(refuse("more than two roles").into());
        }
        roles.push(actor(&actors.next(SEQUENCE)?, table)?);
    }
    match roles.iter().filter(|role| role.kind == RoleKind::National).count() {
        1 => Ok(roles),
        _ => Err(refuse("there must be exactly one national qualification").into()),
    }
}

fn actor(actor: &Element<'_>, table: &RoleTable) -> Result<Role, RoleFault> {
    let mut parts = actor.inside();
    let coded = single(parts.next(context(0))?.content, SET)?;
    if let Some(regional) = parts.optional(context(1))? {
        single(regional.content, SEQUENCE)?;
    }
    parts.end()?;

    let mut fields = coded.inside();
    let scheme = single(fields.next(context(0))?.content, OID)?.content;
    if let Some(value) = fields.optional(context(1))? {
        single(value.content, NUMERIC_STRING)?;
    }
    let text = fields.next(context(2))?.content;
    fields.end()?;
    if scheme != NATIONAL_SCHEME {
        return Err(refuse("a role of another coding scheme").into());
    }
    let text = single(text, UTF8_STRING).or_else(|_| single(text, PRINTABLE_STRING))?.content;
    let text = std::str::from_utf8(text).map_err(|_| refuse("the role text is not UTF-8"))?;
    Ok(table.find(text).cloned().ok_or(refuse("the role text is not in the table"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::Profession;

    fn table() -> RoleTable {
        RoleTable::parse(RoleTable::EMBEDDED).unwrap()
    }

    fn texts(hex_value: &str) -> Result<Vec<String>, Reject> {
        let roles = read(&hex::decode(hex_value).unwrap(), &table())?;
        Ok(roles.into_iter().map(|role| role.text).collect())
    }

    /// the reference vectors, two of them taken from real cards, read as what they say.
    #[test]
    fn reference_vectors_are_read() {
        let vectors: [(&str, &[&str]); 9] = [
            (
                "303430320606288185420001312831263024A0223120A00C060A2A830886910F01060101A2100C0E4D65646963616C20446F63746F72",
                &["Medical Doctor"],
            ),
            (
                "3030302E0606288185420001312431223020A01E311CA00C060A2A830886910F01060101A20C0C0A506861726D6163697374",
                &["Pharmacist"],
            ),
            (
                "302D302B06062881854200013121311F301DA01B3119A00C060A2A830886910F01060101A2090C0744656E74697374",
                &["Dentist"],
            ),
            (
                "303330310606288185420001312731253023A021311FA00C060A2A830886910F01060101A20F0C0D47656E6572616C204E75727365",
                &["General Nurse"],
            ),
            (
                "304330410606288185420001313731353033A031312FA00C060A2A830886910F01060101A21F0C1D4E6174696F6E616C20526567697374657265642044696574697469616E",
                &["National Registered Dietitian"],
            ),
            (
                "3060305E0606288185420001315431523024A0223120A00C060A2A830886910F01060101A2100C0E4D65646963616C20446F63746F72302AA0283126A00C060A2A830886910F01060101A2160C144469726563746F72206F6620486F73706974616C",
                &["Medical Doctor", "Director of Hospital"],
            ),
            (
                "305E305C0606288185420001315231503020A01E311CA00C060A2A830886910F01060101A20C0C0A506861726D6163697374302CA02A3128A00C060A2A830886910F01060101A2180C1653757065727669736F72206F6620506861726D616379",
                &["Pharmacist", "Supervisor of Pharmacy"],
            ),
            (
                "303730350606288185420001312B31293027A0253123A00C060A2A830886910F01060101A1051203313233A20C0C0A506861726D6163697374",
                &["Pharmacist"],
            ),
            (
                "303B30390606288185420001312F312D302BA0253123A00C060A2A830886910F01060101A1051203313233A20C0C0A506861726D6163697374A1023000",
                &["Pharmacist"],
            ),
        ];
        for (value, expected) in vectors {
            assert_eq!(texts(value).unwrap(), expected);
        }
    }

    #[test]
    fn the_table_gives_the_profession() {
        let value = "303430320606288185420001312831263024A0223120A00C060A2A830886910F01060101A2100C0E4D65646963616C20446F63746F72";
        let roles = read(&hex::decode(value).unwrap(), &table()).unwrap();
        assert_eq!(roles.first().unwrap().profession, Some(Profession::Doctor));
    }

    /// one changed byte anywhere gives another role of the table or none, never a doctor by accident.
    #[test]
    fn no_changed_byte_still_reads_as_a_doctor() {
        let value = hex::decode("303430320606288185420001312831263024A0223120A00C060A2A830886910F01060101A2100C0E4D65646963616C20446F63746F72").unwrap();
        for at in 0..value.len() {
            for bit in 0..8 {
                let mut changed = value.clone();
                changed[at] ^= 1 << bit;
                let doctor =
                    read(&changed, &table()).is_ok_and(|roles| roles.iter().any(|role| role.text == "Medical Doctor"));
                // The tag of the text may become PrintableString (0x0c and 0x13 differ in more than one bit).
                assert!(!doctor, "byte {at} bit {bit}");
            }
        }
    }
}
