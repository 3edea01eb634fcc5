//! What is written to a file and read back goes on as if nothing had happened.

use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, BreakdownAlarm, BreakdownAlarmParams, CorrelationOf, Decay, Ewma,
    EwmaParams, Exposures, FactorEwma, FactorEwmaParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::market::{Draws, bars, bits, covariance_of, run, with_holes};

/// Through JSON and through TOML.
fn copies<T: Serialize + DeserializeOwned>(value: &T) -> [T; 2] {
    let json = serde_json::to_string(value).unwrap();
    let toml = toml::to_string(value).unwrap();
    [serde_json::from_str(&json).unwrap(), toml::from_str(&toml).unwrap()]
}

#[test]
fn a_restored_estimate_goes_on_bit_for_bit() {
    let settings = [
        EwmaParams::default(),
        EwmaParams {
            volatility: Decay::HalfLife(11.0),
            correlation: Some(Decay::HalfLife(60.0)),
            correlation_of: CorrelationOf::Innovations,
            mean: Some(Decay::Factor(0.99)),
            lags: 3,
            regime: Some(Decay::HalfLife(5.0)),
            min_observations: 7,
        },
    ];
    for params in settings {
        let bars = with_holes(7, bars(7, 90, 11), 0.2);
        let half = run(Ewma::new(params, 11).unwrap(), &bars[..44]);
        for copy in copies(&half) {
            assert_eq!((copy.bars(), copy.observations(3)), (half.bars(), half.observations(3)));
            let (went_on, restored) = (run(half.clone(), &bars[44..]), run(copy, &bars[44..]));
            assert_eq!(bits(&covariance_of(&restored)), bits(&covariance_of(&went_on)));
            assert_eq!(restored.multiplier().to_bits(), went_on.multiplier().to_bits());
        }
    }
}

#[test]
fn a_restored_choice_of_decays_goes_on_bit_for_bit() {
    let bars = with_holes(9, bars(9, 90, 6), 0.2);
    let half = run(AdaptiveEwma::new(AdaptiveEwmaParams::default(), 6).unwrap(), &bars[..44]);
    let went_on = run(half.clone(), &bars[44..]);
    for copy in copies(&half) {
        assert_eq!(copy.probabilities(), half.probabilities());
        let restored = run(copy, &bars[44..]);
        assert_eq!(restored.probabilities(), went_on.probabilities());
        assert_eq!(bits(&covariance_of(&restored)), bits(&covariance_of(&went_on)));
    }
}

#[test]
fn a_restored_factor_form_goes_on_bit_for_bit() {
    let bars = with_holes(10, bars(10, 90, 12), 0.1);
    let mut draws = Draws::new(10);
    let exposures: Vec<f64> = (0..24).map(|_| draws.normal()).collect();
    for kind in [Exposures::Fixed, Exposures::Tracked(Decay::HalfLife(30.0))] {
        let params = FactorEwmaParams { exposures: kind, ..FactorEwmaParams::default() };
        let half = run(FactorEwma::new(params, 2, &exposures).unwrap(), &bars[..44]);
        let went_on = run(half.clone(), &bars[44..]);
        for copy in copies(&half) {
            assert_eq!((copy.exposures(), copy.factor_returns()), (half.exposures(), half.factor_returns()));
            let restored = run(copy, &bars[44..]);
            assert_eq!(bits(&covariance_of(&restored)), bits(&covariance_of(&went_on)));
        }
    }
}

#[test]
fn a_restored_alarm_goes_on_bit_for_bit() {
    let bars = bars(11, 300, 5);
    let foretold = covariance_of(&run(Ewma::new(EwmaParams::default(), 5).unwrap(), &bars));
    let listen = |mut alarm: BreakdownAlarm, bars: &[Vec<f64>]| {
        bars.iter().for_each(|bar| _ = alarm.update(&foretold, bar).unwrap());
        alarm
    };
    let half = listen(BreakdownAlarm::new(BreakdownAlarmParams::default()).unwrap(), &bars[..150]);
    let went_on = listen(half.clone(), &bars[150..]);
    for copy in copies(&half) {
        let restored = listen(copy, &bars[150..]);
        assert_eq!((restored.bars(), restored.threshold()), (went_on.bars(), went_on.threshold()));
        assert_eq!(restored.together().to_bits(), went_on.together().to_bits());
        assert_eq!(restored.apart().to_bits(), went_on.apart().to_bits());
    }
}

#[test]
fn a_file_that_is_no_state_is_refused() {
    let ewma = run(Ewma::new(EwmaParams::default(), 2).unwrap(), &bars(8, 30, 2));
    let sound = serde_json::to_value(&ewma).unwrap();
    let message = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = sound.clone();
        change(&mut value);
        serde_json::from_value::<Ewma>(value).unwrap_err().to_string()
    };
    let entries = sound["state"].as_array().unwrap().len();
    assert_eq!(
        message(&|value| value["state"].as_array_mut().unwrap().truncate(entries - 1)),
        format!("the state of the estimator has length {}, expected {entries}", entries - 1)
    );
    assert_eq!(
        message(&|value| value["assets"] = 4_000_000_000_u64.into()),
        format!("the state of the estimator has length {entries}, expected 8000000000000000000")
    );
    assert_eq!(
        message(&|value| value["state"][3] = f64::NAN.to_bits().into()),
        "a number of the state is NaN, expected a finite number"
    );
    // The ninth number is the weight of the first asset's mean.
    assert_eq!(
        message(&|value| value["state"][8] = (-1.0_f64).to_bits().cast_signed().into()),
        "the least weight or variance of the state is -1, expected zero or more"
    );
    assert_eq!(
        message(&|value| value["params"]["volatility"] = serde_json::json!({ "factor": 2.0 })),
        "the decay factor is 2, expected a number between 0 and 1, both excluded"
    );
}
