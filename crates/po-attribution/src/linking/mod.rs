//! Effects of single periods, linked to those of all of them.

mod geometric;
mod growth;
mod history;
mod link;
mod linked;
mod linker;
mod method;

pub use geometric::{GeometricLinker, LinkedGeometric};
pub use history::EffectHistory;
pub use link::{LinkScratch, link, link_into};
pub use linked::LinkedEffects;
pub use linker::Linker;
pub use method::LinkingMethod;
