//! The stages of entropy pooling: each view becomes a row once what it rests on is known.

use po_core::simd::dot;

use super::dual::{Dual, Row, solve};
use super::reach;
use super::tail_view::TailView;
use super::view::{PoolingView, Relation, Statistic, combined};
use crate::{Error, Scenarios};

/// What Newton's method aims for: a hundredth of what is certified, and within its reach.
const AIM: f64 = 1e-12;

/// Violations that pass, in scales of the rows.
const CERTIFIED: f64 = 1e-10;

/// A target so near to the end of the range of its quantity is in it but for rounding.
const AT_END: f64 = 1e-9;

/// Views being met.
pub(super) struct Staged<'a> {
    scenarios: &'a Scenarios,
    /// The scenarios that have a probability.
    present: Vec<usize>,
    log_prior: Vec<f64>,
    prior: Vec<f64>,
    most: usize,
    pub(super) rows: Vec<Row>,
    origins: Vec<Origin>,
    /// Combinations whose mean is held, and those whose volatility is.
    held_means: Vec<Vec<(usize, f64)>>,
    held_volatilities: Vec<Vec<(usize, f64)>>,
    steps: usize,
}

/// Where a row comes from, for messages.
struct Origin {
    /// The view; none for what is held for other views.
    view: Option<PoolingView>,
    quantity: &'static str,
    scale: f64,
    target: f64,
    /// From the expected value of the row to the statistic.
    unit: fn(f64) -> f64,
}

/// A quantity, and what its expected value must be.
struct Asked {
    values: Vec<f64>,
    target: f64,
    relation: Relation,
    quantity: &'static str,
    unit: fn(f64) -> f64,
}

impl<'a> Staged<'a> {
    pub(super) fn new(scenarios: &'a Scenarios, most: usize) -> Self {
        let all = scenarios.probabilities();
        let present: Vec<usize> = (0..all.len()).filter(|&row| all[row] > 0.0).collect();
        let prior: Vec<f64> = present.iter().map(|&row| all[row]).collect();
        let log_prior = prior.iter().map(|q| q.ln()).collect();
        let (rows, origins) = (Vec::new(), Vec::new());
        let (held_means, held_volatilities) = (Vec::new(), Vec::new());
        Self {
            scenarios,
            present,
            log_prior,
            prior,
            most,
            rows,
            origins,
            held_means,
            held_volatilities,
            steps: 0,
        }
    }

    /// The scenarios that the probabilities found belong to.
    pub(super) fn rows(&self) -> &[usize] {
        &self.present
    }

    /// Meets the views, in stages.
    pub(super) fn solve(&mut self, views: &[PoolingView]) -> Result<Dual, Error> {
        let mut tails = Vec::new();
        for view in views {
            match &view.statistic {
                Statistic::Mean(terms) => {
                    let values = self.values(terms);
                    if view.relation == Relation::Equal {
                        self.held_means.push(terms.clone());
                    }
                    self.ask(view, values, view.value, view.relation, "the mean", |x| x)?;
                }
                Statistic::Probability(terms, below) => {
                    let reached = |x: f64| if x <= *below { 1.0 } else { 0.0 };
                    let values = self.values(terms).into_iter().map(reached).collect();
                    self.ask(view, values, view.value, view.relation, "the probability", |x| x)?;
                }
                Statistic::Var(terms, confidence) => {
                    // A value at risk of at least v: losses of v and more have at least the probability of the tail.
                    let reached = |x: f64| if -x >= view.value { 1.0 } else { 0.0 };
                    let values = self.values(terms).into_iter().map(reached).collect();
                    let quantity = "the probability of a loss as great as the value at risk";
                    self.ask(view, values, confidence.tail(), view.relation, quantity, |x| x)?;
                }
                Statistic::Cvar(terms, confidence) => {
                    tails.push(TailView::new(view, self.values(terms), *confidence, &self.prior)?);
                }
                _ => {}
            }
        }
        let mut found = self.stage(&mut tails)?;
        let mut again = false;
        for view in views {
            if let Statistic::Volatility(terms) = &view.statistic {
                let mean = self.hold_mean(terms, &found)?;
                let values = self.values(terms).into_iter().map(|x| (x - mean) * (x - mean)).collect();
                if view.relation == Relation::Equal {
                    self.held_volatilities.push(terms.clone());
                }
                let target = view.value * view.value;
                self.ask(view, values, target, view.relation, "the volatility", |x| x.max(0.0).sqrt())?;
                again = true;
            }
        }
        if again {
            found = self.stage(&mut tails)?;
        }
        again = false;
        for view in views {
            match &view.statistic {
                Statistic::Correlation(first, second) => {
                    let (first, second) = (vec![(*first, 1.0)], vec![(*second, 1.0)]);
                    let a = self.standardised(&first, &found)?;
                    let b = self.standardised(&second, &found)?;
                    let values = a.iter().zip(&b).map(|(a, b)| a * b).collect();
                    self.ask(view, values, view.value, view.relation, "the correlation", |x| x)?;
                    again = true;
                }
                Statistic::Skewness(terms) | Statistic::Kurtosis(terms) => {
                    let fourth = matches!(view.statistic, Statistic::Kurtosis(_));
                    let (power, quantity) = if fourth { (4, "the kurtosis") } else { (3, "the skewness") };
                    let standardised = self.standardised(terms, &found)?;
                    let values = standardised.into_iter().map(|z| z.powi(power)).collect();
                    self.ask(view, values, view.value, view.relation, quantity, |x| x)?;
                    again = true;
                }
                _ => {}
            }
        }
        if again {
            found = self.stage(&mut tails)?;
        }
        Ok(Dual { iterations: self.steps, ..found })
    }

    /// One stage, with the tails sought.
    fn stage(&mut self, tails: &mut [TailView]) -> Result<Dual, Error> {
        let found = self.met(None)?;
        if tails.is_empty() { Ok(found) } else { TailView::meet(tails, self, found) }
    }

    /// The probabilities under which the rows hold, or which view contradicts those before it.
    pub(super) fn met(&mut self, start: Option<Vec<f64>>) -> Result<Dual, Error> {
        let found = self.tried(start, self.most)?;
        if found.impossible || found.gradient > CERTIFIED {
            self.contradiction()?;
        }
        Ok(found)
    }

    /// As [`Staged::met`], without asking why where it fails, and within so many steps.
    pub(super) fn tried(&mut self, start: Option<Vec<f64>>, most: usize) -> Result<Dual, Error> {
        let found = solve(&self.log_prior, &self.rows, start, AIM, most.min(self.most))?;
        self.steps += found.iterations;
        Ok(found)
    }

    /// The first view that those before it leave no room for, if there is one.
    fn contradiction(&self) -> Result<(), Error> {
        for (place, (row, origin)) in self.rows.iter().zip(&self.origins).enumerate() {
            let Some((least, greatest)) = reach::range(&self.rows[..place], &row.values) else { continue };
            let within = least <= AT_END && (row.at_most || greatest >= -AT_END);
            if within {
                continue;
            }
            // What is held for a later view cannot be outside; if rounding says so, the view in question follows.
            let Some(view) =
                origin.view.clone().or_else(|| self.origins[place..].iter().find_map(|o| o.view.clone()))
            else {
                continue;
            };
            let end = |x: f64| (origin.unit)(origin.target + origin.scale * x);
            let (a, b) = (end(least), end(greatest));
            let quantity = origin.quantity;
            let value = (origin.unit)(origin.target);
            return Err(Error::View { view, quantity, value, least: a.min(b), greatest: a.max(b) });
        }
        Ok(())
    }

    /// The combination of the returns in the scenarios that have a probability.
    fn values(&self, terms: &[(usize, f64)]) -> Vec<f64> {
        let all = combined(self.scenarios.returns(), terms);
        self.present.iter().map(|&row| all[row]).collect()
    }

    fn ask(
        &mut self,
        view: &PoolingView,
        values: Vec<f64>,
        target: f64,
        relation: Relation,
        quantity: &'static str,
        unit: fn(f64) -> f64,
    ) -> Result<(), Error> {
        let asked = Asked { values, target, relation, quantity, unit };
        self.push(Some(view), asked)
    }

    /// Scales a row, and leaves out one that holds whatever the probabilities are.
    fn push(&mut self, view: Option<&PoolingView>, asked: Asked) -> Result<(), Error> {
        let Asked { mut values, target, relation, quantity, unit } = asked;
        let sign = if relation == Relation::AtLeast { -1.0 } else { 1.0 };
        let mean = dot(&self.prior, &values);
        let spread =
            values.iter().zip(&self.prior).map(|(x, q)| q * (x - mean) * (x - mean)).sum::<f64>().sqrt();
        let size = mean.abs().max(target.abs());
        let constant = spread <= 1e-13 * size || spread <= f64::MIN_POSITIVE;
        if constant {
            let gap = sign * (mean - target);
            let met = gap.abs() <= 1e-12 * size || (relation != Relation::Equal && gap < 0.0);
            if let (false, Some(view)) = (met, view) {
                let least = unit(mean);
                return Err(Error::View {
                    view: view.clone(),
                    quantity,
                    value: unit(target),
                    least,
                    greatest: least,
                });
            }
            return Ok(());
        }
        values.iter_mut().for_each(|x| *x = sign * (*x - target) / spread);
        self.rows.push(Row { values, at_most: relation != Relation::Equal });
        self.origins.push(Origin { view: view.cloned(), quantity, scale: sign * spread, target, unit });
        Ok(())
    }

    /// Rows that change from solve to solve, behind all others.
    pub(super) fn with_changing<T>(
        &mut self,
        rows: impl IntoIterator<Item = Row>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let fixed = self.rows.len();
        self.rows.extend(rows);
        let result = run(self);
        self.rows.truncate(fixed);
        result
    }

    pub(super) fn prior(&self) -> &[f64] {
        &self.prior
    }

    /// Holds the mean of a combination at what it is; returns it.
    fn hold_mean(&mut self, terms: &[(usize, f64)], found: &Dual) -> Result<f64, Error> {
        let values = self.values(terms);
        let mean = dot(&found.probabilities, &values);
        if !self.held_means.iter().any(|held| held == terms) {
            self.held_means.push(terms.to_vec());
            let (relation, quantity) = (Relation::Equal, "the mean");
            self.push(None, Asked { values, target: mean, relation, quantity, unit: |x| x })?;
        }
        Ok(mean)
    }

    /// Holds the mean and the volatility of a combination at what they are; returns its standardised values.
    fn standardised(&mut self, terms: &[(usize, f64)], found: &Dual) -> Result<Vec<f64>, Error> {
        let mean = self.hold_mean(terms, found)?;
        let mut values = self.values(terms);
        values.iter_mut().for_each(|x| *x -= mean);
        let squares: Vec<f64> = values.iter().map(|x| x * x).collect();
        let variance = dot(&found.probabilities, &squares);
        if !self.held_volatilities.iter().any(|held| held == terms) {
            self.held_volatilities.push(terms.to_vec());
            let (relation, quantity) = (Relation::Equal, "the volatility");
            let unit = |x: f64| x.max(0.0).sqrt();
            self.push(None, Asked { values: squares, target: variance, relation, quantity, unit })?;
        }
        let volatility = variance.sqrt().max(f64::MIN_POSITIVE);
        values.iter_mut().for_each(|x| *x /= volatility);
        Ok(values)
    }
}
