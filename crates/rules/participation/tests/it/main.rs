//! The register file, read as a whole.

mod register_file;
