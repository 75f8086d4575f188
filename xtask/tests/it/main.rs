//! The walls of the house, read from its own manifests and sources.

mod floors;
mod gate;
mod licences;
mod pages;
