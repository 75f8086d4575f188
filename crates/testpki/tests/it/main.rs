//! The test PKI as other programs see it: OpenSSL, NSS and a keystore library read what it writes.

mod outside;
