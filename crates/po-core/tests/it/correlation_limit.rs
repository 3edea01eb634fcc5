//! What is kept of a target whose assets are too alike.

use po_core::{
    CorrelationLimit, CorrelationLimitParams, CorrelationLimitScratch, CorrelationSelection,
    CorrelationSense, Covariance, InputError, Status, Weights,
};
use serde::Deserialize;

use crate::random::{Random, covariance, permuted};

/// Sums of a few hundred weights.
const ROUNDING: f64 = 1e-12;

fn limit(params: CorrelationLimitParams) -> CorrelationLimit {
    CorrelationLimit::new(params).unwrap()
}

fn at(value: f64) -> CorrelationLimit {
    limit(CorrelationLimitParams { limit: value, ..CorrelationLimitParams::default() })
}

fn weights(numbers: &[f64]) -> Weights {
    Weights::new(numbers.to_vec()).unwrap()
}

/// Ones on the diagonal, and these pairs.
fn correlated(assets: usize, pairs: &[(usize, usize, f64)]) -> Covariance {
    let mut entries = vec![0.0; assets * assets];
    (0..assets).for_each(|asset| entries[asset * (assets + 1)] = 1.0);
    for &(row, col, value) in pairs {
        entries[row * assets + col] = value;
        entries[col * assets + row] = value;
    }
    Covariance::from_column_slice(assets, &entries).unwrap()
}

/// Weights of which some are short, some zero, and some alike.
fn target(random: &mut Random, assets: usize, shorts: f64) -> Vec<f64> {
    let alike = random.uniform() < 0.3;
    let weight = |random: &mut Random| if alike { 0.1 } else { random.uniform() };
    (0..assets)
        .map(|_| {
            let (size, kind) = (weight(random), random.uniform());
            if kind < shorts {
                -size
            } else if kind > 0.9 {
                0.0
            } else {
                size
            }
        })
        .collect()
}

/// Whether two assets of the target conflict, written down anew.
fn conflict(
    params: &CorrelationLimitParams,
    of: &Covariance,
    target: &[f64],
    one: usize,
    other: usize,
) -> bool {
    let matrix = of.as_view();
    let product = matrix[(one, one)].sqrt() * matrix[(other, other)].sqrt();
    let correlation = if product > 0.0 { matrix[(one, other)] / product } else { 0.0 };
    let seen = match params.sense {
        CorrelationSense::Positions => correlation * target[one].signum() * target[other].signum(),
        CorrelationSense::Absolute => correlation.abs(),
    };
    seen >= params.limit
}

/// The greatest worth of any set without a conflict, by trying all of them.
fn best(params: &CorrelationLimitParams, of: &Covariance, target: &[f64], worths: &[f64]) -> f64 {
    let held: Vec<usize> = (0..target.len()).filter(|&asset| target[asset] != 0.0).collect();
    let rivals: Vec<usize> = held
        .iter()
        .map(|&one| {
            let clash = |other: usize| other != one && conflict(params, of, target, one, other);
            held.iter().enumerate().map(|(place, &other)| usize::from(clash(other)) << place).sum()
        })
        .collect();
    // The worth of each set follows from that of the set without its last asset.
    let mut free = vec![Some(0.0)];
    for (place, &asset) in held.iter().enumerate() {
        for set in 0..1 << place {
            let with = free[set].filter(|_| set & rivals[place] == 0).map(|worth: f64| worth + worths[asset]);
            free.push(with);
        }
    }
    free.into_iter().flatten().fold(0.0, f64::max)
}

/// What holds of every selection, best or not.
fn assert_sound(
    params: &CorrelationLimitParams,
    of: &Covariance,
    target: &[f64],
    selection: &CorrelationSelection,
) {
    let kept: Vec<usize> = (0..target.len()).filter(|&asset| selection.kept[asset]).collect();
    for (place, &one) in kept.iter().enumerate() {
        assert!(target[one] != 0.0);
        assert!(kept[..place].iter().all(|&other| !conflict(params, of, target, one, other)));
    }
    // Nothing more fits in.
    for asset in (0..target.len()).filter(|&asset| target[asset] != 0.0 && !selection.kept[asset]) {
        assert!(kept.iter().any(|&other| conflict(params, of, target, asset, other)), "{asset}");
    }
    let chosen = selection.weights.as_slice();
    let side = |of: &[f64], sign: f64| of.iter().map(|weight| (sign * weight).max(0.0)).sum::<f64>();
    let mut turnover = 0.0;
    for sign in [1.0, -1.0] {
        let (all, own) = (side(target, sign), side(chosen, sign));
        let none = kept.iter().all(|&asset| target[asset] * sign <= 0.0);
        assert!(none && own == 0.0 || (all - own).abs() <= ROUNDING, "{all}, {own}");
        turnover += if none { all } else { 0.0 };
    }
    let dropped: f64 =
        (0..target.len()).filter(|&asset| !selection.kept[asset]).map(|asset| target[asset].abs()).sum();
    assert!((selection.dropped - dropped).abs() <= ROUNDING);
    let traded: f64 = chosen.iter().zip(target).map(|(weight, target)| (weight - target).abs()).sum();
    // Twice what is dropped, but once where nothing of a side is left to buy.
    assert!((traded - (2.0 * dropped - turnover)).abs() <= ROUNDING, "{traded}, {dropped}");
    assert!(selection.kept.iter().zip(chosen).all(|(kept, weight)| *kept || *weight == 0.0));
    assert!(selection.bound >= selection.worth);
}

#[test]
fn the_selection_is_the_best_of_all() {
    let mut random = Random::new(7);
    let mut scratch = CorrelationLimitScratch::default();
    let mut selection = CorrelationSelection::default();
    let mut searched = 0;
    for case in 0..4000 {
        let assets = 1 + (random.uniform() * 16.0) as usize;
        let of = covariance(assets, case);
        let sense = if case % 3 == 0 { CorrelationSense::Absolute } else { CorrelationSense::Positions };
        let limit_value = 0.02 + 0.8 * random.uniform();
        let target = target(&mut random, assets, if case % 2 == 0 { 0.0 } else { 0.4 });
        let params =
            CorrelationLimitParams { limit: limit_value, sense, ..CorrelationLimitParams::default() };
        let worths: Vec<f64> = if case % 5 == 0 {
            (0..assets).map(|_| (random.uniform() - 0.2).max(0.0)).collect()
        } else {
            target.iter().map(|weight| weight.abs()).collect()
        };
        let best = best(&params, &of, &target, &worths);
        let of_weights = weights(&target);
        for search in [0, 1, 5, 10_000] {
            let limit = limit(CorrelationLimitParams { search, ..params });
            limit.select_by_into(&of, &of_weights, &worths, &[], &mut scratch, &mut selection).unwrap();
            assert_sound(&params, &of, &target, &selection);
            assert!(
                selection.worth <= best + ROUNDING && selection.bound >= best - ROUNDING,
                "{case}, {search}"
            );
            if selection.status == Status::Converged {
                assert!((selection.worth - best).abs() <= ROUNDING, "{case}: {} of {best}", selection.worth);
                assert_eq!(selection.worth, selection.bound);
            }
            assert!(selection.nodes <= search);
        }
        assert_eq!(selection.status, Status::Converged);
        searched += usize::from(selection.nodes > 0);
    }
    assert!(searched > 20, "{searched}");
}

#[test]
fn the_order_of_the_assets_does_not_matter() {
    let mut random = Random::new(3);
    for seed in 0..60 {
        let assets = 40;
        let of = covariance(assets, seed);
        let target: Vec<f64> = (0..assets).map(|_| random.uniform() - 0.2).collect();
        let order = random.permutation(assets);
        let turned: Vec<f64> = order.iter().map(|&asset| target[asset]).collect();
        let limit = at(0.2 + 0.5 * random.uniform());
        let straight = limit.select(&of, &weights(&target)).unwrap();
        let other = limit.select(&permuted(&of, &order), &weights(&turned)).unwrap();
        assert_eq!(straight.status, Status::Converged);
        let expected: Vec<bool> = order.iter().map(|&asset| straight.kept[asset]).collect();
        assert_eq!(other.kept, expected, "{seed}");
        assert!((other.worth - straight.worth).abs() <= ROUNDING);
    }
}

#[test]
fn the_same_input_gives_the_same_bits() {
    let mut scratch = CorrelationLimitScratch::default();
    let mut selection = CorrelationSelection::default();
    let mut random = Random::new(5);
    for assets in [70, 3, 130, 64, 65, 1] {
        let of = covariance(assets, 9);
        let target = weights(&target(&mut random, assets, 0.2));
        let limit =
            limit(CorrelationLimitParams { limit: 0.3, search: 50, ..CorrelationLimitParams::default() });
        limit.select_into(&of, &target, &[], &mut scratch, &mut selection).unwrap();
        assert_eq!(selection, limit.select(&of, &target).unwrap(), "{assets}");
        assert_sound(limit.params(), &of, target.as_slice(), &selection);
    }
}

#[test]
fn what_does_not_conflict_stays_as_it_is() {
    let of = covariance(20, 4);
    let mut random = Random::new(1);
    let target = weights(&target(&mut random, 20, 0.5));
    let selection = at(1.0).select(&of, &target).unwrap();
    assert_eq!(selection.weights, target);
    assert_eq!((selection.dropped, selection.conflicts, selection.nodes), (0.0, 0, 0));
    assert!(selection.kept.iter().zip(target.as_slice()).all(|(kept, weight)| *kept == (*weight != 0.0)));
    // A side that loses nothing keeps its bits.
    let of = correlated(4, &[(0, 1, 0.9)]);
    let selection = at(0.6).select(&of, &weights(&[0.7, 0.4, -0.3, -0.1])).unwrap();
    assert_eq!(selection.weights.as_slice()[1..], [0.0, -0.3, -0.1]);
    assert!((selection.weights.as_slice()[0] - 1.1).abs() <= 1e-15);
    assert_eq!(selection.dropped, 0.4);
    // Nothing is held: nothing is kept.
    let selection = at(0.6).select(&of, &weights(&[0.0; 4])).unwrap();
    assert_eq!((selection.kept, selection.worth, selection.bound), (vec![false; 4], 0.0, 0.0));
}

#[test]
fn positions_that_hedge_each_other_are_no_conflict() {
    let of = correlated(3, &[(0, 1, 0.9), (0, 2, -0.9), (1, 2, -0.8)]);
    let (positions, absolute) = (at(0.6), CorrelationSense::Absolute);
    let absolute = limit(CorrelationLimitParams { sense: absolute, ..CorrelationLimitParams::default() });
    // Long the first and short the second is a spread; the third, long, does what the second does.
    let target = weights(&[0.5, -0.3, 0.2]);
    assert_eq!(positions.select(&of, &target).unwrap().kept, [true, true, false]);
    assert_eq!(positions.select(&of, &weights(&[0.5, -0.3, 0.0])).unwrap().conflicts, 0);
    assert_eq!(absolute.select(&of, &target).unwrap().kept, [true, false, false]);
    assert_eq!(absolute.select(&of, &target).unwrap().conflicts, 3);
    // A side of which nothing is kept stays empty.
    let selection = positions.select(&of, &weights(&[0.6, 0.0, -0.4])).unwrap();
    assert_eq!(selection.weights.as_slice(), [0.6, 0.0, 0.0]);
}

#[test]
fn a_limit_of_one_drops_copies_alone() {
    // The second asset is the first one, levered; the third nearly so; the last does not move.
    let mut entries = vec![0.0; 16];
    let (one, two) = (0.013_f64, 0.029_f64);
    for (row, col, value) in [(0, 0, one * one), (0, 1, one * two), (1, 1, two * two), (2, 2, one * one)] {
        entries[4 * row + col] = value;
        entries[4 * col + row] = value;
    }
    entries[2] = (1.0 - 1e-9) * one * one;
    entries[8] = entries[2];
    entries[6] = (1.0 - 1e-9) * one * two;
    entries[9] = entries[6];
    let of = Covariance::from_column_slice(4, &entries).unwrap();
    let target = weights(&[0.2, 0.3, 0.1, 0.4]);
    let selection = at(1.0).select(&of, &target).unwrap();
    assert_eq!(selection.kept, [false, true, true, true]);
    assert_eq!(selection.conflicts, 1);
    // Without variance there is no correlation, whatever the other entries say.
    let selection = at(0.5).select(&of, &target).unwrap();
    assert_eq!(selection.kept, [false, true, false, true]);
    // Of four copies of equal weight, the first.
    let copies = Covariance::from_column_slice(4, &[0.04; 16]).unwrap();
    let selection = at(0.6).select(&copies, &Weights::equal(4).unwrap()).unwrap();
    assert_eq!(selection.weights.as_slice(), [1.0, 0.0, 0.0, 0.0]);
    // A limit below zero: of what does not move, one asset is kept too.
    let still = Covariance::from_column_slice(2, &[0.0; 4]).unwrap();
    assert_eq!(at(-0.1).select(&still, &weights(&[0.4, 0.6])).unwrap().kept, [false, true]);
    assert_eq!(at(0.1).select(&still, &weights(&[0.4, 0.6])).unwrap().kept, [true, true]);
}

#[test]
fn what_is_held_stays_while_it_is_worth_nearly_as_much() {
    let of = correlated(3, &[(0, 1, 0.7)]);
    let limit = limit(CorrelationLimitParams { incumbent_bonus: 0.1, ..CorrelationLimitParams::default() });
    let (mut scratch, mut selection) = (CorrelationLimitScratch::default(), CorrelationSelection::default());
    let mut held = [false, true, false];
    for (first, keeps_first) in
        [(0.41, false), (0.43, false), (0.45, true), (0.43, true), (0.39, true), (0.36, false)]
    {
        let target = weights(&[first, 0.4, 0.2]);
        limit.select_into(&of, &target, &held, &mut scratch, &mut selection).unwrap();
        assert_eq!(selection.kept, [keeps_first, !keeps_first, true], "{first}");
        held.copy_from_slice(&selection.kept);
    }
    assert!((selection.worth - 0.62).abs() <= ROUNDING);
    limit.select_into(&of, &weights(&[0.36, 0.4, 0.2]), &held, &mut scratch, &mut selection).unwrap();
    assert!((selection.worth - 0.66).abs() <= ROUNDING);
}

#[test]
fn settings_and_inputs_that_are_refused() {
    let default = CorrelationLimitParams::default();
    for (value, sense, expected) in [
        (-1.0, CorrelationSense::Positions, "a number in (-1, 1]"),
        (1.1, CorrelationSense::Positions, "a number in (-1, 1]"),
        (0.0, CorrelationSense::Absolute, "a number in (0, 1]"),
    ] {
        let error = CorrelationLimit::new(CorrelationLimitParams { limit: value, sense, ..default });
        assert_eq!(error, Err(InputError::OutOfRange { name: "the limit on correlations", value, expected }));
    }
    let error = CorrelationLimit::new(CorrelationLimitParams { limit: f64::NAN, ..default }).unwrap_err();
    assert_eq!(error.to_string(), "the limit on correlations is NaN, expected a number in (-1, 1]");
    for value in [-0.1, f64::INFINITY] {
        let error = CorrelationLimit::new(CorrelationLimitParams { incumbent_bonus: value, ..default });
        let (name, expected) = ("the bonus of an incumbent", "a finite number, zero or more");
        assert_eq!(error, Err(InputError::OutOfRange { name, value, expected }));
    }
    let limit = limit(default);
    assert_eq!(limit.params(), &default);
    let (of, target) = (correlated(2, &[(0, 1, 0.9)]), weights(&[0.5, 0.5]));
    let error = limit.select(&Covariance::default(), &target).unwrap_err();
    assert_eq!(error, InputError::Empty { what: "the covariance" });
    let length = |what, actual| InputError::LengthMismatch { what, expected: 2, actual };
    let error = limit.select(&of, &weights(&[1.0])).unwrap_err();
    assert_eq!(error, length("the list of target weights", 1));
    assert_eq!(error.to_string(), "the list of target weights has length 1, expected 2");
    assert_eq!(limit.select_by(&of, &target, &[1.0]), Err(length("the list of worths", 1)));
    let (mut scratch, mut kept) = (CorrelationLimitScratch::default(), limit.select(&of, &target).unwrap());
    let before = kept.clone();
    let error = limit.select_into(&of, &target, &[true], &mut scratch, &mut kept).unwrap_err();
    assert_eq!(error, length("the list of held assets", 1));
    let error = limit.select_by(&of, &target, &[1.0, -2.0]).unwrap_err();
    let (name, expected) = ("the worth", "a finite number, zero or more");
    assert_eq!(error, InputError::AssetOutOfRange { name, asset: 1, value: -2.0, expected });
    assert_eq!(error.to_string(), "the worth of asset 1 is -2, expected a finite number, zero or more");
    let huge = weights(&[1e308, 1e308]);
    let error = limit.select_into(&of, &huge, &[], &mut scratch, &mut kept).unwrap_err();
    let (name, value) = ("the gross exposure of the target", f64::INFINITY);
    assert_eq!(error, InputError::OutOfRange { name, value, expected: "a finite number" });
    let error = limit.select_by_into(&of, &target, &[1e308; 2], &[], &mut scratch, &mut kept).unwrap_err();
    let name = "the sum of the worths";
    assert_eq!(error, InputError::OutOfRange { name, value, expected: "a finite number" });
    assert_eq!(kept, before);
    assert_eq!(AsRef::<Weights>::as_ref(&kept), &kept.weights);
    // A weight so small that all others are infinitely many times as large.
    let selection = limit.select_by(&of, &weights(&[1e308, 5e-324]), &[0.0, 1.0]).unwrap();
    assert_eq!(selection.weights.as_slice(), [0.0, 1e308]);
}

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    limit: f64,
    absolute: bool,
    thousandths: Vec<f64>,
    correlation: Vec<f64>,
    conflicts: usize,
    worth: f64,
}

/// Cases written by `tests/data/generate_correlation_limit.py` from `networkx`.
#[test]
fn as_valuable_as_the_reference_finds() {
    let file: File = toml::from_str(include_str!("../data/correlation_limit.toml")).unwrap();
    for case in file.case {
        let (assets, mut triangle) = (case.thousandths.len(), case.correlation.iter());
        let mut of = Covariance::default();
        of.assign_lower(assets, |_, below| {
            below.iter_mut().zip(&mut triangle).for_each(|(to, from)| *to = *from);
        })
        .unwrap();
        let target: Vec<f64> = case.thousandths.iter().map(|weight| weight / 1000.0).collect();
        let sense = if case.absolute { CorrelationSense::Absolute } else { CorrelationSense::Positions };
        let params = CorrelationLimitParams { limit: case.limit, sense, ..CorrelationLimitParams::default() };
        let selection = limit(params).select(&of, &weights(&target)).unwrap();
        assert_eq!(selection.conflicts, case.conflicts, "{}", case.name);
        assert_eq!(selection.status, Status::Converged, "{}: {} nodes", case.name, selection.nodes);
        assert!(
            (selection.worth - case.worth / 1000.0).abs() <= ROUNDING,
            "{}: {}",
            case.name,
            selection.worth
        );
        assert_sound(&params, &of, &target, &selection);
    }
}

#[cfg(feature = "serde")]
#[test]
fn settings_and_selections_come_back() {
    let params: CorrelationLimitParams = serde_json::from_str(r#"{"limit":0.5,"sense":"absolute"}"#).unwrap();
    let sense = CorrelationSense::Absolute;
    assert_eq!(params, CorrelationLimitParams { limit: 0.5, sense, ..CorrelationLimitParams::default() });
    let text = serde_json::to_string(&params).unwrap();
    assert_eq!(text, r#"{"limit":0.5,"sense":"absolute","search":10000,"incumbent_bonus":0.0}"#);
    let error = serde_json::from_str::<CorrelationLimitParams>(r#"{"limits":0.5}"#).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `limits`"));
    let selection = at(0.6).select(&correlated(2, &[(0, 1, 0.9)]), &weights(&[0.25, 0.75])).unwrap();
    let text = serde_json::to_string(&selection).unwrap();
    assert_eq!(serde_json::from_str::<CorrelationSelection>(&text).unwrap(), selection);
}
