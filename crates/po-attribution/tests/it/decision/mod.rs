//! What each decision earned, what each constraint costs, and what was lost on the way to the market.

mod constraints;
mod shortfall;
mod waterfall;
