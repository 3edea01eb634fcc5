//! Forecasts that were made with nothing but the past.

use po_core::InputError;

use super::Forecasts;
use super::forecasts::{check_shortfall, finite};
use crate::{Error, TailRisk};

/// How much of the past a forecaster sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Window {
    /// The last so many days.
    Rolling(usize),
    /// All days before, so many at first.
    Expanding(usize),
}

/// How forecasts are made day after day.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `window` | `Rolling(250)` | 1 to T - 1 days | how much of the past the forecaster sees |
/// | `refit` | 1 | 1 or more | after how many days it is asked again; until then its forecast stands |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct WalkForward {
    /// How much of the past the forecaster sees.
    pub window: Window,
    /// After how many days it is asked again; until then its forecast stands.
    pub refit: usize,
}

impl Default for WalkForward {
    fn default() -> Self {
        Self { window: Window::Rolling(250), refit: 1 }
    }
}

/// A day on which a forecaster had nothing to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The day, as an index of the returns.
    pub day: usize,
    /// Why.
    pub error: Error,
}

/// Forecasts of many days, with what came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForecastPath {
    /// The days with a forecast, as indices of the returns.
    pub days: Vec<usize>,
    /// The returns of these days.
    pub returns: Vec<f64>,
    /// The value at risk that was forecast for each.
    pub var: Vec<f64>,
    /// The expected shortfall that was forecast for each.
    pub cvar: Vec<f64>,
    /// The other days.
    pub failures: Vec<Failure>,
}

impl ForecastPath {
    /// The forecasts, to be tested.
    ///
    /// # Errors
    /// As [`Forecasts::new`]: [`InputError::Empty`] where the forecaster failed on all days.
    pub fn forecasts(&self) -> Result<Forecasts<'_>, Error> {
        Forecasts::new(&self.returns, &self.var, Some(&self.cvar))
    }
}

/// Makes forecasts day after day, each from the days before it alone.
///
/// For the day `t`, the forecaster gets the returns of the window that ends on day `t - 1`, and `t`; it cannot
/// see day `t`, because it is not handed it. A day on which it fails, or on which what it says is no forecast,
/// is recorded, and it is asked again on the next.
///
/// # Shapes and units
/// Simple returns, gains positive; forecasts as losses, positive.
///
/// # Errors
/// [`InputError::OutOfRange`] for a window or an interval of refits without a day; [`Error::TooFew`] unless
/// there are more days than in the window; [`Error::Observation`] for a return that is not finite.
///
/// # Examples
/// ```
/// use po_tail::{TailRisk, WalkForward, Window, walk_forward};
///
/// let returns = [-0.01, 0.02, -0.03, 0.01];
/// let settings = WalkForward { window: Window::Rolling(2), refit: 1 };
/// let path = walk_forward(&returns, &settings, |past, _| {
///     let worst = past.iter().copied().fold(f64::INFINITY, f64::min);
///     Ok(TailRisk { var: -worst, cvar: -worst })
/// })?;
/// assert_eq!(path.days, [2, 3]);
/// assert_eq!(path.var, [0.01, 0.03]);
/// assert_eq!(path.forecasts()?.violations().hits(), [true, false]);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Settings
/// [`WalkForward`]
pub fn walk_forward(
    returns: &[f64],
    settings: &WalkForward,
    mut forecaster: impl FnMut(&[f64], usize) -> Result<TailRisk, Error>,
) -> Result<ForecastPath, Error> {
    let (length, rolling) = match settings.window {
        Window::Rolling(length) => (length, true),
        Window::Expanding(length) => (length, false),
    };
    for (name, value) in [("the window", length), ("the interval of refits", settings.refit)] {
        if value == 0 {
            return Err(InputError::OutOfRange { name, value: 0.0, expected: "1 day or more" }.into());
        }
    }
    if returns.len() <= length {
        let (what, needed) = ("the list of returns", length.saturating_add(1));
        return Err(Error::TooFew { what, needed, actual: returns.len() });
    }
    finite("the return of day", returns)?;
    let mut path = ForecastPath::default();
    let mut standing: Option<(usize, TailRisk)> = None;
    for (day, &return_) in returns.iter().enumerate().skip(length) {
        let stands = standing.filter(|(made, _)| day - made < settings.refit);
        let forecast = match stands {
            Some((_, risk)) => Ok(risk),
            None => {
                let past = &returns[if rolling { day - length } else { 0 }..day];
                forecaster(past, day).and_then(|risk| checked(day, risk))
            }
        };
        match forecast {
            Ok(risk) => {
                standing = stands.or(Some((day, risk)));
                path.days.push(day);
                path.returns.push(return_);
                path.var.push(risk.var);
                path.cvar.push(risk.cvar);
            }
            Err(error) => {
                standing = None;
                path.failures.push(Failure { day, error });
            }
        }
    }
    Ok(path)
}

fn checked(day: usize, risk: TailRisk) -> Result<TailRisk, Error> {
    finite("the value at risk of day", &[risk.var]).map_err(|error| match error {
        Error::Observation { what, value, expected, .. } => {
            Error::Observation { what, place: day, value, expected }
        }
        other => other,
    })?;
    check_shortfall(day, risk.var, risk.cvar)?;
    Ok(risk)
}
