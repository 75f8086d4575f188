//! What can go wrong while an entrance is opened. Faults of single connections are counted, not returned.

use renkei_kernel::{Category, Problem};
use std::path::PathBuf;

/// Why an entrance could not be opened or a client could not be made. No secrets: paths and causes only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    #[error("{path} を読めません。/ cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error(
        "秘密鍵 {path} を他の利用者が読めます。chmod 600 を行ってください。/ private key {path} is readable by others"
    )]
    KeyReadableByOthers { path: PathBuf },
    #[error("PEMに証明書がありません。/ no certificate in the PEM text")]
    NoCertificate,
    #[error("PEMに秘密鍵がありません。/ no private key in the PEM text")]
    NoPrivateKey,
    #[error("証明書を読めません。/ a certificate cannot be read")]
    BadCertificate,
    #[error("TLSを設定できません: {0} / TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    #[error("{address} で待ち受けできません。/ cannot listen on {address}")]
    Bind { address: String, source: std::io::Error },
    #[error("{path} は別の動作中のプロセスが使用しています。/ another running process answers at {path}")]
    ConsoleInUse { path: PathBuf },
    #[error("入口の名前がありません。設定の hosts に書いてください。/ the entrance has no name: write it into hosts")]
    NoHosts,
    #[error("hosts の {0} は名前として使えません。/ hosts: {0} is no host name")]
    BadHost(String),
    #[error("この入口には設定できません: {0} / not a setting of this entrance")]
    NotOfThisEntrance(&'static str),
}

impl Problem for NetError {
    fn category(&self) -> Category {
        match self {
            Self::Bind { .. } | Self::ConsoleInUse { .. } => Category::Conflict,
            Self::Read { .. } => Category::NotFound,
            _ => Category::Malformed,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_unreadable",
            Self::KeyReadableByOthers { .. } => "key_readable_by_others",
            Self::NoCertificate => "no_certificate",
            Self::NoPrivateKey => "no_private_key",
            Self::BadCertificate => "bad_certificate",
            Self::Tls(_) => "tls_settings",
            Self::Bind { .. } => "address_unavailable",
            Self::ConsoleInUse { .. } => "console_in_use",
            Self::NoHosts => "no_hosts",
            Self::BadHost(_) => "bad_host",
            Self::NotOfThisEntrance(_) => "not_of_this_entrance",
        }
    }
}
