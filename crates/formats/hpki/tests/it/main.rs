//! The verifier against real authorities and against a whole test PKI, from outside.

mod authorities;
mod cases;
mod walk;
