//! The first four moments of a series.

/// The mean, and central moments divided by T.
#[derive(Clone, Copy, Debug)]
pub(super) struct Central {
    pub(super) mean: f64,
    pub(super) second: f64,
    pub(super) third: f64,
    pub(super) fourth: f64,
}

impl Central {
    /// The moments of a series with one value at least.
    pub(super) fn of(returns: &[f64]) -> Self {
        let count = returns.len() as f64;
        let origin = returns[0];
        // Taken from the first value, so that a series that never moves has no deviation by rounding.
        let mean = origin + returns.iter().map(|value| value - origin).sum::<f64>() / count;
        let mut sums = [0.0; 3];
        for value in returns {
            let deviation = value - mean;
            let square = deviation * deviation;
            sums[0] += square;
            sums[1] += square * deviation;
            sums[2] += square * square;
        }
        Self { mean, second: sums[0] / count, third: sums[1] / count, fourth: sums[2] / count }
    }

    pub(super) fn skewness(&self) -> f64 {
        self.third / (self.second * self.second.sqrt())
    }

    /// In excess of the three of the normal distribution.
    pub(super) fn kurtosis(&self) -> f64 {
        self.fourth / (self.second * self.second) - 3.0
    }
}

/// The mean, and the standard deviation by T-1, of a series with two values at least.
pub(crate) fn mean_and_deviation(returns: &[f64]) -> (f64, f64) {
    let count = returns.len() as f64;
    let Central { mean, second, .. } = Central::of(returns);
    (mean, (second * count / (count - 1.0)).sqrt())
}
