//! A table of values by date and asset.

use jiff::civil::DateTime;
use po_engine::{InputError, Panel};

/// Values by date and asset, oldest date first, as a file holds them.
///
/// # Shapes and units
/// T dates and N assets; a missing value is NaN.
#[derive(Clone, Debug)]
pub struct Table {
    /// What messages call the file.
    pub(crate) source: String,
    /// `wide` or `long`.
    pub(crate) layout: &'static str,
    pub(crate) dates: Vec<DateTime>,
    pub(crate) names: Vec<String>,
    /// One column per asset.
    pub(crate) columns: Vec<Vec<f64>>,
    /// All assets of the file, also those that were not selected.
    pub(crate) known: Vec<String>,
    /// Choices that the reader made and the user should know of.
    pub(crate) notes: Vec<String>,
}

impl Table {
    /// `wide` or `long`.
    #[must_use]
    pub fn layout(&self) -> &'static str {
        self.layout
    }

    /// The dates, ascending.
    #[must_use]
    pub fn dates(&self) -> &[DateTime] {
        &self.dates
    }

    /// The names of the assets: in the order of the selection, else of the columns, else of first appearance.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The values of one asset, oldest first, NaN where missing.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn column(&self, asset: usize) -> &[f64] {
        &self.columns[asset]
    }

    /// The values without their names, freeing each column as it is copied.
    pub(crate) fn panel(&mut self) -> Result<Panel, InputError> {
        let (rows, assets) = (self.dates.len(), self.columns.len());
        let mut entries = Vec::with_capacity(rows * assets);
        for column in std::mem::take(&mut self.columns) {
            entries.extend_from_slice(&column);
        }
        Panel::from_column_slice(rows, assets, &entries)
    }
}
