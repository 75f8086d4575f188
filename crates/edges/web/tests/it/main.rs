//! The pages as a reader gets them.

mod scene;

