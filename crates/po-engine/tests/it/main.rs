//! The facade: what it exports, what it must not hold, and that results do not depend on who computes them.

#[cfg(feature = "hrp")]
mod determinism;
mod facade;
