//! The verifier against real authorities and against a whole test PKI, from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authorities;
mod cases;
mod differential;
mod hostile;
mod lists;
mod register;
mod settings;
mod walk;
