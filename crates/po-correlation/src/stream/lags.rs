//! The last bars, for the correction for serial correlation.

use po_core::simd::axpy;

/// The last L bars of N numbers each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lags {
    /// Length of a bar.
    length: usize,
    /// Where the next bar is written: the oldest one.
    next: usize,
    /// The bars, one after the other.
    bars: Vec<f64>,
}

impl Lags {
    pub(super) fn new(lags: usize, length: usize) -> Self {
        Self { length, next: 0, bars: vec![0.0; lags * length] }
    }

    fn lags(&self) -> usize {
        self.bars.len() / self.length.max(1)
    }

    /// `sum = now + 2 Σ_l (1 - l / (L + 1)) λ^(l/2) bar_{-l}`, for Bartlett's kernel on a series that fades.
    ///
    /// With weights that fade, the kernel is positive semidefinite on what the weights make of the series,
    /// `λ^(a/2) x` at age a; hence the factor `λ^(l/2)`.
    pub(super) fn weigh(&self, decay: f64, now: &[f64], sum: &mut [f64]) {
        sum.copy_from_slice(now);
        let lags = self.lags();
        let mut fade = 1.0;
        for lag in 1..=lags {
            fade *= decay.sqrt();
            let bartlett = 1.0 - lag as f64 / (lags + 1) as f64;
            let start = (self.next + lags - lag) % lags * self.length;
            axpy(2.0 * bartlett * fade, &self.bars[start..start + self.length], sum);
        }
    }

    pub(super) fn push(&mut self, bar: &[f64]) {
        let lags = self.lags();
        if lags > 0 {
            self.bars[self.next * self.length..][..self.length].copy_from_slice(bar);
            self.next = (self.next + 1) % lags;
        }
    }

    pub(super) fn forget(&mut self, place: usize) {
        self.bars.iter_mut().skip(place).step_by(self.length.max(1)).for_each(|number| *number = 0.0);
    }

    /// Every number, the oldest bar first; the next bar is then written where they begin.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        self.bars.rotate_left(self.next * self.length);
        self.next = 0;
        self.bars.iter_mut()
    }
}
