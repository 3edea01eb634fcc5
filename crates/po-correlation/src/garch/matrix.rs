//! Systems of a few equations.

/// A system that an optimum with a few parameters and active constraints leads to has at most this many
/// equations.
pub(crate) const LARGEST: usize = 12;

/// Solves `A x = b` for the leading block of the given size, by elimination with row pivots; none where no
/// pivot is left.
pub(crate) fn solve<const R: usize>(
    mut a: [[f64; LARGEST]; LARGEST],
    mut b: [[f64; R]; LARGEST],
    size: usize,
) -> Option<[[f64; R]; LARGEST]> {
    // What is small is small against its row: parameters have different units. They have them in columns as
    // well, so that a pivot far below rounding may be sound.
    for (row, right) in a.iter_mut().zip(&mut b).take(size) {
        let scale = row.iter().fold(0.0_f64, |scale, entry| scale.max(entry.abs()));
        if scale == 0.0 || !scale.is_finite() {
            return None;
        }
        row.iter_mut().for_each(|entry| *entry /= scale);
        right.iter_mut().for_each(|entry| *entry /= scale);
    }
    for col in 0..size {
        let pivot = (col..size)
            .fold(col, |best, row| if a[row][col].abs() > a[best][col].abs() { row } else { best });
        if a[pivot][col].abs() < f64::EPSILON * f64::EPSILON {
            return None;
        }
        a.swap(col, pivot);
        b.swap(col, pivot);
        let (pivot_row, right) = (a[col], b[col]);
        for row in col + 1..size {
            let factor = a[row][col] / pivot_row[col];
            if factor != 0.0 {
                a[row].iter_mut().zip(&pivot_row).for_each(|(entry, above)| *entry -= factor * above);
                b[row].iter_mut().zip(&right).for_each(|(entry, above)| *entry -= factor * above);
            }
        }
    }
    for row in (0..size).rev() {
        for col in row + 1..size {
            let (factor, known) = (a[row][col], b[col]);
            b[row].iter_mut().zip(&known).for_each(|(right, known)| *right -= factor * known);
        }
        b[row].iter_mut().for_each(|right| *right /= a[row][row]);
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_what_needs_a_pivot_and_refuses_what_has_none() {
        let mut a = [[0.0; LARGEST]; LARGEST];
        (a[0][1], a[1][0], a[1][1]) = (2.0, 1.0, 3.0);
        let mut b = [[0.0]; LARGEST];
        (b[0][0], b[1][0]) = (4.0, 7.0);
        let x = solve(a, b, 2).unwrap_or_default();
        assert!((x[0][0] - 1.0).abs() < 1e-14 && (x[1][0] - 2.0).abs() < 1e-15);
        a[1][0] = 0.0;
        assert_eq!(solve(a, b, 2), None);
    }
}
