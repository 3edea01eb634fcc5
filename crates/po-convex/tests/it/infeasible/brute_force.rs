//! Small random requests, whose vertices can all be visited.

use po_convex::{Constraint, Rows, Side, Violation};
use proptest::prelude::*;

use super::{INF, Request, VERTEX, lower, row, unit, upper};
use crate::random::{Random, config};

/// `Σ coefficient x <= limit`, and what it is to the user.
type Half = (Vec<f64>, f64, Constraint);

/// The request as half-spaces; limits on absolute values as one for each choice of signs.
fn halves(request: &Request) -> Vec<Half> {
    let assets = request.lower.len();
    let mut halves: Vec<Half> = Vec::new();
    for asset in 0..assets {
        let (low, high) = (request.lower[asset], request.upper[asset]);
        halves.push((unit(assets, asset, -1.0), -low, lower(asset, low)));
        halves.push((unit(assets, asset, 1.0), high, upper(asset, high)));
    }
    for index in 0..request.rows.len() {
        let (coefficients, label) = (request.rows.row(index), request.rows.label(index));
        let (low, high) = (request.rows.lower()[index], request.rows.upper()[index]);
        halves.push((coefficients.iter().map(|value| -value).collect(), -low, row(label, Side::Lower, low)));
        halves.push((coefficients.to_vec(), high, row(label, Side::Upper, high)));
    }
    for (label, center, limit) in &request.families {
        for signs in 0..1_u32 << assets {
            let signs: Vec<f64> =
                (0..assets).map(|asset| if signs >> asset & 1 == 0 { 1.0 } else { -1.0 }).collect();
            let limit_here =
                limit + signs.iter().zip(center).map(|(sign, center)| sign * center).sum::<f64>();
            halves.push((signs, limit_here, row(label, Side::Upper, *limit)));
        }
    }
    halves.retain(|half| half.1.is_finite());
    halves
}

/// Where each choice of as many planes as there are assets meet.
fn vertices(planes: &[(Vec<f64>, f64)], assets: usize) -> Vec<Vec<f64>> {
    let mut found = Vec::new();
    let mut chosen: Vec<usize> = (0..assets).collect();
    loop {
        let matrix =
            po_core::nalgebra::DMatrix::from_fn(assets, assets, |row, col| planes[chosen[row]].0[col]);
        let right = po_core::nalgebra::DVector::from_fn(assets, |row, _| planes[chosen[row]].1);
        if matrix.determinant().abs() > 1e-6 {
            found.extend(matrix.lu().solve(&right).map(|vertex| vertex.as_slice().to_vec()));
        }
        let Some(last) = (0..assets).rev().find(|&place| chosen[place] < planes.len() - assets + place)
        else {
            return found;
        };
        chosen[last] += 1;
        for place in last + 1..assets {
            chosen[place] = chosen[place - 1] + 1;
        }
    }
}

/// A box around everything, so that each feasible set has vertices.
fn around(assets: usize) -> Vec<(Vec<f64>, f64)> {
    (0..assets)
        .flat_map(|asset| [(unit(assets, asset, 1.0), 50.0), (unit(assets, asset, -1.0), 50.0)])
        .collect()
}

fn excess(half: &(Vec<f64>, f64), x: &[f64]) -> f64 {
    half.0.iter().zip(x).map(|(coefficient, x)| coefficient * x).sum::<f64>() - half.1
}

fn feasible(halves: &[Half], assets: usize) -> bool {
    let mut planes: Vec<(Vec<f64>, f64)> = halves.iter().map(|half| (half.0.clone(), half.1)).collect();
    planes.extend(around(assets));
    vertices(&planes, assets).iter().any(|x| planes.iter().all(|half| excess(half, x) < VERTEX))
}

/// The least sum of violations of rows and limits within the bounds.
fn least_violation(request: &Request, halves: &[Half]) -> f64 {
    let assets = request.lower.len();
    let mut planes: Vec<(Vec<f64>, f64)> = halves.iter().map(|half| (half.0.clone(), half.1)).collect();
    // A sum of absolute values has kinks away from its limit too.
    for (_, center, _) in &request.families {
        planes.extend(center.iter().enumerate().map(|(asset, &center)| (unit(assets, asset, 1.0), center)));
    }
    planes.extend(around(assets));
    let hard = |half: &Half| !matches!(half.2, Constraint::Row { .. });
    let total = |x: &[f64]| {
        let mut of: Vec<(Constraint, f64)> = Vec::new();
        for half in halves.iter().filter(|half| !hard(half)) {
            let excess = excess(&(half.0.clone(), half.1), x).max(0.0);
            match of.iter_mut().find(|known| known.0 == half.2) {
                Some(known) => known.1 = known.1.max(excess),
                None => of.push((half.2.clone(), excess)),
            }
        }
        of.iter().map(|known| known.1).sum::<f64>()
    };
    vertices(&planes, assets)
        .iter()
        .filter(|x| {
            halves.iter().filter(|half| hard(half)).all(|half| excess(&(half.0.clone(), half.1), x) < VERTEX)
        })
        .map(|x| total(x))
        .fold(INF, f64::min)
}

/// Small requests with numbers in tenths, so that ties and degenerate vertices are common.
fn requests() -> impl Strategy<Value = Request> {
    (2_usize..=3, 0_usize..=4, 0_usize..=2, any::<u64>()).prop_map(|(assets, rows, families, seed)| {
        let mut random = Random::new(seed);
        let tenths =
            |random: &mut Random, low: f64, high: f64| (random.between(low, high) * 10.0).round() / 10.0;
        let mut request = Request::new(Vec::new(), Vec::new());
        request.rows = Rows::new(assets);
        for _ in 0..assets {
            let low = tenths(&mut random, -0.5, 0.3);
            let high = low + tenths(&mut random, 0.0, 0.8);
            request.lower.push(if random.below(6) == 0 { -INF } else { low });
            request.upper.push(if random.below(6) == 0 { INF } else { high });
        }
        for name in 0..rows {
            let coefficients: Vec<f64> =
                (0..assets).map(|_| tenths(&mut random, -1.4, 1.4).round()).collect();
            let low = tenths(&mut random, -1.0, 1.0);
            let (low, high) = match random.below(4) {
                0 => (low, low),
                1 => (low, low + 0.3),
                2 => (-INF, low),
                _ => (low, INF),
            };
            request = request.row(&format!("row {name}"), &coefficients, low, high);
        }
        for label in ["turnover", "gross"].into_iter().take(families) {
            let center: Vec<f64> = (0..assets)
                .map(|_| if label == "gross" { 0.0 } else { tenths(&mut random, -0.5, 0.8) })
                .collect();
            let limit = tenths(&mut random, 0.0, 1.0);
            request = request.family(label, &center, limit);
        }
        request
    })
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn conflicts_are_irreducible_and_relaxations_least(request in requests()) {
        let (assets, halves) = (request.lower.len(), halves(&request));
        let conflict = request.conflict();
        prop_assert_eq!(conflict.is_none(), feasible(&halves, assets));
        let Some(conflict) = conflict else { return Ok(()) };
        let of = |without: Option<&Constraint>| -> Vec<Half> {
            let takes_part = |half: &&Half| conflict.constraints.contains(&half.2) && Some(&half.2) != without;
            halves.iter().filter(takes_part).cloned().collect()
        };
        prop_assert!(!feasible(&of(None), assets));
        for constraint in &conflict.constraints {
            prop_assert!(feasible(&of(Some(constraint)), assets), "{:?} is not needed", constraint);
        }
        let total: f64 = conflict.relaxation.iter().map(|violation| violation.amount).sum();
        prop_assert!((total - least_violation(&request, &halves)).abs() < VERTEX);
        let mut relaxed = halves.clone();
        for Violation { constraint, amount } in &conflict.relaxation {
            relaxed.iter_mut().filter(|half| half.2 == *constraint).for_each(|half| half.1 += amount);
        }
        prop_assert!(feasible(&relaxed, assets));
    }
}

/// Larger requests, with sectors, scores, turnover and a budget; about half of them contradict themselves.
fn larger() -> impl Strategy<Value = Request> {
    (4_usize..=40, 2_usize..=12, any::<u64>()).prop_map(|(assets, rows, seed)| {
        let mut random = Random::new(seed);
        let mut request = Request::new(vec![0.0; assets], vec![0.0; assets]).budget();
        for bound in &mut request.upper {
            *bound = random.between(0.5, 4.0) / assets as f64;
        }
        for name in 0..rows {
            let score = random.below(2) == 0;
            let coefficients: Vec<f64> = (0..assets)
                .map(|_| if score { random.normal() } else { f64::from(u8::from(random.uniform() < 0.3)) })
                .collect();
            let (low, high) = (random.between(-0.2, 0.7), random.between(0.2, 1.2));
            request = request.row(&format!("row {name}"), &coefficients, low.min(high), low.max(high));
        }
        let holdings: Vec<f64> = (0..assets).map(|_| random.uniform() * 2.0 / assets as f64).collect();
        let limit = random.between(0.1, 1.5);
        request.family("turnover", &holdings, limit)
    })
}

/// The request with some constraints taken away or moved, so that the solver of programmes is the judge.
fn changed(request: &Request, change: impl Fn(&Constraint) -> f64) -> Request {
    let mut other = request.clone();
    for asset in 0..request.lower.len() {
        let (low, high) = (request.lower[asset], request.upper[asset]);
        other.lower[asset] = low - change(&lower(asset, low));
        other.upper[asset] = high + change(&upper(asset, high));
    }
    other.rows = Rows::new(request.lower.len());
    for index in 0..request.rows.len() {
        let (label, low, high) =
            (request.rows.label(index), request.rows.lower()[index], request.rows.upper()[index]);
        let low = low - change(&row(label, Side::Lower, low));
        let high = high + change(&row(label, Side::Upper, high));
        other.rows.push(label, request.rows.row(index), low, high).unwrap();
    }
    for (label, _, limit) in &mut other.families {
        *limit += change(&row(label, Side::Upper, *limit));
    }
    other
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn larger_conflicts_are_irreducible_and_relaxations_suffice(request in larger()) {
        let Some(conflict) = request.conflict() else { return Ok(()) };
        let keep = |kept: &[Constraint]| changed(&request, |constraint| if kept.contains(constraint) { 0.0 } else { INF });
        prop_assert!(keep(&conflict.constraints).conflict().is_some());
        for place in 0..conflict.constraints.len() {
            let mut others = conflict.constraints.clone();
            let without = others.remove(place);
            prop_assert!(keep(&others).conflict().is_none(), "{:?} is not needed", without);
        }
        let amount = |constraint: &Constraint| {
            let given = conflict.relaxation.iter().find(|violation| violation.constraint == *constraint);
            given.map_or(0.0, |violation| violation.amount)
        };
        // Vertices are exact but for rounding, and a relaxation leaves one point.
        prop_assert!(changed(&request, |constraint| amount(constraint) * (1.0 + 1e-9)).conflict().is_none());
        let largest = conflict.relaxation.iter().map(|violation| violation.amount).fold(0.0, f64::max);
        if largest > 1e-6 {
            prop_assert!(changed(&request, |constraint| amount(constraint) * 0.999).conflict().is_some(), "ADHOC {:?}", conflict.relaxation);
        }
    }
}
