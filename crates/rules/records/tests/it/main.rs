//! Scenes of the clinical record: what arrives, in which order, and what stands and shows afterwards.

mod bodies;
mod calendar;
mod cultures;
mod diagnoses;
mod encounters;
mod folding;
mod hiding;
mod hiding_parts;
mod identity;
mod laboratory;
mod medicines;
mod properties;
mod scene;
mod warnings;
