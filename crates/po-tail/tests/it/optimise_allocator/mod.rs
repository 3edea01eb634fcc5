//! The allocator of tail risk: printed figures, closed forms, the frontier, refusals, and both spellings.

mod choice;
mod closed_forms;
mod frontier;
mod peers;
mod printed;
mod refusals;
mod spellings;
mod tracking;
