//! How well a generalised Pareto distribution describes a sample that it was fitted to.

use super::limit::Limit;
use super::params::GoodnessStatistic;

impl GoodnessStatistic {
    /// The statistic of excesses in ascending order, all above zero, under a generalised Pareto distribution.
    ///
    /// ```text
    /// A² = -n - 1/n Σ (2i-1) (ln F(x_i) + ln(1 - F(x_{n+1-i})))
    /// W² = 1/(12n) + Σ (F(x_i) - (2i-1)/(2n))²
    /// ```
    ///
    /// Infinite where an excess lies beyond the end of the distribution.
    ///
    /// # Examples
    /// ```
    /// use po_tail::GoodnessStatistic;
    ///
    /// // A uniform distribution is generalised Pareto with shape -1; here each point is where it is expected.
    /// let excesses = [0.125, 0.375, 0.625, 0.875];
    /// let statistic = GoodnessStatistic::CramerVonMises.of_ascending(&excesses, -1.0, 1.0);
    /// assert!((statistic - 1.0 / 48.0).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn of_ascending(self, excesses: &[f64], shape: f64, scale: f64) -> f64 {
        let count = excesses.len() as f64;
        let weighted = |index: usize| (2 * index + 1) as f64;
        match self {
            Self::AndersonDarling => {
                let mut total = 0.0;
                for (index, &excess) in excesses.iter().enumerate() {
                    let log_survival = log_survival(excess, shape, scale);
                    // The excess is the i-th from below, and the (n+1-i)-th from above.
                    let from_above = excesses.len() - 1 - index;
                    total += weighted(index) * (-log_survival.exp_m1()).ln();
                    total += weighted(from_above) * log_survival;
                }
                -count - total / count
            }
            Self::CramerVonMises => {
                let expected = |index: usize| weighted(index) / (2.0 * count);
                let square = |(index, &excess): (usize, &f64)| {
                    let log_survival = log_survival(excess, shape, scale);
                    if log_survival == f64::NEG_INFINITY {
                        return f64::INFINITY;
                    }
                    (-log_survival.exp_m1() - expected(index)).powi(2)
                };
                1.0 / (12.0 * count) + excesses.iter().enumerate().map(square).sum::<f64>()
            }
        }
    }

    /// How probable a statistic of this size or greater is, when the generalised Pareto distribution is right
    /// and both of its parameters were fitted by maximum likelihood to a large sample.
    ///
    /// The limit is a sum of independent `χ²` variables of one degree of freedom, weighted with the eigenvalues of
    /// the covariance of the empirical process; its Laplace transform is known in closed form and inverted
    /// numerically, to about 1e-6. It depends on the shape alone.
    /// From 25 excesses on it serves for samples (Choulakian and Stephens).
    ///
    /// # Shapes and units
    /// A shape below -1/2, where maximum likelihood has no limit of this kind, is taken as -1/2, as the tables
    /// do.
    ///
    /// # Examples
    /// ```
    /// use po_tail::GoodnessStatistic;
    ///
    /// // The tables of Choulakian and Stephens print 0.974 at five per cent for an exponential tail.
    /// let p_value = GoodnessStatistic::AndersonDarling.p_value(0.974, 0.0);
    /// assert!((p_value - 0.05).abs() < 1e-4);
    /// ```
    ///
    /// # Source
    /// Choulakian, Stephens (2001), Goodness-of-fit tests for the generalized Pareto distribution, section 3
    /// and table 2, whose `k` is minus our shape.
    #[must_use]
    pub fn p_value(self, statistic: f64, shape: f64) -> f64 {
        Limit::new(self, shape).survival(statistic)
    }
}

/// `ln(1 - F(x))`; minus infinity at and beyond the end of the distribution.
pub(super) fn log_survival(excess: f64, shape: f64, scale: f64) -> f64 {
    let scaled = excess / scale;
    let inner = shape * scaled;
    if inner <= -1.0 {
        return f64::NEG_INFINITY;
    }
    // ln(1 + ξz)/ξ is z to all digits where ξz is below the last of them.
    if inner.abs() < f64::EPSILON { -scaled } else { -inner.ln_1p() / shape }
}
