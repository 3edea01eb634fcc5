//! Resamples: the same numbers for the same seed, blocks as told, and what is refused.

use std::fmt::Debug;

use po_core::{Bootstrap, BootstrapParams, InputError, Resampling, Returns};

/// What a few lines of Python make of the description: twelve observations in blocks of three.
const KNOWN: [(Resampling, usize, u64, [usize; 12]); 9] = [
    (Resampling::Stationary, 0, 1, [8, 9, 10, 11, 7, 8, 3, 4, 5, 6, 7, 1]),
    (Resampling::Stationary, 999, 1, [0, 1, 3, 4, 2, 3, 8, 2, 1, 2, 3, 4]),
    (Resampling::Stationary, 7, u64::MAX, [9, 10, 10, 11, 0, 1, 4, 5, 6, 4, 5, 7]),
    (Resampling::Circular, 0, 1, [8, 9, 10, 4, 5, 6, 5, 6, 7, 11, 0, 1]),
    (Resampling::Circular, 999, 1, [0, 1, 2, 4, 5, 6, 1, 2, 3, 3, 4, 5]),
    (Resampling::Circular, 7, u64::MAX, [9, 10, 11, 7, 8, 9, 1, 2, 3, 10, 11, 0]),
    (Resampling::Moving, 0, 1, [7, 8, 9, 3, 4, 5, 4, 5, 6, 9, 10, 11]),
    (Resampling::Moving, 999, 1, [0, 1, 2, 3, 4, 5, 0, 1, 2, 2, 3, 4]),
    (Resampling::Moving, 7, u64::MAX, [7, 8, 9, 6, 7, 8, 1, 2, 3, 8, 9, 10]),
];

#[test]
fn a_seed_draws_the_same_resamples_for_ever() {
    let mut indices = vec![77; 3];
    for (resampling, resample, seed, expected) in KNOWN {
        let params = BootstrapParams { resampling, seed, ..BootstrapParams::default() };
        let bootstrap = Bootstrap::new(params).unwrap();
        assert_eq!(*bootstrap.params(), params);
        bootstrap.indices_into(12, resample, &mut indices).unwrap();
        assert_eq!(indices, expected, "{params:?}, {resample}");
    }
}

fn out_of_range<T: Debug>(
    result: Result<T, InputError>,
    name: &'static str,
    value: f64,
    expected: &'static str,
) {
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), format!("{name} is {value}, expected {expected}"));
    assert_eq!(error, InputError::OutOfRange { name, value, expected });
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let params = BootstrapParams::default();
    let none = Bootstrap::new(BootstrapParams { resamples: 0, ..params });
    out_of_range(none, "the number of resamples", 0.0, "1 or more");
    let short = Bootstrap::new(BootstrapParams { block: Some(0), ..params });
    out_of_range(short, "the length of a block", 0.0, "1 or more");
    let long = Bootstrap::new(BootstrapParams { block: Some(9), resampling: Resampling::Moving, ..params });
    let (name, expected) = ("the length of a block", "at most the number of observations");
    out_of_range(long.unwrap().indices_into(8, 0, &mut Vec::new()), name, 9.0, expected);
    let beyond = Bootstrap::new(params).unwrap().indices_into(8, 1000, &mut Vec::new());
    out_of_range(beyond, "the number of a resample", 1000.0, "less than there are");
}

#[test]
fn returns_are_resampled_by_their_numbers() {
    let returns = Returns::from_column_slice(3, 2, &[0.1, 0.2, 0.3, 1.1, 1.2, 1.3]).unwrap();
    let mut chosen = returns.rows(&[2, 0, 2, 1]).unwrap();
    assert_eq!(chosen.as_slice(), [0.3, 0.1, 0.3, 0.2, 1.3, 1.1, 1.3, 1.2]);
    returns.rows_into(&[1], &mut chosen).unwrap();
    assert_eq!(chosen, Returns::from_column_slice(1, 2, &[0.2, 1.2]).unwrap());
    out_of_range(
        returns.rows_into(&[0, 3], &mut chosen),
        "the number of a period",
        3.0,
        "less than there are",
    );
    assert_eq!(returns.rows(&[]).unwrap_err(), InputError::Empty { what: "the list of periods" });
    // What is refused leaves what was there.
    assert_eq!(chosen.as_slice(), [0.2, 1.2]);
}

/// Each resample is made of blocks as told, and of all observations alike.
#[test]
fn resamples_are_made_of_blocks() {
    let (observations, block, mut indices) = (50, 5, Vec::new());
    for resampling in [Resampling::Stationary, Resampling::Circular, Resampling::Moving] {
        let params = BootstrapParams { resampling, block: Some(block), resamples: 2000, seed: 9 };
        let bootstrap = Bootstrap::new(params).unwrap();
        let (mut counts, mut breaks) = (vec![0_u32; observations], 0_usize);
        for resample in 0..2000 {
            bootstrap.indices_into(observations, resample, &mut indices).unwrap();
            assert_eq!(indices.len(), observations);
            indices.iter().for_each(|index| counts[*index] += 1);
            let follows = |pair: &[usize]| pair[1] == (pair[0] + 1) % observations;
            breaks += indices.windows(2).filter(|pair| !follows(pair)).count();
            if resampling != Resampling::Stationary {
                assert!(indices.chunks(block).all(|block| block.windows(2).all(follows)));
            }
            if resampling == Resampling::Moving {
                assert!(indices.chunks(block).all(|block| block.is_sorted()));
            }
        }
        if resampling == Resampling::Moving {
            // Five blocks of six hold an observation in the middle, one the first.
            assert!(counts[0] * 4 < counts[25]);
        } else {
            // Each occurs 2000 times but for chance: blocks of five make for a standard deviation near 100.
            assert!(counts.iter().all(|count| (1500..2500).contains(count)), "{counts:?}");
        }
        // Fixed blocks: nine joints each, which one start in fifty (or forty-six) hides; geometric ones: 49 / 5.
        let joints = breaks as f64 / 2000.0;
        let expected = if resampling == Resampling::Stationary { 9.8 * 0.98 } else { 9.0 * 0.98 };
        assert!((joints - expected).abs() < 0.2, "{resampling:?}: {joints}");
    }
}
