//! From a programme to its solution, by way of restricted ones.

use po_core::Status;

use super::certificate::{Multipliers, certify};
use super::interior::Interior;
use super::known::Known;
use super::piece::Piece;
use super::polish::Polish;
use super::restrict::Chosen;
use super::restricted::Restricted;
use super::start::Start;
use super::tail::{Tail, share};
use crate::{CvarProgram, CvarSolution, Error};

/// Assets that are all looked at from the start.
const FEW: usize = 48;

/// Scenarios that are looked at from the start, for each one in the tail.
const WIDE: f64 = 3.0;

/// Gaps at which a search looks around for what it should have known.
const STAGES: [f64; 4] = [3e-2, 2e-3, 1e-4, 1e-10];

/// The gap for the sake of which an interior point is followed as far as rounding lets it.
const LAST: f64 = 1e-15;

/// Products of slacks and prices at the start, for as long as that leads to an end.
const STARTS: [f64; 3] = [1e-3, 1e-1, 1.0];

/// How far below the value at risk scenarios are taken along when one was missed, in units of what the tail exceeds it by.
const NEAR: f64 = 0.4;

/// Restricted programmes that are solved at most.
const ROUNDS: usize = 60;

/// A slope along which an asset would gain counts above this, in units of the programme.
const GAIN: f64 = 1e-11;

/// Working memory of a search.
#[derive(Clone, Debug, Default)]
pub(in crate::optimise) struct Search {
    start: Start,
    pub(super) tail: Tail,
    pub(super) chosen: Chosen,
    pub(super) restricted: Restricted,
    pub(super) interior: Interior,
    known: Known,
    pub(super) polish: Polish,
    pub(super) multipliers: Multipliers,
    /// The slope of the Lagrangian along each asset, but for absolute values and the ridge.
    pub(super) slopes: Vec<f64>,
    pub(super) x: Vec<f64>,
    /// What is known of the multipliers of the bounds of all assets.
    bounds: Vec<f64>,
    /// x, and the prices of bounds, of the assets that are looked at; prices of rows.
    first: Vec<f64>,
    prices: Vec<f64>,
    equations: Vec<f64>,
    candidates: Vec<(f64, usize)>,
    pub(super) vertex: CvarSolution,
}

impl Search {
    /// Solves a programme that was checked; a solution of one of the same size is where it begins.
    pub(in crate::optimise) fn solve(
        &mut self,
        program: &CvarProgram<'_>,
        solution: &mut CvarSolution,
    ) -> Result<(), Error> {
        let families = program.absolute.len();
        let fits = [solution.x.len(), solution.bounds.len()] == [program.returns.assets(); 2]
            && (solution.rows.len(), solution.absolute.len()) == (program.rows.len(), families)
            && solution.tail.iter().all(|(t, _)| *t < program.returns.observations())
            && solution.status == Status::Converged
            && !solution.tail.is_empty();
        if program.price <= 0.0 && program.limit.is_infinite() {
            return self.riskless(program, solution);
        }
        if fits {
            self.begin_warm(program, solution);
        } else {
            self.begin_cold(program)?;
        }
        self.interior.iterations = 0;
        for (attempt, &mu) in STARTS.iter().enumerate() {
            self.tail.measure(program, &self.x);
            self.choose(program, attempt);
            if !self.chosen.assets.is_empty() {
                if attempt > 0 {
                    self.forget();
                }
                self.place(program, mu);
                self.run(program);
            }
            self.conclude(program, solution);
            if solution.status != Status::Converged && !self.chosen.assets.is_empty() {
                // What remains of an objective that cancels may need all digits that there are.
                self.interior.solve(&self.restricted, LAST);
                self.take_over(program);
                self.conclude(program, solution);
            }
            if solution.status == Status::Converged {
                break;
            }
            self.begin_cold(program)?;
        }
        Ok(())
    }

    /// Begins at the portfolio of about the least variance.
    fn begin_cold(&mut self, program: &CvarProgram<'_>) -> Result<(), Error> {
        let Self { start, slopes, multipliers, bounds, x, .. } = self;
        start.find(program)?;
        x.clone_from(&start.solution.x);
        start.slopes_into(program, slopes);
        bounds.clone_from(&start.solution.bounds);
        multipliers.rows.clone_from(&start.solution.rows);
        multipliers.absolute.clear();
        multipliers.absolute.extend(start.solution.absolute.iter().map(|price| 0.0 - price));
        multipliers.cap = (start.price - program.price).max(0.0);
        Ok(())
    }

    /// Without a price or a limit, risk has no say.
    fn riskless(&mut self, program: &CvarProgram<'_>, solution: &mut CvarSolution) -> Result<(), Error> {
        let Self { start, tail, multipliers, slopes, x, .. } = self;
        start.riskless(program)?;
        x.clone_from(&start.solution.x);
        solution.x.clone_from(x);
        multipliers.tail.clear();
        multipliers.rows.clone_from(&start.solution.rows);
        multipliers.absolute.clear();
        multipliers.absolute.extend(start.solution.absolute.iter().map(|price| 0.0 - price));
        multipliers.cap = 0.0;
        certify(program, tail, multipliers, slopes, solution);
        (solution.iterations, solution.status) = (start.solution.iterations, start.solution.status);
        Ok(())
    }

    /// Begins at a solution.
    fn begin_warm(&mut self, program: &CvarProgram<'_>, solution: &CvarSolution) {
        let Self { multipliers, bounds, x, .. } = self;
        x.clone_from(&solution.x);
        for ((x, lower), upper) in x.iter_mut().zip(program.lower).zip(program.upper) {
            *x = x.max(*lower).min(*upper);
        }
        bounds.clone_from(&solution.bounds);
        multipliers.rows.clone_from(&solution.rows);
        multipliers.absolute.clear();
        multipliers.absolute.extend(solution.absolute.iter().map(|price| 0.0 - price));
        multipliers.cap = 0.0 - solution.limit;
        let total = program.price + multipliers.cap;
        multipliers.tail.clear();
        multipliers.tail.extend(solution.tail.iter().map(|(t, z)| (*t, total * z)));
        multipliers.slopes_into(program, &mut self.slopes);
    }

    /// Forgets multipliers that led nowhere.
    fn forget(&mut self) {
        self.bounds.fill(0.0);
        self.multipliers.rows.fill(0.0);
        self.multipliers.cap = self.multipliers.cap.min(self.chosen.objective_unit);
    }

    /// Chooses what to look at first: all that moves, those that would move most easily, and the worst scenarios.
    fn choose(&mut self, program: &CvarProgram<'_>, attempt: usize) {
        let Self { tail, chosen, x, candidates, slopes, multipliers, .. } = self;
        let (assets, scenarios) = (x.len(), tail.losses.len());
        chosen.reset(assets, scenarios);
        chosen.measure(program, tail);
        let stands = |asset: usize| {
            // Exactly, because that is how it was put there.
            let at = |place: f64| x[asset].total_cmp(&place).is_eq();
            at(program.lower[asset])
                || at(program.upper[asset])
                || program.absolute.iter().any(|family| at(family.center[asset]))
        };
        candidates.clear();
        for asset in (0..assets).filter(|&asset| program.lower[asset] < program.upper[asset]) {
            if assets <= FEW || attempt > 0 || !stands(asset) {
                chosen.add_asset(asset);
            } else {
                let piece = Piece { program, etas: &multipliers.absolute, asset, slope: slopes[asset] };
                candidates.push((piece.reluctance(x[asset]), asset));
            }
        }
        let room = (chosen.assets.len() / 2 + 16).min(candidates.len());
        first(candidates, room).iter().for_each(|(_, asset)| chosen.add_asset(*asset));
        let wide = WIDE * f64::from(1 << (2 * attempt)) * tail.scenarios().len() as f64;
        let wide = wide as usize + chosen.assets.len() + 8;
        // What cannot happen has no say.
        let possible = tail.worst(wide).iter().filter(|t| share(program, **t) > 0.0);
        possible.for_each(|&t| chosen.add_scenario(t));
    }

    /// Writes the restricted programme, and puts the interior point near to x.
    fn place(&mut self, program: &CvarProgram<'_>, mu: f64) {
        let Self {
            chosen,
            restricted,
            interior,
            tail,
            x,
            bounds,
            first,
            prices,
            equations,
            known,
            multipliers,
            ..
        } = self;
        known.reset(x.len(), tail.losses.len());
        chosen.write(program, x, restricted);
        first.clear();
        first.extend(chosen.assets.iter().map(|&asset| x[asset]));
        let slope = chosen.objective_unit * chosen.unit;
        prices.clear();
        prices.extend(chosen.assets.iter().map(|&asset| bounds[asset] / slope));
        equations.clear();
        equations.extend(multipliers.rows.iter().map(|y| y / slope));
        let cap = multipliers.cap / chosen.objective_unit;
        interior.at.start(restricted, first, tail.var / chosen.unit, mu, prices, (equations, cap));
    }

    /// Follows the interior point to the solution of the programme, whose restriction grows on the way.
    fn run(&mut self, program: &CvarProgram<'_>) {
        let mut stage = 0;
        for _ in 0..ROUNDS {
            let converged = self.interior.solve(&self.restricted, STAGES[stage]);
            let last = stage + 1 == STAGES.len();
            self.take_over(program);
            self.known.keep(&self.interior.at, &self.chosen.assets, &self.chosen.scenarios);
            let grown = self.widen(program);
            if grown && (converged || !last) {
                self.grow(program);
                // A late discovery takes the interior point back from the boundary.
                stage = stage.min(1);
            } else if last || !converged {
                break;
            } else {
                stage += 1;
            }
        }
    }

    /// Writes the restricted programme again, now that it has grown, and goes on from where the interior point was.
    fn grow(&mut self, program: &CvarProgram<'_>) {
        let Self { chosen, restricted, interior, x, first, prices, equations, known, .. } = self;
        let at = &mut interior.at;
        chosen.write(program, x, restricted);
        first.clear();
        first.extend(chosen.assets.iter().map(|&asset| x[asset]));
        prices.clear();
        prices.resize(chosen.assets.len(), 0.0);
        equations.clear();
        equations.resize(program.rows.len(), 0.0);
        for (&row, y) in at.equation_at.iter().zip(&at.equation) {
            equations[row] = *y;
        }
        let zeta = at.zeta;
        known.swap_limits(at);
        at.start(restricted, first, zeta, known.mu(), prices, (equations, 0.0));
        known.swap_limits(at);
        known.recall(at, &chosen.assets, &chosen.scenarios);
    }

    /// Takes x over from the interior point, and measures it.
    fn take_over(&mut self, program: &CvarProgram<'_>) {
        let Self { chosen, interior, x, tail, .. } = self;
        for (&asset, value) in chosen.assets.iter().zip(&interior.at.x) {
            x[asset] = *value;
        }
        tail.measure(program, x);
    }

    /// Adds what the restricted programme should have known; whether there was anything.
    fn widen(&mut self, program: &CvarProgram<'_>) -> bool {
        self.read_interior(program);
        let Self { chosen, interior, tail, multipliers, candidates, x, slopes, .. } = self;
        let zeta = interior.at.zeta * chosen.unit;
        let above =
            |t: usize, loss: f64| !chosen.is_counted[t] && tail.losses[t] > loss && share(program, t) > 0.0;
        let missed = (0..tail.losses.len()).any(|t| above(t, zeta + GAIN * chosen.unit));
        if missed {
            let near = zeta - NEAR * (tail.cvar - zeta).abs();
            candidates.clear();
            candidates.extend((0..tail.losses.len()).filter(|&t| above(t, near)).map(|t| (0.0, t)));
            candidates.iter().for_each(|(_, t)| chosen.add_scenario(*t));
        }
        if chosen.assets.len() == x.len() {
            return missed;
        }
        multipliers.slopes_into(program, slopes);
        let least = GAIN * chosen.unit * chosen.objective_unit;
        candidates.clear();
        for asset in (0..x.len()).filter(|&asset| !chosen.is_chosen[asset]) {
            let piece = Piece { program, etas: &multipliers.absolute, asset, slope: slopes[asset] };
            let reluctance = piece.reluctance(x[asset]);
            if reluctance < -least {
                candidates.push((reluctance, asset));
            }
        }
        let room = (chosen.assets.len() / 2 + 24).min(candidates.len());
        first(candidates, room).iter().for_each(|(_, asset)| chosen.add_asset(*asset));
        missed || room > 0
    }
}

/// The `count` least of a list.
fn first(candidates: &mut [(f64, usize)], count: usize) -> &[(f64, usize)] {
    if 0 < count && count < candidates.len() {
        candidates.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
    &candidates[..count]
}
