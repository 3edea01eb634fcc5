//! What each holding earned, over a history.

mod errors;
mod golden;
mod hold;
mod properties;
