//! The test PKI as other programs see it: OpenSSL, NSS and a keystore library read what it writes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod outside;
