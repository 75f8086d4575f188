//! Writes a trust folder: `trust.toml`, the authorities' certificates and their revocation lists.

use crate::TestPkiError;
use crate::authority::Authority;
use crate::encode::pem;
use crate::pki::TestPki;
use renkei_kernel::Timestamp;
use std::path::Path;

impl TestPki {
    /// Writes everything a verifier of this PKI needs into `folder` (made if absent), with lists as of the PKI's day.
    pub fn write_trust(&self, folder: &Path) -> Result<(), TestPkiError> {
        std::fs::create_dir_all(folder)?;
        for authority in Authority::TRUSTED {
            let certificate = pem("CERTIFICATE", &self.authority(authority)?.cert_der);
            std::fs::write(folder.join(format!("{}.pem", authority.label())), certificate)?;
        }
        self.write_lists(folder, self.at())?;
        std::fs::write(folder.join("trust.toml"), self.trust_toml())?;
        Ok(())
    }

    /// Replaces the revocation lists in `folder` by new ones as of `at`, each in one step.
    pub fn write_lists(&self, folder: &Path, at: Timestamp) -> Result<(), TestPkiError> {
        for authority in Authority::TRUSTED {
            let list = self.sign_list(&self.list(authority, at))?;
            let path = folder.join(format!("{}.crl", authority.label()));
            let partial = path.with_extension("crl.part");
            std::fs::write(&partial, list)?;
            std::fs::rename(&partial, &path)?;
        }
        Ok(())
    }

    /// The text of `trust.toml`.
    pub fn trust_toml(&self) -> String {
        let mut text = String::from("# Fictional authorities of a test PKI. They certify nobody.\n");
        for authority in Authority::TRUSTED {
            let (Some(purpose), label) = (authority.purpose(), authority.label()) else { continue };
            text.push_str(&format!(
                "\n[[authority]]\npurpose = \"{purpose}\"\nroot = \"root.pem\"\nsubordinate = \"{label}.pem\"\n\
                 crls = [\"{label}.crl\", \"root.crl\"]\n"
            ));
            let policies: Vec<_> = authority
                .allowed_policies()
                .iter()
                .map(|(oid, level)| format!("{{ oid = \"{oid}\", level = \"{level}\" }}"))
                .collect();
            text.push_str(&format!("policies = [{}]\n", policies.join(", ")));
        }
        text
    }
}
