//! The pages, a folder each: typed view, template, handler.

pub mod covered;
pub mod ended;
pub mod entrance;
pub mod patient;
pub mod reader_setup;
pub mod refusal;
pub mod source;
pub mod start;
pub mod waiting;
