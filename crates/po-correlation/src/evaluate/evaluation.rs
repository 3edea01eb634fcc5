//! The outcome of a race.

use po_core::simd::sum;
use po_core::{InputError, nearest_name};

use super::calibration::Calibration;
use super::confidence_set::ModelConfidenceSet;
use super::diebold_mariano::{DieboldMariano, DieboldMarianoParams, diebold_mariano};
use super::error::EntrantError;
use super::long_run::Bandwidth;
use super::scores::Scores;
use crate::Error;

/// A loss by which forecasts are tested against each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Loss {
    /// `ln det H + r' H⁻¹ r`: ranks forecasts as the true covariance would, on average.
    #[default]
    Qlike,
    /// The squared return of the minimum-variance portfolio: what the forecast is worth to one who allocates by it.
    Portfolio,
}

/// What entrants are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Criterion {
    /// The least mean QLIKE.
    Qlike,
    /// The least mean squared return of the minimum-variance portfolio.
    Portfolio,
    /// The calibration ratio nearest to 1, on a logarithmic scale.
    Calibration,
}

/// The outcome of a race.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// How many bars were scored.
    pub bars: usize,
    /// How many assets there are.
    pub assets: usize,
    /// One for each entrant, in the order in which they came.
    pub standings: Vec<Standing>,
}

/// What became of one entrant.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Its scores, or why it has none.
    pub outcome: Result<Outcome, EntrantError>,
}

/// How one entrant did.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Outcome {
    /// By QLIKE.
    pub qlike: LossSummary,
    /// By the squared return of the minimum-variance portfolio.
    pub portfolio: LossSummary,
    /// Whether the size of the forecasts was right.
    pub calibration: Calibration,
    /// Bar by bar.
    pub scores: Scores,
}

/// How one entrant did by one loss.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct LossSummary {
    /// The mean loss.
    pub mean: f64,
    /// Its p-value in the model confidence set; 1 where nobody else came through.
    pub confidence: f64,
    /// Whether it is in the set of those that may be the best.
    pub in_set: bool,
    /// The test against the entrant with the least mean loss; none for that one itself.
    pub against_best: Option<DieboldMariano>,
}

impl Outcome {
    /// The volatility of the minimum-variance portfolio about zero, per bar.
    ///
    /// ```text
    /// √(1/T Σ_t (w_t' r_t)²)
    /// ```
    #[must_use]
    pub fn volatility(&self) -> f64 {
        self.portfolio.mean.sqrt()
    }

    /// How it did by one loss.
    #[must_use]
    pub fn by(&self, loss: Loss) -> &LossSummary {
        match loss {
            Loss::Qlike => &self.qlike,
            Loss::Portfolio => &self.portfolio,
        }
    }
}

impl Evaluation {
    /// The entrant that did best; the first of those that did equally well, none where all failed.
    #[must_use]
    pub fn best(&self, criterion: Criterion) -> Option<&Standing> {
        let merit = |outcome: &Outcome| match criterion {
            Criterion::Qlike => outcome.qlike.mean,
            Criterion::Portfolio => outcome.portfolio.mean,
            Criterion::Calibration => outcome.calibration.ratio.ln().abs(),
        };
        let came_through = self
            .standings
            .iter()
            .filter_map(|standing| standing.outcome.as_ref().ok().map(|outcome| (standing, merit(outcome))));
        came_through.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(standing, _)| standing)
    }

    /// What became of an entrant.
    ///
    /// # Errors
    /// [`InputError::UnknownName`], with the nearest name there is.
    pub fn standing(&self, name: &str) -> Result<&Standing, Error> {
        self.standings.iter().find(|standing| standing.name == name).ok_or_else(|| {
            let names = self.standings.iter().map(|standing| standing.name.as_str());
            let nearest = nearest_name(name, names).map(str::to_owned);
            InputError::UnknownName { kind: "entrant", name: name.to_owned(), nearest }.into()
        })
    }

    /// Tests one entrant against another: above zero, the second did better.
    ///
    /// # Errors
    /// [`InputError::UnknownName`]; [`InputError::Empty`] for an entrant that failed; else as
    /// [`diebold_mariano`](super::diebold_mariano()).
    pub fn compare(
        &self,
        loss: Loss,
        one: &str,
        other: &str,
        bandwidth: Bandwidth,
    ) -> Result<DieboldMariano, Error> {
        let losses = |name| match &self.standing(name)?.outcome {
            Ok(outcome) => Ok(outcome.scores.by(loss)),
            Err(_) => Err(Error::from(InputError::Empty { what: "the list of losses" })),
        };
        let params = DieboldMarianoParams { bandwidth, ..DieboldMarianoParams::default() };
        diebold_mariano(losses(one)?, losses(other)?, &params)
    }

    pub(super) fn of(
        assets: usize,
        entrants: Vec<(String, Result<Scores, EntrantError>)>,
        bandwidth: Bandwidth,
        confidence_set: &ModelConfidenceSet,
    ) -> Result<Self, Error> {
        let came_through: Vec<&Scores> =
            entrants.iter().filter_map(|(_, scores)| scores.as_ref().ok()).collect();
        let bars = came_through.first().map_or(0, |scores| scores.qlike.len());
        for series in
            came_through.iter().flat_map(|scores| [&scores.qlike, &scores.portfolio, &scores.distance])
        {
            if series.len() != bars {
                let (what, actual) = ("the list of scores", series.len());
                return Err(InputError::LengthMismatch { what, expected: bars, actual }.into());
            }
        }
        let mut qlike = summaries(Loss::Qlike, &came_through, bandwidth, confidence_set)?.into_iter();
        let mut portfolio = summaries(Loss::Portfolio, &came_through, bandwidth, confidence_set)?.into_iter();
        let mut standings = Vec::with_capacity(entrants.len());
        for (name, scores) in entrants {
            let outcome = match scores {
                Err(error) => Err(error),
                Ok(scores) => {
                    let calibration = Calibration::of(assets, &scores.distance, bandwidth)?;
                    let (Some(qlike), Some(portfolio)) = (qlike.next(), portfolio.next()) else { continue };
                    Ok(Outcome { qlike, portfolio, calibration, scores })
                }
            };
            standings.push(Standing { name, outcome });
        }
        Ok(Self { bars, assets, standings })
    }
}

impl Scores {
    /// The losses, bar by bar.
    #[must_use]
    pub fn by(&self, loss: Loss) -> &[f64] {
        match loss {
            Loss::Qlike => &self.qlike,
            Loss::Portfolio => &self.portfolio,
        }
    }
}

/// What the tests say of each, by one loss.
fn summaries(
    loss: Loss,
    scores: &[&Scores],
    bandwidth: Bandwidth,
    confidence_set: &ModelConfidenceSet,
) -> Result<Vec<LossSummary>, Error> {
    let losses: Vec<&[f64]> = scores.iter().map(|scores| scores.by(loss)).collect();
    let means: Vec<f64> = losses.iter().map(|losses| sum(losses) / losses.len() as f64).collect();
    let set = if losses.len() > 1 { Some(confidence_set.find(&losses)?) } else { None };
    let best =
        (0..means.len()).min_by(|one, other| means[*one].total_cmp(&means[*other])).unwrap_or_default();
    let params = DieboldMarianoParams { bandwidth, ..DieboldMarianoParams::default() };
    let mut summaries = Vec::with_capacity(losses.len());
    for (entrant, (&series, &mean)) in losses.iter().zip(&means).enumerate() {
        let against_best =
            if entrant == best { None } else { Some(diebold_mariano(series, losses[best], &params)?) };
        let (confidence, in_set) =
            set.as_ref().map_or((1.0, true), |set| (set.p_values[entrant], set.members[entrant]));
        summaries.push(LossSummary { mean, confidence, in_set, against_best });
    }
    Ok(summaries)
}
