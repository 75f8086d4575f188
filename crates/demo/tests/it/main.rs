//! Integration tests of the fictional region.

mod support;
mod written_storages;
