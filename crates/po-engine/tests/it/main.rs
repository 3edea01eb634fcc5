//! The facade: what it exports, what it must not hold, and that results do not depend on who computes them; and the
//! engine that runs bar by bar.

#[cfg(all(feature = "correlation", feature = "hrp"))]
mod codependence;
#[cfg(any(feature = "convex", feature = "hrp", feature = "risk-budget"))]
mod determinism;
mod facade;
#[cfg(all(feature = "correlation", feature = "hrp"))]
mod listed;
#[cfg(all(feature = "correlation", feature = "hrp"))]
mod listings;
#[cfg(all(
    feature = "stream",
    feature = "convex",
    feature = "hrp",
    feature = "risk-budget",
    feature = "tail"
))]
mod stream;
