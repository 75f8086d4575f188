//! Integration tests of the fictional region.

mod chooser;
mod register;
mod support;
mod written_storages;
