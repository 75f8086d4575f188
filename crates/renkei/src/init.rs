//! `renkei init DIR`: the folders and the settings file of a new installation. Makes no certificate and no trust list:
//! those come from the region's own authorities.

use crate::outcome;
use crate::wiring;
use renkei_kernel::{Ids, SystemClock, SystemEntropy};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// The settings a new installation starts with; every value is meant to be read and changed.
pub const SETTINGS_TEMPLATE: &str = r#"# Renkei の設定 / settings of Renkei. Relative paths start at this file's folder.

[database]
engine = "sqlite"              # or: engine = "postgresql", url = "postgres://…"

[folders]
data = "data"                  # back this up
keys = "keys"                  # back this up apart from data, keep the copies few and short
checkpoints = "checkpoints"    # better: another disk or machine
trust = "trust"                # trust.toml, certificates, revocation lists

[desk]                         # 画面のご案内に出る窓口
name = "サポートセンター"
phone = "0000-00-0000"
hours = "平日 9:00–17:00"

[retention]                    # これより短くはできません / never shorter than these
records_years = 5
trail_years = 5                # 監査証跡。記録の年数以上 / never shorter than the records
network_log_days = 365

[logs]
folder = "logs"                # operator・security・developer のファイル（日ごと）

[monitoring]
# address = "127.0.0.1:9464"   # /metrics, /health: この機械の中だけ / this machine only

[entrances]
console = "data/console.sock"

[entrances.professional]       # closed network only
address = "127.0.0.1:8443"
certificate = "tls/professional.pem"
key = "tls/professional.key"
tls12_only = false
hosts = ["localhost:8443"]     # ほかの名前・番地での要求には答えません / requests for other names get 421

[entrances.machine]            # reader agents. hosts: 無ければ証明書の DNS 名 / without it, the certificate's names
address = "127.0.0.1:8444"
certificate = "tls/machine.pem"
key = "tls/machine.key"

[entrances.patient]            # internet
address = "127.0.0.1:8445"
certificate = "tls/patient.pem"
key = "tls/patient.key"

# 見張る保存場所（施設ごとに一つ） / storages that are watched, one for each institution
# [[feeds]]
# institution = "1710000001"             # facility code of the register
# volumes = ["/srv/ssmix2/aoba/STD01"]   # all volumes of the standard storage
# transactions = "/srv/ssmix2/aoba/TR"   # where the gateway writes one: fewer folders to look at
# period_seconds = 30
# quiet_seconds = 10                     # a file unchanged for so long is finished
# unfinished_minutes = 30                # after that a file that still changes is told
"#;

/// Folders, settings and keys, and what to do next.
pub async fn command(folder: &Path) -> ExitCode {
    if let Err(error) = run(folder) {
        return outcome::of::<(), _>(Err(error));
    }
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    outcome::of_problem(wiring::make_keys(&folder.join("keys"), &ids).await.map(|()| {
        println!(
            "{0} に新しい設定と鍵を作りました。renkei.toml の入口と窓口を書き換え、tls と trust に証明書を置き、keys の控えを取ってください。",
            folder.display()
        );
        println!("Settings and keys are made. Edit renkei.toml, fill tls and trust, and keep a copy of keys apart.");
    }))
}

/// Makes the folders (mode 0700) and `renkei.toml`; refuses to touch a folder that already has one.
pub fn run(folder: &Path) -> io::Result<()> {
    let settings = folder.join("renkei.toml");
    if settings.exists() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "renkei.toml があります。上書きはしません / renkei.toml is already there and is left as it is",
        ));
    }
    for part in ["", "data", "keys", "checkpoints", "trust", "tls"] {
        private_folder(&folder.join(part))?;
    }
    std::fs::write(&settings, SETTINGS_TEMPLATE)
}

/// A folder that only its owner may enter.
pub fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}
