//! Small facts about values: what they refuse, how they read, and that they survive being written down.

use po_core::{Compounding, Confidence, Returns, Risk};
use po_tail::{Error, GeneralisedPareto, GpdNote, Scenarios, TailMeasure, block_maxima};

#[test]
fn measures_of_the_tail_are_told_from_others() {
    let confidence = Confidence::new(0.95).unwrap();
    let compounding = Compounding::Uncompounded;
    for (risk, measure) in [
        (Risk::Cvar { confidence }, TailMeasure::Cvar),
        (Risk::Evar { confidence }, TailMeasure::Evar),
        (Risk::WorstRealisation, TailMeasure::WorstRealisation),
        (Risk::Cdar { confidence, compounding }, TailMeasure::Cdar),
        (Risk::Edar { confidence, compounding }, TailMeasure::Edar),
        (Risk::MaximumDrawdown { compounding }, TailMeasure::MaximumDrawdown),
        (Risk::AverageDrawdown { compounding }, TailMeasure::AverageDrawdown),
    ] {
        assert_eq!(TailMeasure::of(risk).unwrap(), measure);
        assert_eq!(measure.risk(confidence), risk);
    }
    let unsupported = |constraint| {
        let method = "tail-risk optimisation";
        Error::Programme(po_convex::Error::Unsupported { method, constraint })
    };
    let compounded = Risk::MaximumDrawdown { compounding: Compounding::Compounded };
    let why = "compounded drawdowns, which are not convex in the weights";
    assert_eq!(TailMeasure::of(compounded).unwrap_err(), unsupported(why));
    let why = "this measure of risk, which is none of the tail";
    assert_eq!(TailMeasure::of(Risk::Mad).unwrap_err(), unsupported(why));
}

#[test]
fn maxima_of_blocks_refuse_what_is_no_number() {
    assert_eq!(block_maxima(&[1.0, 3.0, 2.0, 5.0, 4.0], 2).unwrap(), [3.0, 5.0]);
    let error = block_maxima(&[1.0, f64::INFINITY], 1).unwrap_err();
    let (what, expected) = ("loss", "a finite number");
    assert_eq!(error, Error::Observation { what, place: 1, value: f64::INFINITY, expected });
}

#[test]
fn the_variance_of_a_generalised_pareto_is_that_of_its_definition() {
    // σ² / ((1 - ξ)² (1 - 2ξ))
    let distribution = GeneralisedPareto::new(0.25, 3.0).unwrap();
    assert!((distribution.variance().unwrap() - 32.0).abs() <= 1e-14);
    assert_eq!(GeneralisedPareto::new(0.5, 3.0).unwrap().variance(), None);
    assert!(distribution.quantile(f64::NAN).is_nan());
}

#[test]
fn notes_of_a_fit_read_as_sentences() {
    for (note, part) in [
        (GpdNote::InfiniteVariance, "the variance is infinite"),
        (GpdNote::Irregular, "standard errors mislead"),
        (GpdNote::Boundary, "xi is put at -1"),
        (GpdNote::BoundaryIsHigher, "greater at the boundary"),
        (GpdNote::OutsideSupport, "beyond the upper end"),
        (GpdNote::NoCovariance, "no asymptotic covariance"),
        (GpdNote::NotConverged, "before the tolerance"),
    ] {
        assert!(note.to_string().contains(part), "{note}");
    }
}

#[test]
fn recent_scenarios_are_the_likelier_ones() {
    let returns = Returns::from_column_slice(3, 1, &[0.01, -0.02, 0.03]).unwrap();
    let scenarios = Scenarios::decaying(returns.clone(), 1.0).unwrap();
    for (p, expected) in scenarios.probabilities().iter().zip([1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0]) {
        assert!((p - expected).abs() <= 2.5e-16);
    }
    let moments = scenarios.moments().unwrap();
    assert!((moments.mean()[0] - 0.09 / 7.0).abs() <= 1e-16);
    assert!(!scenarios.is_empty());
    let (same, probabilities) = scenarios.into_parts();
    assert_eq!((same, probabilities.len()), (returns, 3));
}

#[cfg(feature = "serde")]
#[test]
fn values_survive_being_written_down() {
    let distribution = GeneralisedPareto::new(0.25, 3.0).unwrap();
    let text = serde_json::to_string(&distribution).unwrap();
    assert_eq!(serde_json::from_str::<GeneralisedPareto>(&text).unwrap(), distribution);
    assert!(serde_json::from_str::<GeneralisedPareto>(r#"{"shape":0.1,"scale":-1.0}"#).is_err());
    let day: po_tail::Day = "2020-02-19".parse().unwrap();
    let text = serde_json::to_string(&day).unwrap();
    assert_eq!(text, "\"2020-02-19\"");
    assert_eq!(serde_json::from_str::<po_tail::Day>(&text).unwrap(), day);
    let scenarios = Scenarios::equal(Returns::from_column_slice(2, 1, &[0.01, -0.02]).unwrap());
    let text = serde_json::to_string(&scenarios).unwrap();
    assert_eq!(serde_json::from_str::<Scenarios>(&text).unwrap(), scenarios);
    assert!(serde_json::from_str::<Scenarios>(&text.replace("0.5", "0.4")).is_err());
}
