//! What can go wrong while a test PKI is made.

use renkei_kernel::{Category, Problem};

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestPkiError {
    #[error("a key could not be made or used")]
    Rsa(#[from] rsa::Error),
    #[error("a key could not be encoded")]
    Encoding,
    #[error("an elliptic-curve key could not be made or used")]
    Curve,
    #[error("the PKCS#12 file could not be written: {0}")]
    Pkcs12(String),
    #[error("a file of the test PKI could not be written")]
    File(#[from] std::io::Error),
}

impl Problem for TestPkiError {
    fn category(&self) -> Category {
        Category::Unexpected
    }
    fn code(&self) -> &'static str {
        "test_pki_failed"
    }
}
