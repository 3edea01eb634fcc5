//! The first guess: the optimum of a programme with one factor, which costs next to nothing.

use po_core::nalgebra::DMatrixView;

use super::form::{Form, System};
use crate::Program;

/// Specific risk is at least this share of an asset's variance, so that the guess has no pole.
const LEAST_SPECIFIC: f64 = 0.05;

/// `H ~ β β' + diag(d)`: β from the row sums, as if the equal-weight portfolio were the market.
#[derive(Clone, Debug, Default)]
pub(crate) struct OneFactor {
    /// The factorisation of the guess, which has another size than that of the programme.
    pub(super) system: System,
    loadings: Vec<f64>,
    specific: Vec<f64>,
    all: Vec<usize>,
    ones: Vec<f64>,
    product: Vec<f64>,
}

impl OneFactor {
    pub(crate) fn fit(&mut self, program: &Program<'_>, form: &Form<'_>) -> Form<'_> {
        let assets = program.len();
        self.all.clear();
        self.all.extend(0..assets);
        self.ones.clear();
        self.ones.resize(assets, 1.0);
        self.loadings.clear();
        self.loadings.resize(assets, 0.0);
        form.add_product(&self.all, &self.ones, &mut self.product, &mut self.loadings);
        let market: f64 = self.loadings.iter().sum();
        let root = if market > 0.0 { market.sqrt() } else { f64::INFINITY };
        self.loadings.iter_mut().for_each(|loading| *loading /= root);
        self.specific.clear();
        self.specific.extend(self.loadings.iter().enumerate().map(|(asset, loading)| {
            let variance = form.diagonal(asset);
            (variance - loading * loading).max(LEAST_SPECIFIC * variance)
        }));
        let loadings = DMatrixView::from_slice(&self.loadings, assets, 1);
        Form::Factor { scale: 1.0, loadings, specific: &self.specific }
    }
}
