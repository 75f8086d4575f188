//! Keeps the demonstration out of a region's own installation, and its people out of its records (R-X-19).
//!
//! Separate from the demonstration itself, which a release package does not even link: the other half of the rule,
//! refusing its data, must hold there too.

use std::path::{Path, PathBuf};

/// Marks a folder as one that a demonstration made and may make anew.
pub const DEMONSTRATION_MARK: &str = ".renkei-demo";
#[cfg(any(feature = "demo", test))]
const SETTINGS: &str = "renkei.toml";

fn above(path: &Path) -> Vec<PathBuf> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = absolute.canonicalize().unwrap_or_else(|_| absolute.clone());
    real.ancestors().chain(absolute.ancestors()).map(Path::to_path_buf).collect()
}

/// Whether `path` lies in a demonstration's folder.
pub fn in_a_demonstration(path: &Path) -> bool {
    above(path).iter().any(|folder| folder.join(DEMONSTRATION_MARK).exists())
}

/// The installation in whose folder `path` lies.
#[cfg(feature = "demo")]
pub fn installation_around(path: &Path) -> Option<PathBuf> {
    above(path).into_iter().find(|folder| folder.join(SETTINGS).is_file())
}

/// Why a demonstration must not begin here: its folder, this folder or this shell belongs to an installation.
#[cfg(feature = "demo")]
pub fn refusal(folder: Option<&Path>) -> Option<String> {
    let here = std::env::current_dir().ok();
    let named = std::env::var_os("RENKEI_CONFIG").map(PathBuf::from).filter(|file| file.exists());
    let installation =
        folder.and_then(installation_around).or_else(|| here.as_deref().and_then(installation_around)).or(named)?;
    Some(format!(
        "ここは本番の設置です（{0}）。体験版は始められません。別のフォルダで、RENKEI_CONFIG を外して行ってください。 / {0} belongs to an installation: no demonstration is started here",
        installation.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_tell_what_they_belong_to() {
        let place = tempfile::tempdir().unwrap();
        let (demonstration, installation) = (place.path().join("demo"), place.path().join("own"));
        for folder in [demonstration.join("storages/minato"), installation.join("data")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(demonstration.join(DEMONSTRATION_MARK), "").unwrap();
        std::fs::write(installation.join(SETTINGS), "").unwrap();
        assert!(in_a_demonstration(&demonstration.join("storages/minato")));
        assert!(!in_a_demonstration(&installation.join("data")));
        #[cfg(feature = "demo")]
        {
            assert!(installation_around(&installation.join("data/new")).is_some());
            assert_eq!(installation_around(&demonstration), None);
        }
    }
}
