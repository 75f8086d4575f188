//! Integration tests of the fictional region.

mod register;
mod support;
mod written_storages;
