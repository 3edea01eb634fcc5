//! Portfolios moved as little as it takes to survive a stress.

mod allocate;
mod decision;
mod frame;
mod params;

pub use allocate::{OverlayInput, TailOverlay, TailOverlayScratch};
pub use decision::OverlayDecision;
pub use params::{OverlayCost, TailOverlayParams};
