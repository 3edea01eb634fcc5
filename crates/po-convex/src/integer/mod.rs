//! Portfolios that must choose their assets: at most so many, none too small, no two that move alike.

mod choice;

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use po_core::Status;

use crate::allocate::take_over;
use crate::optimum::{Question, optimum};
use crate::path::{Multipliers, PathScratch, Request};
use crate::{ActiveSet, Conflict, Constraint, Constraints, Error, Portfolio, Side};
pub(crate) use choice::correlation;
use choice::{Choices, Place};

/// Objectives this near to each other, in units of the better one, are equal.
const EQUAL: f64 = 1e-11;

/// A choice that is made for some assets and open for others, with what is known of the best portfolio within it.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    places: Vec<Place>,
    /// No portfolio of this choice has a lower loss.
    bound: f64,
    active: ActiveSet,
    multipliers: Multipliers,
    /// Older nodes first where bounds are equal.
    number: usize,
}

/// The best choice found so far.
#[derive(Debug)]
struct Incumbent {
    places: Vec<Place>,
    loss: f64,
    active: ActiveSet,
    multipliers: Multipliers,
}

/// Finds the best portfolio by branch and bound.
///
/// Each node is a convex programme, the relaxation in which what is open may be held without limit on number and size;
/// its optimum is a bound. Nodes are taken by their bounds, and from each the search dives, holding the largest
/// position that is open, until the programme keeps all rules by itself.
///
/// # Source
/// Land, Doig (1960); for portfolios Bienstock (1996).
pub(crate) fn search(
    request: &Request<'_>,
    question: &Question<'_>,
    (constraints, node_limit): (&Constraints, usize),
    scratch: &mut PathScratch,
    portfolio: &mut Portfolio,
) -> Result<(), Error> {
    let choices = Choices::new(request, constraints)?;
    let mut search = Search {
        request,
        question,
        choices: &choices,
        scratch,
        lower: request.lower.to_vec(),
        upper: request.upper.to_vec(),
        incumbent: None,
        nodes: 0,
        iterations: 0,
        held: Vec::new(),
    };
    let bound = search.run(node_limit)?;
    let Search { incumbent, nodes, mut iterations, .. } = search;
    let Some(best) = incumbent else {
        let none = || Error::Infeasible(Box::new(choices.conflict()));
        return Err(bound.map_or_else(none, |_| Error::Numerical { iterations }));
    };
    let (mut lower, mut upper) = (request.lower.to_vec(), request.upper.to_vec());
    choices.write_bounds(&best.places, &mut lower, &mut upper);
    let request = Request { lower: &lower, upper: &upper, ..*request };
    let question = Question { start: Some((&best.active, best.multipliers)), ..*question };
    let found = optimum(&request, &question, scratch)?;
    iterations += scratch.now.solution.iterations;
    take_over(portfolio, scratch, &found, &request, &question)?;
    portfolio.solution.iterations = iterations;
    portfolio.nodes = nodes;
    let sign = sign(&question);
    portfolio.bound = sign * bound.map_or(best.loss, |bound| bound.min(best.loss));
    if bound.is_some_and(|bound| bound < best.loss) {
        portfolio.solution.status = Status::IterationLimit;
    }
    portfolio.solution.certificate.gap = portfolio.solution.certificate.gap.max(portfolio.gap());
    Ok(())
}

/// What an objective is multiplied by to be a loss.
fn sign(question: &Question<'_>) -> f64 {
    if question.objective.is_maximised() { -1.0 } else { 1.0 }
}

struct Search<'a, 'r> {
    request: &'a Request<'r>,
    question: &'a Question<'r>,
    choices: &'a Choices,
    scratch: &'a mut PathScratch,
    lower: Vec<f64>,
    upper: Vec<f64>,
    incumbent: Option<Incumbent>,
    nodes: usize,
    iterations: usize,
    held: Vec<usize>,
}

/// What solving a node leads to.
enum Next {
    /// Nothing better is in there.
    Closed,
    /// The asset to branch on.
    Branch(usize),
}

impl Search<'_, '_> {
    /// Searches until nothing better is left, or until the limit; the least bound that is then open.
    fn run(&mut self, limit: usize) -> Result<Option<f64>, Error> {
        let mut open = BinaryHeap::new();
        let (places, agree) = self.choices.root();
        let start = self.question.start;
        let mut root = Node {
            places,
            bound: f64::NEG_INFINITY,
            active: start.map_or_else(ActiveSet::default, |(active, _)| active.clone()),
            multipliers: start.map_or_else(Multipliers::default, |(_, at)| at),
            number: 0,
        };
        if !agree {
            // What the bounds demand breaks a rule; what is wrong without the rules is told first.
            return self.relax(&mut root, true).map(|_| None);
        }
        let mut next = Some(root);
        let mut number = 0;
        loop {
            let Some(mut node) = next.take().or_else(|| open.pop()) else { return Ok(None) };
            if self.beaten(node.bound) {
                continue;
            }
            if self.nodes >= limit {
                let bounds = open.iter().map(|node: &Node| node.bound).chain([node.bound]);
                return Ok(Some(bounds.fold(f64::INFINITY, f64::min)));
            }
            let asset = match self.solve(&mut node)? {
                Next::Closed => continue,
                Next::Branch(asset) => asset,
            };
            if node.number == 0 {
                self.round(&node)?;
            }
            // The position as it stands is the child to dive into; the others wait.
            let own = self.scratch.now.solution.x[asset];
            for place in self.choices.children(asset, own) {
                number += 1;
                let mut child = Node { number, ..node.clone() };
                child.places[asset] = place;
                let agrees = self.choices.propagate(&mut child.places);
                if agrees && next.is_none() && place != Place::Out {
                    next = Some(child);
                } else if agrees {
                    open.push(child);
                }
            }
        }
    }

    fn beaten(&self, bound: f64) -> bool {
        self.incumbent.as_ref().is_some_and(|best| bound >= best.loss - EQUAL * best.loss.abs())
    }

    /// Solves the relaxation of a node and takes what it can from it.
    fn solve(&mut self, node: &mut Node) -> Result<Next, Error> {
        let root = node.number == 0;
        let Some(loss) = self.relax(node, root)? else { return Ok(Next::Closed) };
        node.bound = node.bound.max(loss);
        if self.beaten(node.bound) {
            return Ok(Next::Closed);
        }
        let x = &self.scratch.now.solution.x;
        match self.choices.broken(&node.places, x, &mut self.held) {
            Some(asset) => Ok(Next::Branch(asset)),
            None => {
                let (active, multipliers) = (node.active.clone(), node.multipliers);
                let places = self.choices.fixed(&node.places, x);
                self.incumbent = Some(Incumbent { places, loss, active, multipliers });
                Ok(Next::Closed)
            }
        }
    }

    /// The least loss within a node; `None` where it holds no portfolio.
    fn relax(&mut self, node: &mut Node, root: bool) -> Result<Option<f64>, Error> {
        let request = self.request;
        self.choices.write_bounds(&node.places, &mut self.lower, &mut self.upper);
        if !root && !self.choices.has_room(request.rows, &self.lower, &self.upper) {
            return Ok(None);
        }
        for (place, choice) in node.active.places.iter_mut().zip(&node.places) {
            if *choice == Place::Out {
                *place = 0;
            }
        }
        self.nodes += 1;
        let request = Request { lower: &self.lower, upper: &self.upper, ..*request };
        let question = Question { start: Some((&node.active, node.multipliers)), ..*self.question };
        let found = match optimum(&request, &question, self.scratch) {
            Ok(found) => found,
            Err(error) if !root && (error.is_out_of_reach() || matches!(error, Error::Infeasible(_))) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let now = &self.scratch.now;
        self.iterations += now.solution.iterations;
        node.active.clone_from(&now.solution.active);
        node.multipliers = now.at;
        Ok(Some(sign(self.question) * found.value))
    }

    /// A first portfolio: the largest positions of the relaxation that go together.
    fn round(&mut self, node: &Node) -> Result<(), Error> {
        let kept = self.scratch.now.clone();
        let mut rounded = Node { places: self.choices.rounded(&kept.solution.x), ..node.clone() };
        // Positions that come out too small are left out, one at a time.
        for _ in 0..rounded.places.len() {
            let Some(loss) = self.relax(&mut rounded, false)? else { break };
            let x = &self.scratch.now.solution.x;
            let Some(asset) = self.choices.broken(&rounded.places, x, &mut self.held) else {
                if !self.beaten(loss) {
                    let places = self.choices.fixed(&rounded.places, x);
                    let (active, multipliers) = (rounded.active, rounded.multipliers);
                    self.incumbent = Some(Incumbent { places, loss, active, multipliers });
                }
                break;
            };
            rounded.places[asset] = Place::Out;
        }
        self.scratch.now = kept;
        Ok(())
    }
}

impl Choices {
    /// The rules that contradict the rest.
    fn conflict(&self) -> Conflict {
        let row = |label: &str, side, limit| Constraint::Row { label: label.to_owned(), side, limit };
        let mut constraints = Vec::new();
        constraints.extend(self.cardinality.map(|most| row("cardinality", Side::Upper, most as f64)));
        constraints.extend(self.least.map(|least| row("min-position", Side::Lower, least)));
        constraints.extend(self.cap.map(|cap| row("max-correlation", Side::Upper, cap)));
        Conflict { constraints, relaxation: Vec::new() }
    }
}

impl Ord for Node {
    /// The greatest is the one with the lowest bound, and of those the oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

// Each node has its own number.
impl Eq for Node {}
