//! Caps and floors on groups of assets, honoured exactly.
//!
//! Assets that belong to the same groups form a *cell*; cells do not overlap, whatever the groups do.
//! First the masses of the cells are fixed: those of the portfolio without groups, moved as little as the groups
//! ask for. Then the bisection hands each cell's mass down, where all that is left is an interval per cell and split.

use std::collections::BTreeMap;

use po_core::GroupBound;

use crate::Error;
use crate::allocation::Bisection;
use crate::limits::{Interval, Limits, ROUNDING};
use crate::projection::{Projection, Row, room};

/// The groups and their cells; cell zero holds the assets in no group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Groups {
    bounds: Vec<GroupBound>,
    /// The cell of each asset up to the last one in any group.
    cell_of: Vec<usize>,
    /// The cells of each group.
    cells_of: Vec<Vec<usize>>,
    cells: usize,
}

/// Working memory of groups; all vectors have one entry per cell, but `levels`.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupsScratch {
    /// Moves the cell masses.
    projection: Projection,
    /// Masses of the portfolio without groups.
    natural: Vec<f64>,
    /// Least and greatest mass by the bounds of the assets.
    lower: Vec<f64>,
    /// See `lower`.
    upper: Vec<f64>,
    /// The weights without groups, in the order of the assets.
    weights: Vec<f64>,
    /// The two halves of a split.
    halves: Vec<Halves>,
    /// The masses of the cells in the current cluster of each level of the bisection.
    levels: Vec<f64>,
}

/// What a split knows of one cell.
#[derive(Clone, Copy, Debug)]
struct Halves {
    /// Mass without groups in either half.
    natural: [f64; 2],
    /// What the bounds allow in either half.
    allowed: [Interval; 2],
    /// What may go left.
    open: Interval,
    /// What goes left, before it is clipped, and how readily it moves.
    mass: f64,
    slope: f64,
    /// Whether the clipping is decided.
    fixed: bool,
}

const NOTHING: Interval = Interval { lower: 0.0, upper: 0.0 };

impl Groups {
    pub(crate) fn new(bounds: Vec<GroupBound>) -> Self {
        let assets =
            bounds.iter().filter_map(|group| group.members().last()).max().map_or(0, |&last| last + 1);
        let mut cell_of_groups = BTreeMap::from([(Vec::new(), 0)]);
        let mut cell_of = Vec::with_capacity(assets);
        for asset in 0..assets {
            let holds = |&group: &usize| bounds[group].members().binary_search(&asset).is_ok();
            let groups: Vec<usize> = (0..bounds.len()).filter(holds).collect();
            let next = cell_of_groups.len();
            cell_of.push(*cell_of_groups.entry(groups).or_insert(next));
        }
        let mut cells_of = vec![Vec::new(); bounds.len()];
        for (groups, &cell) in &cell_of_groups {
            groups.iter().for_each(|&group| cells_of[group].push(cell));
        }
        Self { bounds, cell_of, cells_of, cells: cell_of_groups.len() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    pub(crate) fn check_negative(&self) -> Result<(), Error> {
        let unreachable = |group: &&GroupBound| group.upper() < 0.0 || group.lower() > 1.0 + ROUNDING;
        match self.bounds.iter().find(unreachable) {
            Some(group) => Err(unattainable(group, 0.0, 1.0)),
            None => Ok(()),
        }
    }

    pub(crate) fn check_members(&self, assets: usize) -> Result<(), Error> {
        let stranger =
            |group: &GroupBound| group.members().last().copied().filter(|&member| member >= assets);
        match self.bounds.iter().find_map(|group| stranger(group).map(|member| (group, member))) {
            Some((group, member)) => {
                Err(Error::UnknownMember { group: group.name().to_owned(), member, assets })
            }
            None => Ok(()),
        }
    }

    fn cell(&self, asset: usize) -> usize {
        self.cell_of.get(asset).copied().unwrap_or(0)
    }

    fn row(&self, group: usize) -> Row<'_> {
        let (cells, bound) = (&self.cells_of[group], &self.bounds[group]);
        Row { cells, lower: bound.lower(), upper: bound.upper() }
    }

    fn sum(&self, group: usize, masses: &[f64]) -> f64 {
        self.cells_of[group].iter().map(|&cell| masses[cell]).sum()
    }
}

/// Replaces the weights without groups by weights within the bounds of all groups, if they are not already.
pub(crate) fn weights_into(
    order: &[usize],
    splits: &mut [Bisection],
    limits: &Limits,
    scratch: &mut GroupsScratch,
    weights: &mut Vec<f64>,
) -> Result<(), Error> {
    let groups = &limits.groups;
    scratch.sum_up(limits, weights);
    let keeps = |(index, group): (usize, &GroupBound)| {
        let sum = groups.sum(index, &scratch.natural);
        (group.lower()..=group.upper()).contains(&sum)
    };
    if groups.bounds.iter().enumerate().all(keeps) {
        return Ok(());
    }
    scratch.fix_cells(groups)?;
    scratch.weights.clone_from(weights);
    Down { order, splits, limits, scratch, weights }.hand_down(0, order.len(), 0);
    Ok(())
}

impl GroupsScratch {
    /// Sums weights and bounds over cells.
    fn sum_up(&mut self, limits: &Limits, weights: &[f64]) {
        let cells = limits.groups.cells;
        for sums in [&mut self.natural, &mut self.lower, &mut self.upper] {
            sums.clear();
            sums.resize(cells, 0.0);
        }
        for (asset, &weight) in weights.iter().enumerate() {
            let (cell, allowed) = (limits.groups.cell(asset), limits.of(asset));
            self.natural[cell] += weight;
            self.lower[cell] += allowed.lower;
            self.upper[cell] += allowed.upper;
        }
        // Whether the groups bind depends on the data, and memory must not.
        self.projection.make_room(cells, limits.groups.bounds.len());
        room(&mut self.weights, weights.len());
        room(&mut self.halves, cells);
        let levels = weights.len().ilog2() as usize + 3;
        self.levels.clear();
        self.levels.resize(levels * cells, 0.0);
    }

    /// Fixes the mass of each cell, at the first level.
    fn fix_cells(&mut self, groups: &Groups) -> Result<(), Error> {
        for (index, group) in groups.bounds.iter().enumerate() {
            let (least, greatest) = (groups.sum(index, &self.lower), groups.sum(index, &self.upper));
            if group.upper() < least - ROUNDING || group.lower() > greatest + ROUNDING {
                return Err(unattainable(group, least, greatest));
            }
        }
        let Self { projection, natural, lower, upper, levels, .. } = self;
        let masses = &mut levels[..groups.cells];
        let mut holds = |kept: &mut dyn Iterator<Item = usize>| {
            projection.project(natural, lower, upper, kept.map(|group| groups.row(group)), masses)
        };
        let all = 0..groups.bounds.len();
        if holds(&mut all.clone()) {
            return Ok(());
        }
        // A group is to blame if, without it, those not yet cleared leave a portfolio.
        let mut blamed: Vec<usize> = all.clone().collect();
        for group in all {
            if !holds(&mut blamed.iter().copied().filter(|&other| other != group)) {
                blamed.retain(|&other| other != group);
            }
        }
        let groups = blamed.iter().map(|&group| groups.bounds[group].name().to_owned()).collect();
        Err(Error::GroupsConflict { groups })
    }
}

fn unattainable(group: &GroupBound, least: f64, greatest: f64) -> Error {
    let (group, lower, upper) = (group.name().to_owned(), group.lower(), group.upper());
    Error::GroupUnattainable { group, lower, upper, least, greatest }
}

struct Down<'a> {
    order: &'a [usize],
    splits: &'a mut [Bisection],
    limits: &'a Limits,
    scratch: &'a mut GroupsScratch,
    weights: &'a mut [f64],
}

impl Down<'_> {
    /// Hands the cell masses of `level` down to the leaves `start..end`.
    fn hand_down(&mut self, start: usize, end: usize, level: usize) {
        let cells = self.limits.groups.cells;
        if end - start == 1 {
            let asset = self.order[start];
            let mass = self.scratch.levels[level * cells + self.limits.groups.cell(asset)];
            self.weights[asset] = self.limits.of(asset).clip(mass);
            return;
        }
        let mid = start + (end - start) / 2;
        self.halve(start, mid, end, level);
        self.hand_down(start, mid, level + 1);
        let (above, below) = self.scratch.levels.split_at_mut((level + 1) * cells);
        for (mass, whole) in below[..cells].iter_mut().zip(&above[level * cells..]) {
            *mass = whole - *mass;
        }
        self.hand_down(mid, end, level + 1);
    }

    /// Writes to the next level what each cell gives to the left half.
    fn halve(&mut self, start: usize, mid: usize, end: usize, level: usize) {
        let Self { order, splits, limits, scratch, .. } = self;
        let GroupsScratch { halves, levels, weights, .. } = &mut **scratch;
        let cells = limits.groups.cells;
        let (above, below) = levels.split_at_mut((level + 1) * cells);
        let (masses, lefts) = (&above[level * cells..], &mut below[..cells]);
        halves.clear();
        halves.resize(cells, Halves::EMPTY);
        for (place, &asset) in (start..end).zip(&order[start..end]) {
            let (cell, half) = (&mut halves[limits.groups.cell(asset)], usize::from(place >= mid));
            cell.natural[half] += weights[asset];
            cell.allowed[half] = cell.allowed[half].plus(limits.of(asset));
        }
        let mass: f64 = masses.iter().sum();
        let split = &mut splits[mid - 1];
        halves.iter_mut().zip(masses).for_each(|(cell, &mass)| cell.open(mass));
        share_out(halves, split.share_left * mass);
        for (left, cell) in lefts.iter_mut().zip(&*halves) {
            *left = cell.open.clip(cell.mass);
        }
        split.weight_left = lefts.iter().sum();
        split.weight_right = mass - split.weight_left;
    }
}

impl Halves {
    const EMPTY: Self =
        Self { natural: [0.0; 2], allowed: [NOTHING; 2], open: NOTHING, mass: 0.0, slope: 0.0, fixed: false };

    /// The left half's part of `mass`, in proportion to the portfolio without groups, and the room around it.
    fn open(&mut self, mass: f64) {
        let [left, right] = self.natural;
        let share = if left + right > 0.0 { left / (left + right) } else { 0.5 };
        self.open = self.allowed[0].leaving(mass, self.allowed[1]);
        self.mass = mass * share;
        self.slope = mass * share * (1.0 - share);
    }
}

/// Moves the left masses along their slopes until they sum to `target`, as far as the intervals allow.
///
/// Each round moves all cells that are not fixed and then fixes those that overshot on the heavier side; no later
/// round can bring them back (Bitran and Hax 1981).
fn share_out(halves: &mut [Halves], target: f64) {
    for _ in 0..=halves.len() {
        let mut missing = target;
        let mut slope = 0.0;
        for cell in halves.iter() {
            missing -= cell.mass;
            slope += if cell.fixed { 0.0 } else { cell.slope };
        }
        let step = if slope > 0.0 { missing / slope } else { 0.0 };
        let (mut short, mut over) = (0.0, 0.0);
        for cell in halves.iter_mut().filter(|cell| !cell.fixed) {
            cell.mass += step * cell.slope;
            short += (cell.open.lower - cell.mass).max(0.0);
            over += (cell.mass - cell.open.upper).max(0.0);
        }
        if short <= 0.0 && over <= 0.0 {
            return;
        }
        for cell in halves.iter_mut().filter(|cell| !cell.fixed) {
            let overshot =
                if short > over { cell.mass < cell.open.lower } else { cell.mass > cell.open.upper };
            if overshot {
                cell.mass = cell.open.clip(cell.mass);
                cell.fixed = true;
            }
        }
    }
}
