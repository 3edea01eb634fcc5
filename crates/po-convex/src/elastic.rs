//! A programme's constraints with rows that give at a price.

use crate::simplex::Simplex;
use crate::{Constraint, Program, Side};

/// The constraints of a programme as columns and rows of a linear programme.
///
/// An asset whose distance from `h` is limited becomes pieces: `x = h - q + p`, of which both add to the distance.
/// With two different places `h` there is a piece between them too. No row per absolute value is needed, because
/// pieces that are filled in the wrong order only make distances longer.
///
/// Constraints are numbered: lower bounds, upper bounds, lower limits of rows, upper limits of rows; limits on
/// absolute values are rows after the others.
#[derive(Debug)]
pub(crate) struct Elastic<'a> {
    program: &'a Program<'a>,
    /// The families that have a limit.
    families: Vec<usize>,
    pieces: Vec<Piece>,
    /// The pieces of each asset begin here, and end where those of the next begin.
    first: Vec<usize>,
    columns: Vec<f64>,
    /// Limits of the rows, divided by their units and without what the places `h` contribute.
    limits: Vec<[f64; 2]>,
    units: Vec<f64>,
}

#[derive(Clone, Copy, Debug)]
enum Piece {
    Whole,
    /// `h - x`, where positive.
    Below(f64),
    /// `x - h` up to the next place.
    Between(f64, f64),
    /// `x - h`, where positive.
    Above(f64),
}

/// What is still there of the constraints, and where the simplex method stands.
#[derive(Clone, Debug)]
pub(crate) struct State<'a> {
    pub(crate) simplex: Simplex<'a>,
    /// By number of the constraint.
    pub(crate) present: Vec<bool>,
}

impl Piece {
    /// The bounds of the piece that bounds of its asset leave.
    fn range(self, [lower, upper]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Whole => [lower, upper],
            Self::Below(place) => [(place - upper).max(0.0), (place - lower).max(0.0)],
            Self::Between(place, next) => {
                [lower, upper].map(|bound| (bound - place).max(0.0).min(next - place))
            }
            Self::Above(place) => [lower, upper].map(|bound| (bound - place).max(0.0)),
        }
    }

    /// Which bound of its asset holds the piece at the end of its range, if one does.
    fn held_by(self, end: Side, [lower, upper]: [f64; 2]) -> Option<Side> {
        match (self, end) {
            (Self::Whole, _) => Some(end),
            (Self::Below(place), Side::Lower) => (upper < place).then_some(Side::Upper),
            (Self::Below(_), Side::Upper) => Some(Side::Lower),
            (Self::Between(place, _) | Self::Above(place), Side::Lower) => {
                (lower > place).then_some(Side::Lower)
            }
            (Self::Between(_, next), Side::Upper) => (upper < next).then_some(Side::Upper),
            (Self::Above(_), Side::Upper) => Some(Side::Upper),
        }
    }

    /// What a unit of the piece adds to x.
    fn sign(self) -> f64 {
        if matches!(self, Self::Below(_)) { -1.0 } else { 1.0 }
    }

    /// What a unit of the piece adds to the distance from `center`, which is one of its places.
    fn distance(self, center: f64) -> f64 {
        match self {
            Self::Between(_, next) if center >= next => -1.0,
            _ => 1.0,
        }
    }
}

impl<'a> Elastic<'a> {
    pub(crate) fn new(program: &'a Program<'a>) -> Self {
        let (assets, rows) = (program.len(), program.rows.len());
        let families: Vec<usize> = (0..program.absolute.len())
            .filter(|&family| program.absolute[family].limit.is_finite())
            .collect();
        let units: Vec<f64> =
            (0..rows).map(|row| unit(program.rows.row(row))).chain(families.iter().map(|_| 1.0)).collect();
        let mut offsets = vec![0.0; units.len()];
        let (mut pieces, mut first, mut columns) = (Vec::new(), vec![0], Vec::new());
        for asset in 0..assets {
            let mut places: Vec<f64> =
                families.iter().map(|&family| program.absolute[family].center[asset]).collect();
            places.sort_by(f64::total_cmp);
            match places[..] {
                [] => pieces.push(Piece::Whole),
                [place] => pieces.extend([Piece::Below(place), Piece::Above(place)]),
                [place, .., next] if place < next => {
                    pieces.extend([Piece::Below(place), Piece::Between(place, next), Piece::Above(next)]);
                }
                [place, ..] => pieces.extend([Piece::Below(place), Piece::Above(place)]),
            }
            let origin = places.first().copied().unwrap_or(0.0);
            for (row, offset) in offsets.iter_mut().enumerate() {
                *offset += match row.checked_sub(rows) {
                    None => program.rows.row(row)[asset] * origin,
                    Some(family) => (program.absolute[families[family]].center[asset] - origin).abs(),
                };
            }
            for piece in &pieces[first[asset]..] {
                columns.extend((0..rows).map(|row| piece.sign() * program.rows.row(row)[asset] / units[row]));
                let center = |family: &usize| program.absolute[*family].center[asset];
                columns.extend(families.iter().map(|family| piece.distance(center(family))));
            }
            first.push(pieces.len());
        }
        let given =
            program.rows.lower().iter().zip(program.rows.upper()).map(|(&lower, &upper)| [lower, upper]);
        let given =
            given.chain(families.iter().map(|&family| [f64::NEG_INFINITY, program.absolute[family].limit]));
        let limits = given.zip(&offsets).zip(&units);
        let limits =
            limits.map(|((limits, offset), unit)| limits.map(|limit| (limit - offset) / unit)).collect();
        Self { program, families, pieces, first, columns, limits, units }
    }

    /// Everything present, nothing solved.
    pub(crate) fn state(&self) -> State<'_> {
        let mut present = vec![true; self.constraints()];
        let assets = self.program.len();
        for asset in 0..assets {
            present[asset] = self.program.lower[asset].is_finite();
            present[assets + asset] = self.program.upper[asset].is_finite();
        }
        for (row, limits) in self.limits.iter().enumerate() {
            present[2 * assets + row] = limits[0].is_finite();
            present[2 * assets + self.rows() + row] = limits[1].is_finite();
        }
        let ranges = |asset: usize| {
            let bounds = self.bounds(asset, &present);
            self.pieces_of(asset).map(move |(_, piece)| piece.range(bounds))
        };
        let bounds: Vec<[f64; 2]> = (0..assets).flat_map(ranges).collect();
        let simplex = Simplex::new(&self.columns, &bounds, &self.limits, &vec![1.0; self.rows()]);
        State { simplex, present }
    }

    /// The number of constraints, of which some may be absent.
    pub(crate) fn constraints(&self) -> usize {
        2 * (self.program.len() + self.rows())
    }

    pub(crate) fn rows(&self) -> usize {
        self.limits.len()
    }

    /// What the violation of a row is counted in: its largest coefficient.
    pub(crate) fn unit(&self, row: usize) -> f64 {
        self.units[row]
    }

    pub(crate) fn is_equation(&self, row: usize) -> bool {
        self.limits[row][0] >= self.limits[row][1]
    }

    /// A constraint by number.
    pub(crate) fn constraint(&self, id: usize) -> Constraint {
        let assets = self.program.len();
        if id < assets {
            return Constraint::LowerBound { asset: id, bound: self.program.lower[id] };
        }
        if id < 2 * assets {
            return Constraint::UpperBound { asset: id - assets, bound: self.program.upper[id - assets] };
        }
        let row = id - 2 * assets;
        let side = if row < self.rows() { Side::Lower } else { Side::Upper };
        self.row_constraint(row % self.rows(), side)
    }

    /// One side of a row.
    pub(crate) fn row_constraint(&self, row: usize, side: Side) -> Constraint {
        let rows = self.program.rows;
        let (label, limit) = match (row.checked_sub(rows.len()), side) {
            (None, Side::Lower) => (rows.label(row), rows.lower()[row]),
            (None, Side::Upper) => (rows.label(row), rows.upper()[row]),
            (Some(family), _) => {
                let family = &self.program.absolute[self.families[family]];
                (family.label, family.limit)
            }
        };
        Constraint::Row { label: label.to_owned(), side, limit }
    }

    /// Takes constraints away.
    pub(crate) fn remove(&self, state: &mut State<'_>, ids: &[usize]) {
        let assets = self.program.len();
        for &id in ids {
            state.present[id] = false;
            if let Some(row) = id.checked_sub(2 * assets) {
                let row = row % self.rows();
                let sides =
                    [2 * assets + row, 2 * assets + self.rows() + row].map(|side| state.present[side]);
                state.simplex.limit_row(row, open(self.limits[row], sides));
            } else {
                let asset = id % assets;
                for (column, piece) in self.pieces_of(asset) {
                    state.simplex.bound_column(column, piece.range(self.bounds(asset, &state.present)));
                }
            }
        }
    }

    /// Which constraints have a multiplier.
    pub(crate) fn support(&self, state: &State<'_>) -> Vec<bool> {
        let (assets, multipliers) = (self.program.len(), state.simplex.multipliers());
        let mut support = vec![false; self.constraints()];
        for asset in 0..assets {
            for (column, piece) in self.pieces_of(asset) {
                let Some(end) = side(multipliers[column]) else { continue };
                match piece.held_by(end, self.bounds(asset, &state.present)) {
                    None => {}
                    Some(Side::Lower) => support[asset] = true,
                    Some(Side::Upper) => support[assets + asset] = true,
                }
            }
        }
        for (row, &multiplier) in multipliers[self.pieces.len()..].iter().enumerate() {
            match side(multiplier) {
                None => {}
                Some(Side::Lower) => support[2 * assets + row] = true,
                Some(Side::Upper) => support[2 * assets + self.rows() + row] = true,
            }
        }
        support
    }

    /// The pieces of an asset, with their columns.
    fn pieces_of(&self, asset: usize) -> impl Iterator<Item = (usize, Piece)> {
        let columns = self.first[asset]..self.first[asset + 1];
        columns.clone().zip(self.pieces[columns].iter().copied())
    }

    /// The bounds of an asset that are present.
    fn bounds(&self, asset: usize, present: &[bool]) -> [f64; 2] {
        let assets = self.program.len();
        open(
            [self.program.lower[asset], self.program.upper[asset]],
            [present[asset], present[assets + asset]],
        )
    }
}

/// The limits that are present.
fn open([lower, upper]: [f64; 2], present: [bool; 2]) -> [f64; 2] {
    [if present[0] { lower } else { f64::NEG_INFINITY }, if present[1] { upper } else { f64::INFINITY }]
}

/// The side that a multiplier belongs to.
fn side(multiplier: f64) -> Option<Side> {
    if multiplier > 0.0 {
        Some(Side::Lower)
    } else if multiplier < 0.0 {
        Some(Side::Upper)
    } else {
        None
    }
}

/// The largest coefficient of a row; one for a row of zeros.
fn unit(row: &[f64]) -> f64 {
    let largest = row.iter().fold(0.0, |largest: f64, coefficient| largest.max(coefficient.abs()));
    if largest > 0.0 { largest } else { 1.0 }
}
