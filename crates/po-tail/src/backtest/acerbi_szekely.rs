//! Whether losses beyond the value at risk are as great as forecast.

use po_core::Confidence;

use super::shortfall_null::Excess;
use super::{Forecasts, MonteCarlo, ShortfallNull, Zone};
use crate::Error;

/// The value of Z2 below which the yellow zone begins: the 5 % quantile, about the same for all but the
/// heaviest tails.
pub const Z2_YELLOW: f64 = -0.7;

/// The value of Z2 below which the red zone begins: the 0.01 % quantile.
pub const Z2_RED: f64 = -1.8;

/// Acerbi and Szekely's statistics of expected shortfall: about 0 where it is right, negative where it is
/// understated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AcerbiSzekely {
    /// The size of violations, whatever their number; none without violations.
    pub z1: Option<ShortfallTest>,
    /// Their size and number.
    pub z2: ShortfallTest,
    /// The minimally biased statistic, on which errors of the value at risk have next to no effect.
    pub z_es: ShortfallTest,
    /// The zone of Z2 by its fixed critical values.
    pub zone: Zone,
}

/// A statistic that rejects where it is low.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShortfallTest {
    /// The statistic.
    pub statistic: f64,
    /// The simulated probability of one so low, were the forecasts right; none where no simulation was asked
    /// for.
    pub p_value: Option<f64>,
}

/// Settings of [`acerbi_szekely`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `null` | Student's t, 5 degrees | [`ShortfallNull`] | how losses are distributed, were the forecasts right |
/// | `simulation` | 999 samples | [`MonteCarlo`] | how p-values are found |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct AcerbiSzekelyParams {
    /// How losses are distributed, were the forecasts right.
    pub null: ShortfallNull,
    /// How p-values are found.
    pub simulation: MonteCarlo,
}

/// Tests forecasts of expected shortfall by the size of losses beyond the value at risk.
///
/// ```text
/// Z1   = 1 - (1 / N) Σ_t L_t 1_t / CVaR_t
/// Z2   = 1 - (1 / (T p)) Σ_t L_t 1_t / CVaR_t
/// Z_ES = (1 / T) Σ_t [CVaR_t - VaR_t - (L_t - VaR_t) 1_t / p] / CVaR_t
/// ```
///
/// with losses L, violations `1_t`, N of them in T days, and the probability p of one. `Z_ES` is divided by the
/// forecasts day by day, so that calm and wild days count alike. P-values are of one side, that of losses
/// greater than forecast; that of Z1 is among samples that have violations.
///
/// The fixed critical values of Z2, -0.7 and -1.8, are for 250 days at 97.5 %.
///
/// # Errors
/// [`InputError::Empty`](po_core::InputError::Empty) without forecasts of expected shortfall;
/// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for degrees of freedom of 1 or less, or, with a
/// parametric null, a confidence of one half or less; [`Error::Observation`] and [`Error::TooFew`] for
/// scenarios that are not finite, or that all lie at or below their quantile.
///
/// # Cost
/// O(T) for each simulation.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{AcerbiSzekelyParams, Forecasts, acerbi_szekely};
///
/// let mut returns = [0.0; 40];
/// returns[7] = -0.03;
/// let forecasts = Forecasts::new(&returns, &[0.02; 40], Some(&[0.025; 40]))?;
/// let found = acerbi_szekely(&forecasts, Confidence::new(0.975)?, &AcerbiSzekelyParams::default())?;
/// assert!((found.z2.statistic - (1.0 - 0.03 / 0.025)).abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Acerbi and Szekely (2014), Back-testing expected shortfall, tests 1 and 2, and their table of critical
/// values; `Z_ES`: Acerbi and Szekely (2017), General properties of backtestable statistics, and (2019), The
/// minimally biased backtest for ES.
///
/// # Settings
/// [`AcerbiSzekelyParams`]
pub fn acerbi_szekely(
    forecasts: &Forecasts<'_>,
    confidence: Confidence,
    params: &AcerbiSzekelyParams,
) -> Result<AcerbiSzekely, Error> {
    let (cvar, var, tail) = (forecasts.shortfalls()?, forecasts.var(), confidence.tail());
    let violations = forecasts.violations();
    let days = || {
        forecasts.returns().iter().zip(var).zip(cvar).map(|((return_, var), cvar)| (-return_, *var, *cvar))
    };
    let mut sums = Sums::default();
    for ((loss, var, cvar), &hit) in days().zip(violations.hits()) {
        sums.add(loss, var, cvar, hit, tail);
    }
    let excesses = days()
        .filter(|(loss, var, cvar)| loss > var && cvar > var)
        .map(|(loss, var, cvar)| (loss - var) / (cvar - var));
    let excess = Excess::new(&params.null, confidence, excesses)?;
    let total = forecasts.days() as f64;
    let (z1, z2, z_es) = (sums.z1(), sums.z2(total, tail), sums.z_es(total));
    let (mut ranks, mut samples) = ([0_usize; 3], 0);
    for number in 0..params.simulation.simulations {
        let mut random = params.simulation.random(number);
        let mut drawn = Sums::default();
        for (&var, &cvar) in var.iter().zip(cvar) {
            let hit = random.uniform() < tail;
            let loss = if hit { var + (cvar - var) * excess.draw(&mut random) } else { var };
            drawn.add(loss, var, cvar, hit, tail);
        }
        if let (Some(z1), Some(other)) = (z1, drawn.z1()) {
            samples += 1;
            ranks[0] += usize::from(other <= z1 + NEAR);
        }
        ranks[1] += usize::from(drawn.z2(total, tail) <= z2 + NEAR);
        ranks[2] += usize::from(drawn.z_es(total) <= z_es + NEAR);
    }
    let simulations = params.simulation.simulations;
    let test = |statistic, rank, samples| {
        let p_value = (simulations > 0).then(|| (1 + rank) as f64 / (1 + samples) as f64);
        ShortfallTest { statistic, p_value }
    };
    let zone = match z2 {
        z2 if z2 <= Z2_RED => Zone::Red,
        z2 if z2 <= Z2_YELLOW => Zone::Yellow,
        _ => Zone::Green,
    };
    Ok(AcerbiSzekely {
        z1: z1.map(|z1| test(z1, ranks[0], samples)),
        z2: test(z2, ranks[1], simulations),
        z_es: test(z_es, ranks[2], simulations),
        zone,
    })
}

/// Sums of a sample differ by rounding from those of the same losses.
const NEAR: f64 = 1e-12;

#[derive(Default)]
struct Sums {
    hits: usize,
    /// The losses of violations over the expected shortfall.
    losses: f64,
    /// What is left of the expected shortfall, over it.
    left: f64,
}

impl Sums {
    fn add(&mut self, loss: f64, var: f64, cvar: f64, hit: bool, tail: f64) {
        self.left += (cvar - var) / cvar;
        if hit {
            self.hits += 1;
            self.losses += loss / cvar;
            self.left -= (loss - var) / (tail * cvar);
        }
    }

    fn z1(&self) -> Option<f64> {
        (self.hits > 0).then(|| 1.0 - self.losses / self.hits as f64)
    }

    fn z2(&self, days: f64, tail: f64) -> f64 {
        1.0 - self.losses / (days * tail)
    }

    fn z_es(&self, days: f64) -> f64 {
        self.left / days
    }
}
