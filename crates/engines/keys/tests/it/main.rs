//! Integration tests of keys and sealing.

mod files;
mod rotation;
mod scene;
mod sealing;
