//! How one model did.

use jiff::civil::DateTime;
use po_engine::Universe;
use po_engine::tail::{
    self, BacktestParams, DieboldMarianoParams, Forecasts, MonteCarlo, Score, diebold_mariano, scores,
};

use super::{Backtest, LEAST, LEVEL};
use crate::data::show_date;
use crate::error::Error;
use crate::tail::model::Model;
use crate::tail::walk::{Failure, Path, Walk};

/// How one model did, or when and why it failed.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) model: Model,
    pub(super) outcome: Result<Outcome, Failed>,
}

/// When and why a model has no forecasts.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) date: DateTime,
    pub(super) reason: String,
}

/// Forecasts, and what tests say of them.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) path: Path,
    /// The returns that were forecast.
    pub(super) returns: Vec<f64>,
    pub(super) tests: tail::Backtest,
    /// The joint score of each.
    scores: Vec<f64>,
    /// The p-value of as good a score as the reference has.
    pub(super) against: Option<f64>,
    /// Why the first return without a forecast has none.
    missing: Option<Failed>,
}

/// A series that is forecast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) returns: &'a [f64],
    pub(super) dates: &'a [DateTime],
    /// Its name, for messages.
    pub(super) name: &'a Universe,
    /// Whether p-values are simulated, which takes long.
    pub(super) is_simulated: bool,
}

/// Of how many assets a model is not rejected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Assets that it has forecasts of.
    pub(super) assets: usize,
    /// By Kupiec, independence, conditional coverage and the shortfall, where they could be tested.
    pub(super) held: [Option<f64>; 4],
    /// Violations among all forecasts.
    pub(super) rate: f64,
}

impl Outcome {
    fn test(
        subject: Subject<'_>,
        walk: &Walk,
        path: Path,
        missing: Option<Failed>,
    ) -> Result<Self, tail::Error> {
        let returns: Vec<f64> = path.rows.iter().map(|&row| subject.returns[row]).collect();
        let var: Vec<f64> = path.risks.iter().map(|risk| risk.var).collect();
        let cvar: Vec<f64> = path.risks.iter().map(|risk| risk.cvar).collect();
        let forecasts = Forecasts::new(&returns, &var, Some(&cvar))?;
        let simulations = if subject.is_simulated { MonteCarlo::default().simulations } else { 0 };
        let simulation = MonteCarlo { simulations, ..MonteCarlo::default() };
        let params = BacktestParams { significance: LEVEL, simulation, ..BacktestParams::default() };
        let tests = tail::backtest(&forecasts, walk.level, &params)?;
        let scores = scores(&forecasts, walk.level, Score::Fz0)?;
        Ok(Self { path, returns, tests, scores, against: None, missing })
    }

    /// Whether conditional coverage rejects it.
    pub(super) fn is_rejected(&self) -> bool {
        self.tests.christoffersen.conditional_coverage.p_value() <= LEVEL
    }

    /// The p-value of a shortfall of the size foretold.
    pub(super) fn shortfall(&self) -> Option<f64> {
        let found = self.tests.exceedance_residuals.as_ref()?;
        Some(found.bootstrap.unwrap_or(found.asymptotic))
    }

    /// The mean joint score.
    pub(super) fn score(&self) -> f64 {
        self.tests.fz0.unwrap_or(f64::NAN)
    }

    pub(super) fn rate(&self) -> f64 {
        self.tests.kupiec.violations as f64 / self.tests.kupiec.days as f64
    }

    pub(super) fn mean_var(&self) -> f64 {
        self.path.risks.iter().map(|risk| risk.var).sum::<f64>() / self.path.risks.len() as f64
    }

    /// The rows in which more was lost than the value at risk.
    pub(super) fn hits(&self) -> impl Iterator<Item = usize> + '_ {
        let days = self.path.rows.iter().zip(&self.returns).zip(&self.path.risks);
        days.filter(|((_, value), risk)| -**value > risk.var).map(|((row, _), _)| *row)
    }

    /// Compares the scores with those of another, in the rows that both have.
    fn compared(&self, reference: &Self) -> Option<f64> {
        let mut others = reference.path.rows.iter().zip(&reference.scores).peekable();
        let (mut own, mut beside) = (Vec::new(), Vec::new());
        for (row, score) in self.path.rows.iter().zip(&self.scores) {
            while others.next_if(|(other, _)| *other < row).is_some() {}
            if let Some((_, other)) = others.next_if(|(other, _)| *other == row) {
                own.push(*score);
                beside.push(*other);
            }
        }
        let found = diebold_mariano(&own, &beside, &DieboldMarianoParams::default()).ok()?;
        Some(found.corrected_p_value)
    }
}

impl Standing {
    /// Tests the forecasts of all models for one series.
    pub(super) fn all(
        models: &[Model],
        reference: Model,
        walk: &Walk,
        subject: Subject<'_>,
        paths: Vec<Path>,
    ) -> Result<Vec<Self>, Error> {
        let threads = if subject.is_simulated { po_engine::threads::processors() } else { 1 };
        let test = |_: &mut (), _, (model, path): (&Model, Path)| Self::test(*model, walk, subject, path);
        let pieces: Vec<(&Model, Path)> = models.iter().zip(paths).collect();
        let standings = po_engine::threads::each(pieces, threads, || (), test);
        let mut standings = standings.into_iter().collect::<Result<Vec<Self>, Error>>()?;
        let beside = standings.iter().find(|standing| standing.model == reference);
        let Some(Ok(beside)) = beside.map(|standing| standing.outcome.clone()) else { return Ok(standings) };
        for standing in standings.iter_mut().filter(|standing| standing.model != reference) {
            if let Ok(outcome) = &mut standing.outcome {
                outcome.against = outcome.compared(&beside);
            }
        }
        Ok(standings)
    }

    fn test(model: Model, walk: &Walk, subject: Subject<'_>, mut path: Path) -> Result<Self, Error> {
        let failed = |Failure { row, fault }: Failure| Failed {
            date: subject.dates[row],
            reason: fault.of(subject.name).to_string(),
        };
        let missing = path.first.take().map(failed);
        if path.rows.len() < LEAST
            && let Some(failed) = missing
        {
            return Ok(Self { model, outcome: Err(failed) });
        }
        let outcome = Outcome::test(subject, walk, path, missing).map_err(Error::tail(subject.name))?;
        Ok(Self { model, outcome: Ok(outcome) })
    }

    /// `cornish-fisher, on 2020-03-12: why`
    pub(super) fn failure(&self) -> Option<String> {
        let failed = self.outcome.as_ref().err()?;
        Some(format!("{}, on {}: {}", self.model, show_date(failed.date), failed.reason))
    }

    /// What its forecasts do not bear.
    pub(super) fn cautions(&self) -> Vec<String> {
        let Ok(outcome) = &self.outcome else { return Vec::new() };
        let Path { rows, fits, unconverged, missed, .. } = &outcome.path;
        let mut cautions = Vec::new();
        if let Some(failed) = &outcome.missing {
            cautions.push(format!(
                "{} has no forecast of {missed} of {} observations, and is tested on the others; the first, on {}: {}",
                self.model,
                missed + rows.len(),
                show_date(failed.date),
                failed.reason
            ));
        }
        if *unconverged > 0 {
            cautions.push(format!(
                "{}: in {unconverged} of {fits} fits the search ended before its tolerances were met",
                self.model
            ));
        }
        cautions
    }
}

impl Backtest {
    /// Of each model, for how many assets it is not rejected.
    pub(super) fn shares(&self) -> Vec<Share> {
        let of = |place: usize| {
            let own = self
                .assets
                .iter()
                .flatten()
                .filter_map(move |standings| standings[place].outcome.as_ref().ok());
            let p_values: Vec<[Option<f64>; 4]> = own
                .clone()
                .map(|outcome| {
                    let tests = &outcome.tests;
                    [
                        Some(tests.kupiec.test.p_value()),
                        Some(tests.christoffersen.independence.p_value()),
                        Some(tests.christoffersen.conditional_coverage.p_value()),
                        outcome.shortfall(),
                    ]
                })
                .collect();
            let held = [0, 1, 2, 3].map(|test| {
                let told: Vec<f64> = p_values.iter().filter_map(|own| own[test]).collect();
                let held = told.iter().filter(|p_value| **p_value > LEVEL).count();
                (!told.is_empty()).then(|| held as f64 / told.len() as f64)
            });
            let (violations, days) = own.fold((0, 0), |(violations, days), outcome| {
                let found = &outcome.tests.kupiec;
                (violations + found.violations, days + found.days)
            });
            Share { assets: p_values.len(), held, rate: violations as f64 / days.max(1) as f64 }
        };
        (0..self.standings.len()).map(of).collect()
    }
}
