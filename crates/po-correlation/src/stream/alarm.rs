//! The alarm that correlations have broken down.

use po_core::linalg::Cholesky;
use po_core::{Covariance, InputError};

use super::Decay;
use super::input::check_bar;
use crate::Error;

/// Standardised statistics are cut here, so that one bar alone does not raise the alarm.
const LARGEST_STEP: f64 = 3.0;

/// Siegmund's correction for what a sum overshoots its threshold by, on both sides.
const OVERSHOOT: f64 = 1.166;

/// Settings of [`BreakdownAlarm`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `bars_between_false_alarms` | 1,000 | 10 to 1e9 | how often, on average, it may cry wolf |
/// | `shift` | 1 | 0.1 to 5 | the change of the mean to be found soonest, in standard deviations |
/// | `memory` | half-life 250 | [`Decay`] | how fast the mean and the deviation of the statistic forget |
/// | `warm_up` | 60 | 10 or more | bars from which these are learnt before the test begins |
/// | `shrinkage` | 0.1 | (0, 1] | weight of the identity in the correlation that is inverted |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct BreakdownAlarmParams {
    /// How often, on average, it may cry wolf.
    pub bars_between_false_alarms: f64,
    /// The change of the mean to be found soonest, in standard deviations.
    pub shift: f64,
    /// How fast the mean and the deviation of the statistic forget.
    pub memory: Decay,
    /// Bars from which these are learnt before the test begins.
    pub warm_up: u32,
    /// Weight of the identity in the correlation that is inverted.
    pub shrinkage: f64,
}

impl Default for BreakdownAlarmParams {
    fn default() -> Self {
        Self {
            bars_between_false_alarms: 1000.0,
            shift: 1.0,
            memory: Decay::HalfLife(250.0),
            warm_up: 60,
            shrinkage: 0.1,
        }
    }
}

impl BreakdownAlarmParams {
    fn check(&self) -> Result<(), InputError> {
        self.memory.check()?;
        let check = |name, value: f64, expected, sound: bool| {
            if sound { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
        };
        let between = self.bars_between_false_alarms;
        check(
            "the number of bars between false alarms",
            between,
            "a number in [10, 1e9]",
            (10.0..=1e9).contains(&between),
        )?;
        check("the shift", self.shift, "a number in [0.1, 5]", (0.1..=5.0).contains(&self.shift))?;
        check("the number of bars to warm up", f64::from(self.warm_up), "10 or more", self.warm_up >= 10)?;
        let shrinkage = self.shrinkage;
        check("the shrinkage", shrinkage, "a number in (0, 1]", shrinkage > 0.0 && shrinkage <= 1.0)
    }
}

/// What the alarm says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Breakdown {
    /// Assets move apart that were expected to move together.
    Apart,
    /// Assets move together more than expected: diversification fails.
    Together,
}

/// A sequential test of whether returns still have the correlation that was foretold.
///
/// ```text
/// q_t  = z_t' z_t / z_t' R_t⁻¹ z_t        z_it = r_it / σ_it, R_t the correlation foretold, shrunk
/// y_t  = (ln q_t - mean) / deviation      of the past, with weights that fade; cut to [-3, 3]
/// u_t  = max(0, u_t-1 + y_t - shift / 2)  Together, when above h
/// l_t  = max(0, l_t-1 - y_t - shift / 2)  Apart, when above h
/// ```
///
/// q compares how large the returns are with how large they are to the correlation: a bar on which all
/// volatilities double leaves it as it is, under any elliptical distribution, and so the alarm hears
/// correlations alone. It learns the mean and the deviation of ln q, because a correlation that is estimated
/// makes both differ from theory. After an alarm the sums begin anew. Where the correlation foretold is the
/// identity, q is always 1, and nothing can be heard.
///
/// The threshold h follows from the bars between false alarms by Siegmund's approximation for normal steps,
/// for which a one-sided sum takes `(exp(s b) - s b - 1) / (s² / 2)` bars, with s the shift and `b = h +
/// 1.166`, and two sums half of that.
///
/// # Shapes and units
/// A covariance for the bar, known before it, and the returns of the bar; NaN is missing.
///
/// # Cost
/// N³/3 multiplications for the Cholesky decomposition of R.
///
/// # Examples
/// ```
/// use po_correlation::{BreakdownAlarm, BreakdownAlarmParams};
///
/// let alarm = BreakdownAlarm::new(BreakdownAlarmParams::default())?;
/// assert!((alarm.threshold() - 5.75).abs() < 0.01);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Page (1954) for the sums; Siegmund, *Sequential Analysis* (1985), chapter 2, for the threshold; the
/// ratio is ours.
///
/// # Settings
/// [`BreakdownAlarmParams`].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "super::snapshot::AlarmState", into = "super::snapshot::AlarmState")
)]
pub struct BreakdownAlarm {
    params: BreakdownAlarmParams,
    threshold: f64,
    /// Bars on which there was a statistic.
    bars: u64,
    /// Weighted mean and variance of the statistic, and the sum of the weights.
    mean: f64,
    variance: f64,
    weight: f64,
    /// The sums for either side: together, apart.
    sums: [f64; 2],
    work: Work,
}

#[derive(Clone, Debug, Default)]
struct Work {
    /// The assets seen that move at all.
    seen: Vec<usize>,
    deviations: Vec<f64>,
    innovations: Vec<f64>,
    solution: Vec<f64>,
    cholesky: Cholesky,
}

impl BreakdownAlarm {
    /// An alarm that has seen nothing yet.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a setting out of its range.
    pub fn new(params: BreakdownAlarmParams) -> Result<Self, Error> {
        params.check()?;
        Ok(Self {
            threshold: threshold(params.shift, 2.0 * params.bars_between_false_alarms),
            bars: 0,
            mean: 0.0,
            variance: 0.0,
            weight: 0.0,
            sums: [0.0; 2],
            work: Work::default(),
            params,
        })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &BreakdownAlarmParams {
        &self.params
    }

    /// What a sum must exceed to raise the alarm.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Bars taken in on which two assets or more were seen.
    #[must_use]
    pub fn bars(&self) -> u64 {
        self.bars
    }

    /// The sum that grows as assets move together.
    #[must_use]
    pub fn together(&self) -> f64 {
        self.sums[0]
    }

    /// The sum that grows as assets move apart.
    #[must_use]
    pub fn apart(&self) -> f64 {
        self.sums[1]
    }

    /// Takes in the returns of a bar and the covariance that was foretold for it; tells whether the alarm is
    /// raised.
    ///
    /// A bar on which fewer than two assets were seen says nothing.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one return per asset of the covariance;
    /// [`InputError::NotFinite`] and [`InputError::AssetOutOfRange`] for a return that is infinite or beyond
    /// 1e100; [`InputError::NotPositiveDefinite`] when the matrix is far from positive semidefinite.
    pub fn update(&mut self, foretold: &Covariance, returns: &[f64]) -> Result<Option<Breakdown>, Error> {
        check_bar(foretold.len(), self.bars, returns)?;
        let Some(statistic) = self.statistic(foretold, returns)? else { return Ok(None) };
        let deviation = self.variance.sqrt();
        let warm = self.bars >= u64::from(self.params.warm_up) && deviation > 0.0;
        let step = if warm { (statistic - self.mean) / deviation } else { 0.0 };

        self.bars += 1;
        let decay = self.params.memory.factor();
        self.weight = decay * self.weight + (1.0 - decay);
        let gain = (1.0 - decay) / self.weight;
        let surprise = statistic - self.mean;
        self.mean += gain * surprise;
        self.variance = (1.0 - gain) * (self.variance + gain * surprise * surprise);
        if !warm {
            return Ok(None);
        }
        let step = step.clamp(-LARGEST_STEP, LARGEST_STEP);
        let drift = 0.5 * self.params.shift;
        let [together, apart] = &mut self.sums;
        *together = (*together + step - drift).max(0.0);
        *apart = (*apart - step - drift).max(0.0);
        let alarm = if *together > self.threshold {
            Some(Breakdown::Together)
        } else {
            (*apart > self.threshold).then_some(Breakdown::Apart)
        };
        if alarm.is_some() {
            self.sums = [0.0; 2];
        }
        Ok(alarm)
    }

    /// The logarithm of the ratio of two sizes of the bar; none without two assets that move.
    fn statistic(&mut self, foretold: &Covariance, returns: &[f64]) -> Result<Option<f64>, InputError> {
        let Work { seen, deviations, innovations, solution, cholesky } = &mut self.work;
        seen.clear();
        deviations.clear();
        innovations.clear();
        for (asset, value) in returns.iter().enumerate() {
            let variance = foretold.column(asset)[asset];
            if !value.is_nan() && variance > 0.0 {
                seen.push(asset);
                deviations.push(variance.sqrt());
                innovations.push(value / variance.sqrt());
            }
        }
        let size = innovations.iter().map(|innovation| innovation * innovation).sum::<f64>();
        if seen.len() < 2 || size <= f64::MIN_POSITIVE || !size.is_finite() {
            return Ok(None);
        }
        let of_others = 1.0 - self.params.shrinkage;
        cholesky.factor_columns(seen.len(), |col, below| {
            let column = foretold.column(seen[col]);
            let own = of_others / deviations[col];
            for ((entry, &asset), deviation) in below.iter_mut().zip(&seen[col..]).zip(&deviations[col..]) {
                *entry = column[asset] * own / deviation;
            }
            below[0] = 1.0;
        })?;
        solution.resize(seen.len(), 0.0);
        cholesky.solve_into(innovations, solution)?;
        let distance = innovations.iter().zip(&*solution).map(|(a, b)| a * b).sum::<f64>();
        let statistic = (size / distance).ln();
        Ok(statistic.is_finite().then_some(statistic))
    }

    /// Every number of the state, in a fixed order.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        [&mut self.mean, &mut self.variance, &mut self.weight].into_iter().chain(&mut self.sums)
    }

    /// The least number that must not be negative.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, bars: u64) -> f64 {
        self.bars = bars;
        self.sums.iter().fold(self.variance.min(self.weight), |least, &sum| least.min(sum))
    }
}

/// What a sum of normal steps of drift -s/2 exceeds once in so many bars.
fn threshold(shift: f64, bars: f64) -> f64 {
    let between = |threshold: f64| {
        let power = shift * (threshold + OVERSHOOT);
        (power.exp() - power - 1.0) / (0.5 * shift * shift)
    };
    // The time between alarms grows with the threshold, and is beyond 1e9 bars at the upper end for every
    // shift.
    let (mut low, mut high) = (0.0, 1000.0_f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if between(middle) < bars {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
