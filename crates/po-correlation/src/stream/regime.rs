//! The multiplier that adapts all variances at once.

/// The mean, with weights that fade, of how large squared innovations are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Regime {
    decay: f64,
    /// Weighted mean of the bias statistic, and the sum of its weights.
    mean: f64,
    weight: f64,
}

impl Regime {
    pub(super) fn new(decay: f64) -> Self {
        Self { decay, mean: 1.0, weight: 0.0 }
    }

    pub(super) fn update(&mut self, statistic: f64) {
        self.weight = self.decay * self.weight + (1.0 - self.decay);
        self.mean += (1.0 - self.decay) / self.weight * (statistic - self.mean);
    }

    /// What variances and covariances are multiplied by.
    pub(super) fn multiplier(&self) -> f64 {
        self.mean
    }

    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        [&mut self.mean, &mut self.weight].into_iter()
    }
}
