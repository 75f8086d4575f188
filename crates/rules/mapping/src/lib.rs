//! From a format's content to records; one mapping a file. (In work by helper I; helper A: leave this crate alone, see plan.)
