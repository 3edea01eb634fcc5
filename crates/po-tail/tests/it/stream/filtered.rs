//! Residuals of a volatility that moves.

use po_tail::{EwmaFilter, FilteredTail, TailModel};

use super::{ROUNDING, beta, last, near, returns};

#[test]
fn every_update_is_filtered_historical_simulation() {
    let returns = returns(21, 1500);
    for (filter, window) in [
        (EwmaFilter::default(), 250),
        (EwmaFilter { decay: 0.97, warm_up: 1 }, 60),
        (EwmaFilter { decay: 0.5, warm_up: 100 }, 1000),
        (EwmaFilter { decay: 0.9, warm_up: 5 }, 1),
    ] {
        let mut tail = FilteredTail::new(filter, window, beta(0.975)).unwrap();
        let mut residuals = Vec::new();
        for (end, value) in returns.iter().enumerate() {
            let risk = tail.update(*value).unwrap();
            assert_eq!((risk.is_none(), risk), (end < filter.warm_up, tail.risk()));
            let Some(risk) = risk else { continue };
            let mut filtered = filter.filter_into(&returns[..=end], &mut residuals).unwrap();
            assert_eq!(tail.volatility().unwrap().to_bits(), filtered.volatility.to_bits());
            filtered.residuals = last(filtered.residuals, filtered.residuals.len() - 1, window);
            assert_eq!(tail.residuals().len(), filtered.residuals.len());
            let batch = TailModel::Historical.estimate_filtered(filtered, beta(0.975)).unwrap();
            let scaled: Vec<f64> =
                filtered.residuals.iter().map(|value| value * filtered.volatility).collect();
            assert!(near(risk, batch, &scaled), "{window} {end}: {risk:?} is not {batch:?}");
        }
    }
}

#[test]
fn the_formula_written_out() {
    let (lambda, warm_up, window) = (0.94, 20, 100);
    let returns = returns(22, 800);
    let filter = EwmaFilter { decay: lambda, warm_up };
    let mut tail = FilteredTail::new(filter, window, beta(0.9)).unwrap();
    for (end, value) in returns.iter().enumerate() {
        tail.update(*value).unwrap();
        if end + 1 < warm_up + window || end % 29 > 0 {
            continue;
        }
        // Each variance by itself, from the start.
        let variance = |before: usize| {
            let start = returns[..warm_up].iter().map(|r| r * r).sum::<f64>() / warm_up as f64;
            let age = |t: usize| lambda.powi((before - 1 - t) as i32);
            let since: f64 =
                (warm_up..before).map(|t| (1.0 - lambda) * age(t) * returns[t] * returns[t]).sum();
            lambda.powi((before - warm_up) as i32) * start + since
        };
        let mut losses: Vec<f64> =
            (end + 1 - window..=end).map(|t| -returns[t] / variance(t).sqrt()).collect();
        losses.sort_by(|a, b| b.total_cmp(a));
        let volatility = variance(end + 1).sqrt();
        let risk = tail.risk().unwrap();
        let mean = losses[..10].iter().sum::<f64>() / 10.0;
        assert!((risk.var / (volatility * losses[10]) - 1.0).abs() < ROUNDING);
        assert!((risk.cvar / (volatility * mean) - 1.0).abs() < ROUNDING);
    }
}
