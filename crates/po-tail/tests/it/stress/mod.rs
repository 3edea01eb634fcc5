//! Stresses and entropy pooling.

mod golden;
mod pooling;
mod properties;
mod shocks;
mod words;
