//! Branch and bound over choices of assets.

use std::collections::BinaryHeap;

use po_convex::Error as ConvexError;
use po_core::Status;

use super::chosen::Chosen;
use super::node::Node;
use super::place::Place;
use super::rules::Rules;
use crate::optimise::fast::FastScratch;
use crate::optimise::problem::Problem;
use crate::optimise::tracking::WORDS;
use crate::{CvarObjective, CvarSolution, Error};

/// Losses this near to each other, in units of the better one, are equal.
const EQUAL: f64 = 1e-11;

/// A portfolio that misses its constraints by more, in weights of one, is none.
const MISSED: f64 = 1e-8;

/// Finds the best choice by branch and bound.
///
/// Each node is the convex problem in which what is open may be held without limit on number and size; its certified
/// bound is the bound of the node. Nodes are taken by their bounds, and from each the search dives, holding the largest
/// open position that breaks a rule, until the weights keep all of them.
///
/// # Source
/// Land and Doig (1960); for portfolios Bienstock (1996).
pub(in crate::optimise) fn choose(
    objective: &CvarObjective,
    problem: &Problem<'_>,
    (rules, node_limit): (&Rules, usize),
    fast: &mut FastScratch,
    solution: &mut CvarSolution,
) -> Result<Chosen, Error> {
    let asked = objective.ask(problem);
    let mut search = Search {
        objective,
        asked,
        rules,
        fast,
        solution,
        lower: problem.lower.to_vec(),
        upper: problem.upper.to_vec(),
        best: None,
        closed: f64::INFINITY,
        strayed: false,
        nodes: 0,
        iterations: 0,
    };
    let limited = search.run(node_limit)?;
    let Search { best, mut lower, mut upper, closed, strayed, nodes, iterations, fast, solution, .. } =
        search;
    let Some(best) = best else {
        // A node that is closed without proof that it is empty leaves it open whether there is a portfolio.
        if limited || closed < f64::INFINITY {
            return Err(ConvexError::Numerical { iterations }.into());
        }
        let near = problem.tracking.filter(|_| strayed).map(|tracking| tracking.limit);
        return Err(out_of_reach(objective, problem, (rules, node_limit, near), fast, solution));
    };
    rules.write_bounds(&best.places, &mut lower, &mut upper);
    let bound = closed.min(best.loss);
    Ok(Chosen { lower, upper, bound, limited: limited && bound < best.loss, nodes, iterations })
}

/// Why no choice has a portfolio: what was asked for is out of reach of all of them, or the rules contradict the rest.
fn out_of_reach(
    objective: &CvarObjective,
    problem: &Problem<'_>,
    (rules, node_limit, near): (&Rules, usize, Option<f64>),
    fast: &mut FastScratch,
    solution: &mut CvarSolution,
) -> Error {
    let none = || ConvexError::Infeasible(Box::new(rules.conflict(near))).into();
    let other = match *objective {
        CvarObjective::MinRisk { .. } | CvarObjective::MaxRatio { .. } => {
            CvarObjective::MaxReturn { cvar: f64::INFINITY }
        }
        CvarObjective::MaxReturn { cvar } if cvar < f64::INFINITY => CvarObjective::MinCvar,
        _ => return none(),
    };
    // The most that any choice attains, in the place of what was asked for.
    let found = choose(&other, problem, (rules, node_limit), fast, solution).and_then(|chosen| {
        let (lower, upper) = (chosen.lower.as_slice(), chosen.upper.as_slice());
        let fixed = other.ask(&Problem { lower, upper, ..*problem });
        other.answer(&fixed, fast, solution)?;
        let risk = fixed.risk(&solution.x, &mut fast.worst);
        Ok((other.value(risk, fixed.net(&solution.x)), chosen.iterations))
    });
    match (found, *objective) {
        (Err(error), _) => error,
        (Ok((greatest, _)), CvarObjective::MinRisk { target_return: target }) if greatest < target => {
            ConvexError::TargetTooHigh { target, greatest }.into()
        }
        (Ok((least, _)), CvarObjective::MaxReturn { cvar: limit }) if least > limit => {
            ConvexError::RiskLimitTooLow { what: problem.measure.words(), limit, least }.into()
        }
        (Ok((greatest, _)), CvarObjective::MaxRatio { risk_free }) if greatest <= 0.0 => {
            ConvexError::NoExcessReturn { greatest, risk_free }.into()
        }
        (Ok((_, iterations)), _) => ConvexError::Numerical { iterations }.into(),
    }
}

/// The best choice found so far.
struct Best {
    places: Vec<Place>,
    loss: f64,
}

struct Search<'a, 'p> {
    objective: &'a CvarObjective,
    asked: Problem<'p>,
    rules: &'a Rules,
    fast: &'a mut FastScratch,
    solution: &'a mut CvarSolution,
    lower: Vec<f64>,
    upper: Vec<f64>,
    best: Option<Best>,
    /// No portfolio in a node that was closed has a lower loss.
    closed: f64,
    /// Whether some node has no portfolio near enough to the benchmark.
    strayed: bool,
    nodes: usize,
    iterations: usize,
}

/// What the convex problem of a node says.
enum Relaxed {
    /// There is no portfolio.
    Empty,
    /// Nothing.
    Unknown,
    /// A portfolio without risk, so that a ratio to it has no limit.
    Riskless(Error),
    /// The least loss, and what it certainly does not fall below.
    At { loss: f64, bound: f64 },
}

impl Search<'_, '_> {
    /// Searches until nothing better is left, or until the limit; whether that ended it.
    fn run(&mut self, limit: usize) -> Result<bool, Error> {
        let Some(places) = self.rules.root() else {
            // What is wrong without the rules is told first.
            let open = vec![Place::Open; self.lower.len()];
            self.relax(&open, true)?;
            return Ok(false);
        };
        let mut open = BinaryHeap::new();
        let (mut number, root) = (0, Node { places, bound: f64::NEG_INFINITY, number: 0 });
        let mut next = Some(root);
        loop {
            let Some(mut node) = next.take().or_else(|| open.pop()) else { return Ok(false) };
            if self.is_beaten(node.bound) {
                self.closed = self.closed.min(node.bound);
                continue;
            }
            if self.nodes >= limit {
                let bounds = open.iter().map(|node: &Node| node.bound).chain([node.bound]);
                self.closed = bounds.fold(self.closed, f64::min);
                return Ok(true);
            }
            let root = node.number == 0;
            let relaxed = self.relax(&node.places, root)?;
            let loss = match &relaxed {
                Relaxed::Empty => continue,
                Relaxed::Unknown => {
                    self.closed = self.closed.min(node.bound);
                    continue;
                }
                Relaxed::Riskless(_) => f64::INFINITY,
                Relaxed::At { loss, bound } => {
                    node.bound = node.bound.max(*bound);
                    *loss
                }
            };
            let x = self.solution.x.clone();
            if root {
                self.round(&node.places, &x)?;
            }
            // As long as the weights stay within what is decided, they stay the best.
            while !self.is_beaten(node.bound) {
                let wrong = self.rules.wrong(&node.places, &x).into_iter();
                let Some(asset) = wrong.reduce(|a, b| if x[b].abs() > x[a].abs() { b } else { a }) else {
                    if let Relaxed::Riskless(error) = relaxed {
                        return Err(error);
                    }
                    self.consider(&node.places, &x, loss);
                    break;
                };
                let mut child = None;
                for place in self.rules.options(asset, x[asset]) {
                    number += 1;
                    let mut other = Node { number, ..node.clone() };
                    other.places[asset] = place;
                    let agrees = self.rules.conclude(&mut other.places);
                    if agrees && child.is_none() && place.is_held() {
                        child = Some(other);
                    } else if agrees {
                        open.push(other);
                    }
                }
                let Some(child) = child else {
                    node.bound = f64::INFINITY;
                    break;
                };
                if !self.rules.admit(&child.places, &x) {
                    next = Some(child);
                    node.bound = f64::INFINITY;
                    break;
                }
                node = child;
            }
            // What was branched on lives on in its children.
            self.closed = self.closed.min(node.bound);
        }
    }

    fn is_beaten(&self, bound: f64) -> bool {
        self.best.as_ref().is_some_and(|best| bound >= best.loss - EQUAL * best.loss.abs())
    }

    /// Takes the weights of the solution, which keep the rules, if they are better.
    fn consider(&mut self, places: &[Place], x: &[f64], loss: f64) {
        let better = self.best.as_ref().is_none_or(|best| loss < best.loss);
        if better && loss < f64::INFINITY {
            self.best = Some(Best { places: self.rules.made(places, x), loss });
        }
    }

    /// Solves the convex problem of a node; its weights stay in the solution.
    fn relax(&mut self, places: &[Place], root: bool) -> Result<Relaxed, Error> {
        self.rules.write_bounds(places, &mut self.lower, &mut self.upper);
        self.nodes += 1;
        let node = Problem { lower: &self.lower, upper: &self.upper, ..self.asked };
        let answer = self.objective.answer(&node, self.fast, self.solution);
        let ratio = match answer {
            Ok(ratio) => ratio,
            Err(error @ Error::NotRisky { .. }) => return Ok(Relaxed::Riskless(error)),
            Err(Error::Programme(ConvexError::Infeasible(_) | ConvexError::Numerical { .. })) if root => {
                return answer.map(|_| Relaxed::Unknown);
            }
            Err(Error::Programme(ConvexError::Numerical { .. })) => return Ok(Relaxed::Unknown),
            Err(Error::Programme(ConvexError::RiskLimitTooLow { what: WORDS, .. })) => {
                self.strayed = true;
                return if root { answer.map(|_| Relaxed::Unknown) } else { Ok(Relaxed::Empty) };
            }
            Err(Error::Programme(
                ConvexError::Infeasible(_)
                | ConvexError::TargetTooHigh { .. }
                | ConvexError::RiskLimitTooLow { .. }
                | ConvexError::NoExcessReturn { .. },
            )) => return Ok(Relaxed::Empty),
            Err(error) => return Err(error),
        };
        let CvarSolution { x, objective, certificate, status, iterations, .. } = &*self.solution;
        self.iterations += iterations;
        let risk = node.risk(x, &mut self.fast.worst);
        let bound = ratio.map_or_else(|| objective - certificate.gap.max(0.0), |ratio| -ratio.anywhere);
        if bound.is_nan() {
            return Ok(Relaxed::Unknown);
        }
        let held = *status == Status::Converged || certificate.primal_residual <= MISSED;
        let own = self.objective.sign() * self.objective.value(risk, node.net(x));
        Ok(Relaxed::At { loss: if held { own } else { f64::INFINITY }, bound })
    }

    /// A first portfolio: the largest positions of the relaxation that go together.
    fn round(&mut self, root: &[Place], x: &[f64]) -> Result<(), Error> {
        let mut places = self.rules.rounded(root, x);
        // Positions that come out too small are left out, one at a time.
        for _ in 0..places.len() {
            let Relaxed::At { loss, .. } = self.relax(&places, false)? else { break };
            let x = self.solution.x.clone();
            let wrong = self.rules.wrong(&places, &x).into_iter();
            let Some(asset) = wrong.reduce(|a, b| if x[b].abs() < x[a].abs() { b } else { a }) else {
                self.consider(&places, &x, loss);
                break;
            };
            places[asset] = Place::Out;
        }
        Ok(())
    }
}
