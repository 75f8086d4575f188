//! Storages on disk, taken in by the small world of the testkit.

mod storages;
