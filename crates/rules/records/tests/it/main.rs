//! Scenes of the clinical record: what arrives, in which order, and what stands afterwards.

mod folding;
mod scene;
