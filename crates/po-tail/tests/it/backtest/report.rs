//! All tests at once.

use po_tail::{BacktestParams, Forecasts, MonteCarlo, Tested, Verdict, backtest};

use super::{Noise, confidence};

fn report(level: f64, with: bool) -> po_tail::Backtest {
    let mut noise = Noise(12);
    let returns: Vec<f64> = (0..250).map(|_| 0.01 * noise.normal()).collect();
    let (var, cvar) = (vec![0.015; 250], vec![0.018; 250]);
    let forecasts = Forecasts::new(&returns, &var, with.then_some(&cvar)).unwrap();
    let simulation = MonteCarlo { simulations: 99, seed: 1 };
    backtest(&forecasts, confidence(level), &BacktestParams { simulation, ..BacktestParams::default() })
        .unwrap()
}

#[test]
fn the_table_has_a_line_for_each_test() {
    let found = report(0.99, true);
    let text = found.to_string();
    assert_eq!(found.lines().len(), 14);
    for line in found.lines() {
        assert_eq!(text.matches(&format!("\n{} ", line.test)).count(), 1, "{text}");
    }
    assert!(text.starts_with("250 days, "), "{text}");
    assert!(
        text.contains(" violations, 2.5 expected\ntraffic light: red, multiplier 4.00\nzone of Z2: red\n"),
        "{text}"
    );
    assert!(text.contains("\nmean scores: tick 0.000"), "{text}");
    assert!(text.ends_with(&found.verdict().to_string()));
    let plain = report(0.99, false);
    assert_eq!(plain.lines().len(), 8);
    assert!(plain.to_string().lines().all(|line| !line.contains("Acerbi") && !line.contains("FZ0")));
}

#[test]
fn the_verdict_names_what_rejects() {
    let found = report(0.99, true);
    let verdict = found.verdict();
    assert!(verdict.rejected.contains(&Tested::Proportion) && verdict.rejected.contains(&Tested::Z2));
    for line in found.lines() {
        let rejects = line.p_value().is_some_and(|p_value| p_value <= 0.05);
        assert_eq!(verdict.rejected.contains(&line.test), rejects, "{line:?}");
    }
    let verdict = Verdict { significance: 0.05, rejected: vec![Tested::Z1, Tested::DynamicQuantile] };
    assert_eq!(verdict.to_string(), "rejected at 5 %: Acerbi-Szekely Z1, dynamic quantile");
    let verdict = Verdict { significance: 0.001, rejected: vec![] };
    assert_eq!(verdict.to_string(), "rejected at 0.1 %: by no test");
}

#[cfg(feature = "serde")]
#[test]
fn settings_survive_a_file() {
    let params: BacktestParams = serde_json::from_str(r#"{"lags": 2, "null": "exceedances"}"#).unwrap();
    assert_eq!((params.lags, &params.null), (2, &po_tail::ShortfallNull::Exceedances));
    assert_eq!((params.significance, params.simulation), (0.05, MonteCarlo::default()));
    let text = serde_json::to_string(&params).unwrap();
    assert_eq!(serde_json::from_str::<BacktestParams>(&text).unwrap(), params);
    assert!(serde_json::from_str::<BacktestParams>(r#"{"lag": 2}"#).is_err());
    let student: po_tail::ShortfallNull = serde_json::from_str(r#"{"student": {"degrees": 4.0}}"#).unwrap();
    assert_eq!(student, po_tail::ShortfallNull::Student { degrees: 4.0 });
    let walk: po_tail::WalkForward = serde_json::from_str(r#"{"window": {"expanding": 100}}"#).unwrap();
    assert_eq!(walk.window, po_tail::Window::Expanding(100));
}
