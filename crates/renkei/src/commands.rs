//! The command line (architecture, section 9). Words that stay.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "renkei", version, about = "Renkei [連携]: a region's shared health record / 地域医療情報連携")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The fictional region, ready in seconds / 体験版
    #[cfg(feature = "demo")]
    Demo(DemoArguments),
    /// Folders and settings of a new installation / 新しい設置
    Init {
        /// Folder to make
        folder: PathBuf,
    },
    /// Run the installation / 運転
    Serve(ServeArguments),
    /// Decode files, sets or storages without storing anything / 中身を見る
    Inspect(InspectArguments),
    /// Take in an institution's data / 取り込み
    Import(ImportArguments),
    /// How far each institution's data has come / 各施設の取り込み状況
    Feeds(FeedsArguments),
    /// Participation facts / 参加の登録
    Register(RegisterArguments),
    /// The verdict sign-in would give for a certificate / 証明書の確認
    Certificate(CertificateArguments),
    /// The trail / 監査証跡
    Ledger(LedgerArguments),
    /// Definitions of the regulation / 規程の定義
    Regulation(RegulationArguments),
    /// Make projections again from originals and compare / 投影の作り直し
    Rebuild(RebuildArguments),
    /// Move the whole installation from SQLite to PostgreSQL / データベースの引っ越し
    Migrate(MigrateArguments),
    /// What is wrong, or soon will be, and what to do / 点検
    Doctor(DoctorArguments),
    /// The installation's key / 鍵
    Keys(KeysArguments),
    /// The reader agent on a PC at a desk / 受付端末のカード読み取り
    CardAgent(CardAgentArguments),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Place {
    /// Settings file
    #[arg(long, env = "RENKEI_CONFIG", default_value = "renkei.toml")]
    pub config: PathBuf,
}

#[cfg(feature = "demo")]
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Folder of the demonstration, made anew each time; a temporary one when absent
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Settings file whose `[database]` is used instead of SQLite; an empty PostgreSQL database
    #[arg(long, value_name = "FILE")]
    pub database: Option<PathBuf>,
    /// Do not open a browser
    #[arg(long)]
    pub no_browser: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct ServeArguments {
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Args)]
pub struct InspectArguments {
    /// Force a format instead of recognising it: `ssmix2` for a storage, or a data type such as `OML-11` for a message
    #[arg(long = "as", value_name = "FORMAT")]
    pub as_format: Option<String>,
    /// One object for all inputs
    #[arg(long)]
    pub join: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Files or storage roots
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    #[command(subcommand)]
    pub what: ImportWhat,
}

#[derive(Debug, Subcommand)]
pub enum ImportWhat {
    /// SS-MIX2 standardised storage / SS-MIX2 標準化ストレージ
    Ssmix2 {
        #[command(flatten)]
        place: Place,
        /// Facility code of the institution
        #[arg(long)]
        institution: String,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Roots of the storage (several volumes are one storage)
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct FeedsArguments {
    #[command(flatten)]
    pub place: Place,
    /// What was refused or kept apart, and which values to confirm: counted by institution, cause and place
    #[arg(long)]
    pub findings: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct RegisterArguments {
    #[command(subcommand)]
    pub what: RegisterWhat,
}

#[derive(Debug, Subcommand)]
pub enum RegisterWhat {
    /// Add and change facts from a TOML file
    Load {
        #[command(flatten)]
        place: Place,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        file: PathBuf,
    },
    /// Look for a participant by name and one more thing; asks on standard input, so that no name is on a command line
    Find {
        #[command(flatten)]
        place: Place,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The line `reader = "…"` for the settings of a reader's agent
    Reader {
        #[command(flatten)]
        place: Place,
        /// Key of the `[[reader]]` in the register file
        key: String,
    },
}

#[derive(Debug, Args)]
pub struct CertificateArguments {
    #[command(subcommand)]
    pub what: CertificateWhat,
}

#[derive(Debug, Subcommand)]
pub enum CertificateWhat {
    /// Judge a certificate
    Check {
        /// Folder with trust.toml
        #[arg(long)]
        trust: PathBuf,
        /// Register as TSV: serial_number, name, profession, institution, status[, issuer]
        #[arg(long)]
        register: Option<PathBuf>,
        /// login or signature
        #[arg(long, default_value = "login")]
        purpose: String,
        /// RFC 3339; now when absent
        #[arg(long)]
        at: Option<String>,
        /// Further certificates the holder would send
        #[arg(long)]
        chain: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        certificate: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct LedgerArguments {
    #[command(subcommand)]
    pub what: LedgerWhat,
}

#[derive(Debug, Subcommand)]
pub enum LedgerWhat {
    /// Check the whole trail, offline
    Verify {
        #[command(flatten)]
        place: Place,
        /// A checkpoint kept elsewhere: finds a cut tail
        #[arg(long)]
        checkpoint: Option<PathBuf>,
        /// Public keys kept elsewhere (trail.pub or trail.keys), instead of the key in the keys folder
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// An archive, or a folder of archives, instead of the database; needs --key and nothing else
        #[arg(long, value_name = "FOLDER", requires = "key", conflicts_with = "checkpoint")]
        archive: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write the closed span since the last archive into a folder outside; nothing is deleted from the database
    Archive {
        #[command(flatten)]
        place: Place,
        /// Folder of the archives, outside the installation
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Only what was signed before this day (Japanese time); without it everything up to now
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: Option<jiff::civil::Date>,
        /// First entry, a size that was signed; where the newest archive in the folder ends when absent
        #[arg(long)]
        from: Option<u64>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The public keys that signed the trail, each with the sizes it signed; keep the lines elsewhere
    Keys {
        #[command(flatten)]
        place: Place,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Proof that one record stands in the trail
    Prove {
        #[command(flatten)]
        place: Place,
        /// Number of the record
        index: u64,
    },
}

#[derive(Debug, Args)]
pub struct RegulationArguments {
    #[command(subcommand)]
    pub what: RegulationWhat,
}

#[derive(Debug, Subcommand)]
pub enum RegulationWhat {
    /// Check definitions without enacting them
    Check { folder: PathBuf },
    /// Enact the definitions of a folder
    Apply {
        #[command(flatten)]
        place: Place,
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct RebuildArguments {
    #[command(flatten)]
    pub place: Place,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct MigrateArguments {
    #[command(flatten)]
    pub place: Place,
    /// Settings file of the new place: the same folders, `engine = "postgresql"` with its url (no password on the
    /// command line)
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub place: Place,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct KeysArguments {
    #[command(subcommand)]
    pub what: KeysWhat,
}

#[derive(Debug, Subcommand)]
pub enum KeysWhat {
    /// Make a new installation key, wrap everything by it and erase the old one; or, with --trail, a new key that
    /// signs the trail
    Rotate {
        #[command(flatten)]
        place: Place,
        /// The trail's signing key instead of the installation's key
        #[arg(long)]
        trail: bool,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Debug, Args)]
pub struct CardAgentArguments {
    /// Settings of the agent
    #[arg(long, global = true, default_value = "card-agent.toml")]
    pub config: PathBuf,
    #[command(subcommand)]
    pub what: CardAgentWhat,
}

#[derive(Debug, Subcommand)]
pub enum CardAgentWhat {
    /// Make the device key when there is none; print the line for the register
    Enrol,
    /// Connect to the machine entrance and read cards
    Run {
        /// A pretend reader for training rooms: `lay KIND:ID` and `remove` on standard input
        #[arg(long)]
        pretend: bool,
    },
    /// List the card readers of this PC and which of them is used
    Readers,
    /// Wait for a card and say whether it can be used; nothing is sent
    Check,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::error::ErrorKind;

    const FIRST_STEPS: &str = include_str!("../../../docs/first-steps.md");

    /// What a shell would hand to the program: without remarks, redirections and what follows.
    fn words(line: &str) -> Vec<&str> {
        line.split_whitespace().take_while(|word| !["#", ">", "&&", "|"].contains(word)).collect()
    }

    #[test]
    fn every_command_of_the_operators_first_day_is_understood() {
        let (mut inside, mut lines) = (false, Vec::new());
        for line in FIRST_STEPS.lines() {
            if line.starts_with("```") {
                inside = line == "```sh";
            } else if inside && line.starts_with("renkei ") {
                lines.push((line, true));
            } else if !inside {
                lines.extend(
                    line.split('`')
                        .skip(1)
                        .step_by(2)
                        .filter(|code| code.starts_with("renkei "))
                        .map(|code| (code, false)),
                );
            }
        }
        assert!(lines.len() > 12, "the page lost its commands");
        for (line, whole) in lines {
            match Cli::try_parse_from(words(line)) {
                Ok(_) => {}
                // In running text a command may be named without what it works on.
                Err(error) if !whole && error.kind() == ErrorKind::MissingRequiredArgument => {}
                Err(error) => panic!("{line}\n{error}"),
            }
        }
    }
}
