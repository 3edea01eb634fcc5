//! What is decided of one asset.

/// Whether an asset is held, and on which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Open,
    Out,
    /// Held on either side, where no least position tells them apart.
    Held,
    Long,
    Short,
}

impl Place {
    pub(super) fn is_held(self) -> bool {
        matches!(self, Self::Held | Self::Long | Self::Short)
    }
}
