//! Stresses and entropy pooling.

mod golden;
mod pooling;
mod properties;
mod words;
