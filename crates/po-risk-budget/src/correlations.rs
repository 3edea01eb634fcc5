//! What the solvers need to know about the correlations of the assets.

use pulp::{Arch, Simd, WithSimd};

use crate::lanes::Eight;

/// The correlations C of the assets with a budget, whole or by factors; short assets with their sign turned.
///
/// Vectors are padded at the front; the padding is uncorrelated with everything.
pub(crate) trait Correlations {
    /// Looks anew at how the assets of a block answer to each other; needed once before the first sweep.
    fn couple<S: Simd>(&mut self, simd: S, y: &[Eight], budget: &[Eight]);

    /// Minimises `½ y'C y - Σ b ln y` over each coordinate in turn.
    fn sweep<S: Simd>(&mut self, simd: S, y: &mut [Eight], budget: &[Eight]);

    /// `product = C y`.
    fn multiply<S: Simd>(&mut self, simd: S, y: &[Eight], product: &mut [Eight]);

    /// Decomposes `C + diag(curvature)`; where that is not positive definite, tells the first asset that shows it,
    /// if there is one to blame.
    fn decompose(&mut self, curvature: &[Eight]) -> Result<(), Option<usize>>;

    /// Solves with what was decomposed last.
    fn solve(&mut self, right_hand_side: &[Eight], solution: &mut Vec<Eight>);

    /// How many sweeps take as long as one decomposition.
    fn sweeps_per_decomposition(&self) -> f64;
}

/// `product = C y`.
pub(crate) fn multiply<C: Correlations>(correlations: &mut C, y: &[Eight], product: &mut [Eight]) {
    struct Multiply<'a, C> {
        correlations: &'a mut C,
        y: &'a [Eight],
        product: &'a mut [Eight],
    }
    impl<C: Correlations> WithSimd for Multiply<'_, C> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            self.correlations.multiply(simd, self.y, self.product);
        }
    }
    Arch::new().dispatch(Multiply { correlations, y, product });
}
