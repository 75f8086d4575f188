//! Categories and codes of everything that can go wrong while the demonstration is made and opened.
//!
//! In one place, since all of it is told the same way: on the line where the demonstration should have said its address.

use crate::chooser::ChooserError;
use crate::credentials::CredentialError;
use crate::reader::BadReaderKey;
use crate::storage::WriteError;
use renkei_kernel::{Category, Problem};

impl Problem for WriteError {
    fn category(&self) -> Category {
        match self {
            Self::Io(_) | Self::Stopped => Category::Stopped,
            Self::Text(_) | Self::Thread => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "demo_storage_not_written",
            Self::Text(_) => "demo_text_not_encodable",
            Self::Thread => "demo_writer_ended",
            Self::Stopped => "demo_writer_stopped",
        }
    }
}

impl Problem for CredentialError {
    fn category(&self) -> Category {
        match self {
            Self::Io(_) => Category::Stopped,
            Self::Pki(_) | Self::Net(_) | Self::ReaderKey => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "demo_certificate_not_written",
            Self::Pki(_) | Self::Net(_) => "demo_certificate_not_made",
            Self::ReaderKey => "demo_reader_key_not_made",
        }
    }
}

impl Problem for ChooserError {
    fn category(&self) -> Category {
        match self {
            Self::NotLoopback => Category::AgainstRule,
            Self::Listen(_) => Category::Stopped,
            Self::Certificate(_) => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotLoopback => "demo_loopback_only",
            Self::Listen(_) => "demo_port_unavailable",
            Self::Certificate(_) => "demo_certificate_unusable",
        }
    }
}

impl Problem for BadReaderKey {
    fn category(&self) -> Category {
        Category::Unexpected
    }
    fn code(&self) -> &'static str {
        "demo_reader_key_unusable"
    }
}
