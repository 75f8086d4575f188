//! The decision seen from outside: regulation files, the decision table, reading entries, laws that hold for all inputs.

mod decision_table;
mod entries;
mod laws;
mod regulation;
mod scene;
