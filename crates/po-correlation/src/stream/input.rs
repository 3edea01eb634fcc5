//! Checks of one bar of returns.

use po_core::InputError;

/// Beyond this, squares of squares would overflow.
const LARGEST: f64 = 1e100;

/// Whether a bar has one return for each asset, and no return that is infinite or absurd; NaN is missing.
pub(super) fn check_bar(assets: usize, bar: u64, returns: &[f64]) -> Result<(), InputError> {
    if returns.len() != assets {
        let (expected, actual) = (assets, returns.len());
        return Err(InputError::LengthMismatch { what: "the list of returns", expected, actual });
    }
    // All are looked at before one is sought: a loop that stops nowhere is vectorised.
    if !returns.iter().fold(false, |any, value| any | (value.abs() > LARGEST)) {
        return Ok(());
    }
    let asset = returns.iter().take_while(|value| value.is_nan() || value.abs() <= LARGEST).count();
    let value = returns[asset];
    if value.is_infinite() {
        let row = usize::try_from(bar).unwrap_or(usize::MAX);
        return Err(InputError::NotFinite { what: "the return", row, asset, value });
    }
    let (name, expected) = ("the return", "a number in [-1e100, 1e100]");
    Err(InputError::AssetOutOfRange { name, asset, value, expected })
}

/// Whether some assets are there, in ascending order.
pub(crate) fn check_selection(assets: usize, selection: &[usize]) -> Result<(), InputError> {
    if selection.is_empty() {
        return Err(InputError::Empty { what: "the list of assets" });
    }
    if let Some(pair) = selection.windows(2).find(|pair| pair[0] >= pair[1]) {
        let (name, expected) = ("an index in the list of assets", "more than the index before it");
        return Err(InputError::OutOfRange { name, value: pair[1] as f64, expected });
    }
    selection.last().map_or(Ok(()), |&last| check_asset(assets, last))
}

/// Whether there is such an asset.
pub(super) fn check_asset(assets: usize, asset: usize) -> Result<(), InputError> {
    if asset < assets {
        return Ok(());
    }
    let (name, expected) = ("the index of the asset", "less than the number of assets");
    Err(InputError::OutOfRange { name, value: asset as f64, expected })
}
