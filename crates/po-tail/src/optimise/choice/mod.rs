//! Portfolios that must choose their assets: at most so many, none too small, no two that move alike.

mod chosen;
mod node;
mod place;
mod rules;
mod search;

pub(super) use chosen::Chosen;
pub(super) use rules::Rules;
pub(super) use search::choose;
