//! How programmes in conditional value at risk are solved.

mod certificate;
mod conclude;
mod interior;
mod iterate;
mod known;
mod newton;
mod pairs;
mod piece;
mod polish;
mod residuals;
mod restrict;
mod restricted;
mod search;
mod start;
mod tail;

pub(super) use search::Search;
