//! The small decomposition on every width of register that this machine can run, against the textbook's loops.

use super::inverse::Invert;
use super::*;

/// A positive definite matrix with its padding, and the textbook's L.
fn matrix(size: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let entry = |row: usize, col: usize| {
        let far = row.abs_diff(col) as f64;
        if row == col { 2.0 + 0.01 * row as f64 } else { 0.9 / (1.0 + far) * (1.0 + far).sin() }
    };
    let rows = padded(size);
    let mut padded = vec![0.0; rows * rows];
    for col in 0..rows {
        for row in col..rows {
            let inside = row < size && col < size;
            padded[col * rows + row] = if inside { entry(row, col) } else { f64::from(u8::from(row == col)) };
        }
    }
    let mut lower = vec![vec![0.0_f64; size]; size];
    for col in 0..size {
        for row in col..size {
            let known: f64 = (0..col).map(|k| lower[row][k] * lower[col][k]).sum();
            let rest = entry(row, col) - known;
            lower[row][col] = if row == col { rest.sqrt() } else { rest / lower[col][col] };
        }
    }
    (padded, lower)
}

/// Runs on registers of one number, and on each wider one that fuses multiply and add.
fn widths(run: impl Fn(usize)) {
    let mut count = 1;
    if cfg!(target_arch = "x86_64") {
        count += 3;
    }
    (0..count).for_each(run);
}

fn on_width<K: WithSimd>(width: usize, kernel: K) -> Option<K::Output> {
    #[cfg(target_arch = "x86_64")]
    if let (1.., Some(v3)) = (width, pulp::x86::V3::try_new()) {
        return match width {
            1 => Some(Simd::vectorize(v3, kernel)),
            2 => Some(kernel.with_simd(pulp::x86::V3_128b(v3))),
            _ => Some(dispatch(kernel)),
        };
    }
    (width == 0).then(|| Simd::vectorize(pulp::Scalar, kernel))
}

#[test]
fn every_width_says_what_the_textbook_says() {
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 33, 63, 64, 65, 127, 128] {
        let (whole, lower) = matrix(size);
        let rows = padded(size);
        let tolerance = 10.0 * size as f64 * f64::EPSILON;
        let sides: Vec<f64> = (0..3 * size).map(|k| (k as f64).cos()).collect();
        let bits = std::cell::RefCell::new(Vec::new());
        widths(|width| {
            let (mut factor, mut reciprocals) = (whole.clone(), vec![0.0; rows]);
            let decompose = Decompose { factor: &mut factor, reciprocals: &mut reciprocals };
            let Some(done) = on_width(width, decompose) else { return };
            assert_eq!(done, Ok(()));
            for col in 0..size {
                for row in col..size {
                    let (found, expected) = (factor[col * rows + row], lower[row][col]);
                    assert!(
                        (found - expected).abs() <= tolerance,
                        "{width}: ({row}, {col}) is {found}, not {expected}"
                    );
                }
            }
            for several in 0..=3 {
                let mut x = sides[..several * size].to_vec();
                let solve = Solve { factor: &factor, reciprocals: &reciprocals, size, sides: &mut x };
                on_width(width, solve);
                for (x, side) in x.chunks_exact(size).zip(sides.chunks_exact(size)) {
                    for row in 0..size {
                        let value: f64 =
                            (0..size).map(|col| whole[row.min(col) * rows + row.max(col)] * x[col]).sum();
                        assert!(
                            (value - side[row]).abs() <= 10.0 * tolerance,
                            "{width}: {value} is not {}",
                            side[row]
                        );
                    }
                }
                if width > 0 {
                    bits.borrow_mut().push((several, x.iter().map(|x| x.to_bits()).collect::<Vec<_>>()));
                }
            }
            let (mut triangle, mut inverse) = (vec![f64::NAN; rows * rows], vec![0.0; size * size]);
            let (factor, reciprocals, rows) = (&*factor, &*reciprocals, &mut *triangle);
            on_width(width, Invert { factor, reciprocals, size, rows, inverse: &mut inverse });
            let rows = padded(size);
            for row in 0..size {
                for col in 0..size {
                    let value: f64 = (0..size)
                        .map(|k| {
                            let entry = whole[row.min(k) * rows + row.max(k)];
                            entry * inverse[k.min(col) * size + k.max(col)]
                        })
                        .sum();
                    let expected = f64::from(u8::from(row == col));
                    assert!(
                        (value - expected).abs() <= 10.0 * tolerance,
                        "{width}: ({row}, {col}) gives {value}"
                    );
                    assert!(row >= col || inverse[col * size + row] == 0.0, "above the diagonal");
                }
            }
            if width > 0 {
                bits.borrow_mut().push((usize::MAX, inverse.iter().map(|x| x.to_bits()).collect()));
            }
        });
        for (several, x) in bits.borrow().iter() {
            let first = bits.borrow().iter().find(|(other, _)| other == several).map(|(_, x)| x.clone());
            assert_eq!(Some(x), first.as_ref(), "{size}: the bits depend on the width");
        }
    }
}

#[test]
fn the_first_bad_pivot_is_told() {
    for bad in [0, 3, 4, 11, 16] {
        let (mut factor, _) = matrix(17);
        let rows = padded(17);
        factor[bad * rows + bad] = -1.0;
        assert_eq!(decompose(&mut factor, &mut vec![0.0; rows]), Err(bad));
    }
}
