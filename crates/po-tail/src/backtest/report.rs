//! All tests of a series of forecasts at once.

use std::fmt;

use po_core::Confidence;

use super::kupiec::check_significance;
use super::{
    AcerbiSzekely, AcerbiSzekelyParams, ChiSquareTest, Christoffersen, ConditionalCalibration, Durations,
    DynamicQuantileParams, ExceedanceResiduals, FirstFailure, Forecasts, Kupiec, LossScale, MixedKupiec,
    MonteCarlo, Score, ShortfallNull, ShortfallTest, TrafficLight, VarRegressor, acerbi_szekely,
    christoffersen, conditional_calibration, durations, dynamic_quantile, exceedance_residuals,
    first_failure, kupiec, mixed_kupiec, scores, traffic_light,
};
use crate::Error;

/// Settings of [`backtest`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `significance` | 0.05 | (0, 1) | at which p-values the verdict rejects |
/// | `lags` | 4 | 0 or more | how many days back violations are regressors of the dynamic quantile test |
/// | `var` | `Current` | [`VarRegressor`] | which forecasts of value at risk are |
/// | `null` | Student's t, 5 degrees | [`ShortfallNull`] | how losses are distributed for Z1, Z2 and `Z_ES` |
/// | `simulation` | 999 samples | [`MonteCarlo`] | how p-values are simulated |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct BacktestParams {
    /// At which p-values the verdict rejects.
    pub significance: f64,
    /// How many days back violations are regressors of the dynamic quantile test.
    pub lags: usize,
    /// Which forecasts of value at risk are.
    pub var: VarRegressor,
    /// How losses are distributed for Z1, Z2 and `Z_ES`, were the forecasts right.
    pub null: ShortfallNull,
    /// How p-values are simulated.
    pub simulation: MonteCarlo,
}

impl Default for BacktestParams {
    fn default() -> Self {
        let DynamicQuantileParams { lags, var, simulation } = DynamicQuantileParams::default();
        Self { significance: 0.05, lags, var, null: ShortfallNull::default(), simulation }
    }
}

/// What all tests say about a series of forecasts; as text, a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// At which p-values the verdict rejects.
    pub significance: f64,
    /// The number of violations.
    pub kupiec: Kupiec,
    /// The supervisors' zone.
    pub traffic_light: TrafficLight,
    /// The first violation.
    pub first_failure: FirstFailure,
    /// Violations after violations.
    pub christoffersen: Christoffersen,
    /// The days between violations.
    pub durations: Durations,
    /// The wait for each violation.
    pub mixed_kupiec: MixedKupiec,
    /// Whether violations can be foreseen; none for fewer days than its regression needs.
    pub dynamic_quantile: Option<ChiSquareTest>,
    /// The size of violations; this and what follows is none without forecasts of expected shortfall.
    pub acerbi_szekely: Option<AcerbiSzekely>,
    /// Their mean, over the expected shortfall of their days; none for fewer than two violations.
    pub exceedance_residuals: Option<ExceedanceResiduals>,
    /// Both forecasts together, scaled by the expected shortfall.
    pub conditional_calibration: Option<ConditionalCalibration>,
    /// The mean tick loss.
    pub tick: f64,
    /// The mean joint score of zero degree.
    pub fz0: Option<f64>,
    /// The mean asymmetric Laplace score.
    pub asymmetric_laplace: Option<f64>,
}

/// A test of a [`Backtest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tested {
    /// [`Kupiec::test`].
    Proportion,
    /// [`FirstFailure::test`].
    FirstFailure,
    /// [`Christoffersen::independence`].
    Independence,
    /// [`Christoffersen::conditional_coverage`].
    ConditionalCoverage,
    /// [`Durations::independence`].
    DurationIndependence,
    /// [`Durations::conditional_coverage`].
    DurationCoverage,
    /// [`MixedKupiec::mixed`].
    MixedKupiec,
    /// [`dynamic_quantile`].
    DynamicQuantile,
    /// [`AcerbiSzekely::z1`].
    Z1,
    /// [`AcerbiSzekely::z2`].
    Z2,
    /// [`AcerbiSzekely::z_es`].
    ZEs,
    /// [`ExceedanceResiduals`].
    ExceedanceResiduals,
    /// [`ConditionalCalibration::simple`].
    Calibration,
    /// [`ConditionalCalibration::general`].
    GeneralCalibration,
}

impl fmt::Display for Tested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Proportion => "Kupiec proportion of failures",
            Self::FirstFailure => "Kupiec time until first failure",
            Self::Independence => "Christoffersen independence",
            Self::ConditionalCoverage => "Christoffersen conditional coverage",
            Self::DurationIndependence => "duration independence",
            Self::DurationCoverage => "duration conditional coverage",
            Self::MixedKupiec => "Haas mixed Kupiec",
            Self::DynamicQuantile => "dynamic quantile",
            Self::Z1 => "Acerbi-Szekely Z1",
            Self::Z2 => "Acerbi-Szekely Z2",
            Self::ZEs => "Acerbi-Szekely Z_ES",
            Self::ExceedanceResiduals => "McNeil-Frey exceedance residuals",
            Self::Calibration => "Nolde-Ziegel calibration",
            Self::GeneralCalibration => "Nolde-Ziegel general calibration",
        })
    }
}

/// One test of a [`Backtest`], as in its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The test.
    pub test: Tested,
    /// Its statistic.
    pub statistic: f64,
    /// The p-value of large samples, where there is one.
    pub asymptotic: Option<f64>,
    /// The p-value for this number of days, enumerated or simulated, where there is one.
    pub exact: Option<f64>,
}

impl Line {
    /// The p-value to judge by: the one for this number of days where there is one.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.exact.or(self.asymptotic)
    }

    fn chi_square(test: Tested, found: &ChiSquareTest) -> Self {
        Self { test, statistic: found.statistic, asymptotic: Some(found.asymptotic), exact: found.exact }
    }

    fn shortfall(test: Tested, found: &ShortfallTest) -> Self {
        Self { test, statistic: found.statistic, asymptotic: None, exact: found.p_value }
    }
}

/// Which tests reject the forecasts.
///
/// Each rejects right forecasts with the probability of the significance; that one of them does is more
/// probable.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// At which p-values tests reject.
    pub significance: f64,
    /// The tests that do.
    pub rejected: Vec<Tested>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Per cent as a person would write them: without the last digits, which are rounding.
        write!(f, "rejected at {} %: ", (self.significance * 1e6).round() / 1e4)?;
        if self.rejected.is_empty() {
            return f.write_str("by no test");
        }
        self.rejected
            .iter()
            .enumerate()
            .try_for_each(|(place, test)| write!(f, "{}{test}", if place == 0 { "" } else { ", " }))
    }
}

impl Backtest {
    /// The tests that could be made, in the order of the table.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let chi_square = |test, found: &ChiSquareTest| Some(Line::chi_square(test, found));
        let acerbi = self.acerbi_szekely.as_ref();
        let calibration = self.conditional_calibration.as_ref();
        let residuals = self.exceedance_residuals.as_ref().map(|found| Line {
            test: Tested::ExceedanceResiduals,
            statistic: found.statistic,
            asymptotic: Some(found.asymptotic),
            exact: found.bootstrap,
        });
        let z1 = acerbi.and_then(|found| found.z1.as_ref());
        let lines = [
            chi_square(Tested::Proportion, &self.kupiec.test),
            chi_square(Tested::FirstFailure, &self.first_failure.test),
            chi_square(Tested::Independence, &self.christoffersen.independence),
            chi_square(Tested::ConditionalCoverage, &self.christoffersen.conditional_coverage),
            chi_square(Tested::DurationIndependence, &self.durations.independence),
            chi_square(Tested::DurationCoverage, &self.durations.conditional_coverage),
            chi_square(Tested::MixedKupiec, &self.mixed_kupiec.mixed),
            self.dynamic_quantile.as_ref().map(|found| Line::chi_square(Tested::DynamicQuantile, found)),
            z1.map(|found| Line::shortfall(Tested::Z1, found)),
            acerbi.map(|found| Line::shortfall(Tested::Z2, &found.z2)),
            acerbi.map(|found| Line::shortfall(Tested::ZEs, &found.z_es)),
            residuals,
            calibration.map(|found| Line::chi_square(Tested::Calibration, &found.simple)),
            calibration.map(|found| Line::chi_square(Tested::GeneralCalibration, &found.general)),
        ];
        lines.into_iter().flatten().collect()
    }

    /// Which tests reject the forecasts at the significance of the settings.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let rejects = |line: &Line| line.p_value().is_some_and(|p_value| p_value <= self.significance);
        let rejected = self.lines().iter().filter(|line| rejects(line)).map(|line| line.test).collect();
        Verdict { significance: self.significance, rejected }
    }
}

impl fmt::Display for Backtest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kupiec { days, violations, expected, .. } = self.kupiec;
        let light = &self.traffic_light;
        writeln!(f, "{days} days, {violations} violations, {expected:.1} expected")?;
        writeln!(f, "traffic light: {}, multiplier {:.2}", light.zone, light.multiplier)?;
        if let Some(found) = &self.acerbi_szekely {
            writeln!(f, "zone of Z2: {}", found.zone)?;
        }
        writeln!(f, "{:<36}{:>11}{:>13}{:>10}", "test", "statistic", "p asymptotic", "p exact")?;
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
        for line in self.lines() {
            let (asymptotic, exact) = (number(line.asymptotic), number(line.exact));
            writeln!(f, "{:<36}{:>11.4}{asymptotic:>13}{exact:>10}", line.test, line.statistic)?;
        }
        write!(f, "mean scores: tick {:.6}", self.tick)?;
        if let (Some(fz0), Some(laplace)) = (self.fz0, self.asymmetric_laplace) {
            write!(f, ", FZ0 {fz0:.4}, asymmetric Laplace {laplace:.4}")?;
        }
        writeln!(f)?;
        write!(f, "{}", self.verdict())
    }
}

/// Tests forecasts in all ways.
///
/// What cannot be told for want of violations, days, or forecasts of expected shortfall is none.
///
/// # Errors
/// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for the significance; those of
/// [`acerbi_szekely`] for the null.
///
/// # Cost
/// O(T k²) for each simulation, with k lags.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{BacktestParams, Forecasts, Tested, Zone, backtest};
///
/// // Ten violations in a row in 250 days at 99 %.
/// let returns: Vec<f64> = (0..250).map(|day| if (100..110).contains(&day) { -0.03 } else { 0.001 }).collect();
/// let forecasts = Forecasts::new(&returns, &[0.02; 250], Some(&[0.025; 250]))?;
/// let found = backtest(&forecasts, Confidence::new(0.99)?, &BacktestParams::default())?;
/// assert_eq!((found.kupiec.violations, found.traffic_light.zone), (10, Zone::Red));
/// let rejected = found.verdict().rejected;
/// assert!(rejected.contains(&Tested::Proportion) && rejected.contains(&Tested::Independence));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// As told at each test.
///
/// # Settings
/// [`BacktestParams`]
pub fn backtest(
    forecasts: &Forecasts<'_>,
    confidence: Confidence,
    params: &BacktestParams,
) -> Result<Backtest, Error> {
    let &BacktestParams { significance, lags, var, ref null, simulation } = params;
    check_significance(significance)?;
    let violations = forecasts.violations();
    let (days, count) = (violations.days(), violations.count());
    let regression = DynamicQuantileParams { lags, var, simulation };
    let shortfall = AcerbiSzekelyParams { null: null.clone(), simulation };
    let told = forecasts.cvar().is_some();
    let scale = LossScale::Shortfall;
    let mean = |score: Score| -> Result<f64, Error> {
        Ok(scores(forecasts, confidence, score)?.iter().sum::<f64>() / days as f64)
    };
    Ok(Backtest {
        significance,
        kupiec: kupiec(days, count, confidence)?,
        traffic_light: traffic_light(days, count, confidence)?,
        first_failure: first_failure(&violations, confidence),
        christoffersen: christoffersen(&violations, confidence),
        durations: durations(&violations, confidence, &simulation),
        mixed_kupiec: mixed_kupiec(&violations, confidence, &simulation),
        dynamic_quantile: possible(dynamic_quantile(forecasts, confidence, &regression))?,
        acerbi_szekely: told.then(|| acerbi_szekely(forecasts, confidence, &shortfall)).transpose()?,
        exceedance_residuals: match told {
            true => possible(exceedance_residuals(forecasts, scale, &simulation))?,
            false => None,
        },
        conditional_calibration: told
            .then(|| conditional_calibration(forecasts, confidence, scale))
            .transpose()?,
        tick: mean(Score::Tick)?,
        fz0: told.then(|| mean(Score::Fz0)).transpose()?,
        asymmetric_laplace: told.then(|| mean(Score::AsymmetricLaplace)).transpose()?,
    })
}

/// Too few days or violations for a test are no reason to leave the others out.
fn possible<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Err(Error::TooFew { .. }) => Ok(None),
        other => other.map(Some),
    }
}
