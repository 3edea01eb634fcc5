//! What each holding earned.

mod attribute;
mod attribution;
mod hold;
mod input;

pub use attribute::{asset_attribution, asset_attribution_into};
pub use attribution::{AssetAttribution, AssetLine};
pub use hold::{HoldInput, HoldWeights, buy_and_hold, buy_and_hold_into};
pub use input::AssetInput;
