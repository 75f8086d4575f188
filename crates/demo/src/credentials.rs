//! The certificates of the region's people, the files a browser takes them from, and the keys of its card readers.
//!
//! Keys are made as needed and stay in memory and in the demonstration's own folder; they open nothing elsewhere.

use crate::region::institutions::INSTITUTIONS;
use crate::region::register::{Binding, Device};
use crate::region::staff::{Credential, Profession, STAFF, Staff};
use renkei_kernel::{Entropy, Withheld};
use renkei_net::Identity;
use renkei_testpki::{Issued, Level, Profile, RevocationReason, TestPki, TestPkiError};
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;

/// The password of every `.p12` file. A password of the fictional region, printed for everybody.
pub const P12_PASSWORD: &str = "renkei-taiken";

/// Why the region's certificates could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    #[error("体験版の証明書を作れません。/ a fictional certificate cannot be made")]
    Pki(#[from] TestPkiError),
    #[error("体験版の証明書を使えません。/ a fictional certificate cannot be used")]
    Net(#[from] renkei_net::NetError),
    #[error("体験版の証明書のファイルを書けません。/ a fictional certificate cannot be written")]
    Io(#[from] std::io::Error),
    #[error("体験版の読取機の鍵を作れません。/ the key of a fictional reader cannot be made")]
    ReaderKey,
}

/// A person's certificate.
#[derive(Debug, Clone)]
pub struct PersonCertificate {
    pub person: &'static Staff,
    pub issued: Issued,
}

impl PersonCertificate {
    /// Chain and key for a TLS client.
    ///
    /// # Errors
    /// When the key is of a kind that TLS does not know.
    pub fn identity(&self) -> Result<Identity, renkei_net::NetError> {
        Identity::from_der(self.issued.presented(), self.issued.key_der.clone())
    }
}

/// The signing key of the agent at one reader.
#[derive(Debug, Clone)]
pub struct ReaderKey {
    /// Code of the reader.
    pub reader: &'static str,
    /// Index of the institution it stands in.
    pub institution: usize,
    pub place: &'static str,
    /// Seed of the Ed25519 key.
    pub secret: Withheld<[u8; 32]>,
    pub public_key: [u8; 32],
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub people: Vec<PersonCertificate>,
    pub readers: Vec<ReaderKey>,
    bindings: Vec<Binding>,
}

/// The role text a profession's certificate carries.
fn role_text(profession: Profession) -> &'static str {
    match profession {
        Profession::Doctor | Profession::Auxiliary => "Medical Doctor",
        Profession::Dentist => "Dentist",
        Profession::Pharmacist => "Pharmacist",
        Profession::Nurse => "General Nurse",
        Profession::Dietitian => "National Registered Dietitian",
    }
}

fn profile(at: usize, person: &Staff) -> Profile {
    let number = person.serial_number(at);
    let role = role_text(person.profession);
    let kanji = format!("{}{}", person.family, person.given);
    match person.credential {
        Credential::Production | Credential::Revoked | Credential::Unregistered => {
            Profile::person(person.roman, &number, &[role], Level::Production).kanji(&kanji)
        }
        Credential::Test | Credential::TestForDoctor => {
            Profile::person(person.roman, &number, &[role], Level::Test).kanji(&kanji)
        }
        Credential::OtherProfession => {
            Profile::person(person.roman, &number, &[role_text(Profession::Pharmacist)], Level::Production)
                .kanji(&kanji)
        }
        Credential::Organisation => {
            let name = INSTITUTIONS.get(person.institution).map_or("INSTITUTION", |i| i.code);
            Profile::organisation(&name.to_uppercase(), &number)
        }
    }
}

impl Credentials {
    /// Issues everybody's certificate and makes every reader's key. Revoked ones are on the lists written afterwards.
    ///
    /// # Errors
    /// When a key or certificate cannot be made.
    pub fn issue(pki: &TestPki, entropy: &dyn Entropy) -> Result<Self, CredentialError> {
        let mut people = Vec::new();
        let mut bindings = Vec::new();
        for (at, person) in STAFF.iter().enumerate() {
            let issued = pki.issue(&profile(at, person))?;
            if person.credential == Credential::Revoked {
                pki.revoke(&issued, RevocationReason::KeyCompromise);
            }
            let issuer = pki.authority(issued.issuer)?;
            bindings.push(Binding {
                person: person.code,
                issuer: hex::encode(Sha256::digest(issuer.subject.der())),
                subject_serial: person.serial_number(at),
                fingerprint: issued.fingerprint(),
            });
            people.push(PersonCertificate { person, issued });
        }
        Ok(Self { people, readers: reader_keys(entropy)?, bindings })
    }

    /// What the register binds.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
    pub fn devices(&self) -> Vec<Device> {
        self.readers.iter().map(|r| Device { reader: r.reader, public_key: r.public_key }).collect()
    }

    /// Writes `<code>.p12` for everybody and a README into `folder`.
    ///
    /// # Errors
    /// When a file cannot be made or written.
    pub fn write_p12(&self, pki: &TestPki, folder: &Path) -> Result<(), CredentialError> {
        std::fs::create_dir_all(folder)?;
        for certificate in &self.people {
            let file = folder.join(format!("{}.p12", certificate.person.code));
            std::fs::write(file, pki.p12(&certificate.issued, P12_PASSWORD)?)?;
        }
        std::fs::write(folder.join("README.md"), self.readme())?;
        Ok(())
    }

    fn readme(&self) -> String {
        let mut text = format!(
            "# 体験版の証明書\n\nすべて架空の人の証明書です。ブラウザーに読み込むと、その人としてサインインできます。パスワードはどれも `{P12_PASSWORD}` です。\n\
             試し終えたら、ブラウザーから消してください。\n\nCertificates of fictional people. Import one into a browser to sign in as that person; the password of each is `{P12_PASSWORD}`.\n\n\
             | ファイル | 氏名 | 職種 | 施設 | メモ |\n|---|---|---|---|---|\n"
        );
        for PersonCertificate { person, .. } in &self.people {
            let institution = INSTITUTIONS.get(person.institution).map_or("", |i| i.name);
            // writing into a String cannot fail
            let _ = writeln!(
                text,
                "| `{}.p12` | {} {} | {} | {institution} | {} |",
                person.code,
                person.family,
                person.given,
                person.profession.label_ja(),
                person.note
            );
        }
        text
    }
}

fn reader_keys(entropy: &dyn Entropy) -> Result<Vec<ReaderKey>, CredentialError> {
    let mut keys = Vec::new();
    for (institution, place) in INSTITUTIONS.iter().enumerate() {
        for &(reader, place) in place.readers {
            let mut seed = [0; 32];
            entropy.fill(&mut seed);
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| CredentialError::ReaderKey)?;
            let public_key = pair.public_key().as_ref().try_into().map_err(|_| CredentialError::ReaderKey)?;
            keys.push(ReaderKey { reader, institution, place, secret: Withheld::new(seed), public_key });
        }
    }
    Ok(keys)
}
