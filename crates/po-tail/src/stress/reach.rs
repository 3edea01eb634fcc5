//! What an expected value can be under rows on other expected values: a linear programme by the simplex method.

use po_core::linalg::Svd;
use po_core::nalgebra::DMatrix;
use po_core::simd::dot;

use super::dual::Row;

/// Reduced costs, ratios and pivots below it are rounding: rows are scaled to about one.
const ZERO: f64 = 1e-9;

/// Exchanges after which the first candidate is taken in place of the best, which cannot circle.
const PATIENCE: usize = 500;

/// Exchanges after which the search gives up.
const MOST: usize = 20_000;

/// Exchanges after which the inverse of the basis is computed afresh.
const FRESH: usize = 50;

/// A simplex tableau, of which only the inverse of the basis is kept.
///
/// Columns are the scenarios, then one slack for each row, then one artificial for each row and the total.
struct Simplex<'a> {
    rows: &'a [Row],
    scenarios: usize,
    basis: Vec<usize>,
    inverse: DMatrix<f64>,
    values: Vec<f64>,
}

/// The least and the greatest `E_p[f]` over the probabilities that satisfy the rows; none where no p does.
pub(super) fn range(rows: &[Row], f: &[f64]) -> Option<(f64, f64)> {
    let mut simplex = Simplex::start(rows, f.len());
    let artificial = simplex.scenarios + rows.len();
    let left = simplex.minimise(|column| if column >= artificial { 1.0 } else { 0.0 }, &[])?;
    if left > 1e-8 {
        return None;
    }
    let least = simplex.minimise(|_| 0.0, f)?;
    let negated: Vec<f64> = f.iter().map(|value| -value).collect();
    let greatest = -simplex.minimise(|_| 0.0, &negated)?;
    Some((least, greatest))
}

impl<'a> Simplex<'a> {
    fn start(rows: &'a [Row], scenarios: usize) -> Self {
        let size = rows.len() + 1;
        let mut values = vec![0.0; size];
        values[rows.len()] = 1.0;
        let basis = (0..size).map(|row| scenarios + rows.len() + row).collect();
        Self { rows, scenarios, basis, inverse: DMatrix::identity(size, size), values }
    }

    /// A column of the constraints: the rows, and below them the total.
    fn column(&self, column: usize) -> Vec<f64> {
        let (scenarios, count) = (self.scenarios, self.rows.len());
        let unit = |place: usize| (0..=count).map(|row| if row == place { 1.0 } else { 0.0 }).collect();
        if column < scenarios {
            self.rows.iter().map(|row| row.values[column]).chain([1.0]).collect()
        } else if column < scenarios + count {
            unit(column - scenarios)
        } else {
            unit(column - scenarios - count)
        }
    }

    /// Minimises costs of the scenarios, or of all columns where no scenario has one; the artificials stay out.
    fn minimise(&mut self, cost: impl Fn(usize) -> f64, f: &[f64]) -> Option<f64> {
        let cost = |column: usize| f.get(column).copied().unwrap_or_else(|| cost(column));
        let (count, size) = (self.rows.len(), self.basis.len());
        let scale = f.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let scale = if scale > 0.0 { scale } else { 1.0 };
        for exchange in 0..MOST {
            if exchange % FRESH == FRESH - 1 {
                self.refresh()?;
            }
            let costs: Vec<f64> = self.basis.iter().map(|&column| cost(column)).collect();
            let prices: Vec<f64> =
                (0..size).map(|row| dot(&costs, self.inverse.column(row).as_slice())).collect();
            let mut reduced: Vec<f64> = (0..self.scenarios).map(|s| cost(s) - prices[count]).collect();
            for (row, price) in self.rows.iter().zip(&prices) {
                po_core::simd::axpy(-price, &row.values, &mut reduced);
            }
            let slacks = (0..count).map(|row| if self.rows[row].at_most { -prices[row] } else { 0.0 });
            reduced.extend(slacks);
            let patient = exchange < PATIENCE;
            let entering = if patient {
                let best = (0..reduced.len()).min_by(|&a, &b| reduced[a].total_cmp(&reduced[b]));
                best.filter(|&column| reduced[column] < -ZERO * scale)
            } else {
                reduced.iter().position(|reduced| *reduced < -ZERO * scale)
            };
            let Some(entering) = entering else {
                return Some(dot(&costs, &self.values));
            };
            self.exchange(entering)?;
        }
        None
    }

    /// Brings a column into the basis; none where nothing stops it, which probabilities always do.
    fn exchange(&mut self, entering: usize) -> Option<()> {
        let artificial = self.scenarios + self.rows.len();
        let direction = &self.inverse * DMatrix::from_vec(self.basis.len(), 1, self.column(entering));
        let direction = direction.as_slice();
        let ratio = |row: usize| {
            let held = self.basis[row] >= artificial && self.values[row] <= ZERO;
            if direction[row] > ZERO || (held && direction[row].abs() > ZERO) {
                Some((self.values[row].max(0.0) / direction[row]).max(0.0))
            } else {
                None
            }
        };
        let candidates = (0..self.basis.len()).filter_map(|row| Some((ratio(row)?, row)));
        // Of equal ratios the largest pivot, which keeps the inverse accurate.
        let (length, leaving) = candidates
            .min_by(|a, b| a.0.total_cmp(&b.0).then(direction[b.1].abs().total_cmp(&direction[a.1].abs())))?;
        for (row, value) in self.values.iter_mut().enumerate() {
            *value = if row == leaving { length } else { *value - length * direction[row] };
        }
        let pivot = direction[leaving];
        for mut column in self.inverse.column_iter_mut() {
            let top = column[leaving] / pivot;
            for (row, entry) in column.iter_mut().enumerate() {
                *entry = if row == leaving { top } else { *entry - direction[row] * top };
            }
        }
        self.basis[leaving] = entering;
        Some(())
    }

    fn refresh(&mut self) -> Option<()> {
        let size = self.basis.len();
        let columns: Vec<f64> = self.basis.iter().flat_map(|&column| self.column(column)).collect();
        let svd = Svd::new(DMatrix::from_vec(size, size, columns).as_view()).ok()?;
        let identity = DMatrix::<f64>::identity(size, size);
        self.inverse = DMatrix::from_vec(size, size, svd.least_squares(identity.as_slice()).ok()?);
        self.values = self.inverse.column(size - 1).as_slice().to_vec();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, range};

    #[test]
    fn an_expectation_ranges_between_the_outermost_scenarios() {
        let (least, greatest) = range(&[], &[0.3, -0.2, 0.1]).unwrap_or_default();
        assert!((least + 0.2).abs() < 1e-15 && (greatest - 0.3).abs() < 1e-15);
    }

    #[test]
    fn a_row_narrows_it() {
        // The mean of x is 0: of x², between that of the middle and that of the ends.
        let x = [-2.0, -1.0, 0.0, 1.0, 2.0];
        let rows = [Row { values: x.to_vec(), at_most: false }];
        let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
        let (least, greatest) = range(&rows, &squares).unwrap_or_default();
        assert!(least.abs() < 1e-12 && (greatest - 4.0).abs() < 1e-12);
        let none = [Row { values: vec![1.0, 2.0], at_most: true }];
        assert_eq!(range(&none, &[0.0, 1.0]), None);
    }
}
