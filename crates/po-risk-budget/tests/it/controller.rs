//! The controller of a volatility budget: closed forms, properties, a simulated market, bad input, storing.

mod market;

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, FactorCovariance, InputError, Weights};
use po_risk_budget::{
    ControllerDecision, DrawdownScaling, Error, Reason, RiskBudgetController, RiskBudgetControllerParams,
};
use proptest::prelude::*;

use crate::scenarios::{Dice, cases};

/// A few products and roots of numbers near one.
const ROUNDING: f64 = 1e-12;

type Params = RiskBudgetControllerParams;

fn weights(weights: &[f64]) -> Weights {
    Weights::new(weights.to_vec()).unwrap()
}

/// The covariance of one asset.
fn single(volatility: f64) -> Covariance {
    Covariance::from_column_slice(1, &[volatility * volatility]).unwrap()
}

fn controller(params: Params) -> RiskBudgetController {
    RiskBudgetController::new(params).unwrap()
}

/// One asset, of which `held` is held, in a fresh controller.
fn decide(params: Params, volatility: f64, held: f64, realised: Option<f64>) -> ControllerDecision {
    let (target, held) = (weights(&[1.0]), weights(&[held]));
    controller(params).step(&target, &held, &single(volatility), realised).unwrap().clone()
}

#[track_caller]
fn assert_near(actual: f64, expected: f64) {
    let distance = (actual - expected).abs();
    assert!(distance <= ROUNDING * expected.abs().max(1.0), "{actual} is not {expected}");
}

#[test]
fn one_asset_goes_to_the_nearest_edge() {
    // A volatility of twice the budget: exposures of 0.4 to 0.475 use 80 % to 95 %.
    for (held, exposure, reason) in [
        (0.0, 0.4, Reason::BelowBand),
        (0.39, 0.4, Reason::BelowBand),
        (0.41, 0.41, Reason::InBand),
        (0.47, 0.47, Reason::InBand),
        (0.48, 0.475, Reason::AboveBand),
        (1.0, 0.475, Reason::AboveBand),
    ] {
        let decision = decide(Params::default(), 0.02, held, None);
        assert_near(decision.exposure, exposure);
        assert_near(decision.weights.as_slice()[0], exposure);
        assert_near(decision.held_use, 2.0 * held);
        assert_near(decision.forecast_use, 2.0 * exposure);
        assert_near(decision.turnover, (exposure - held).abs());
        assert_eq!((decision.reason, decision.traded), (reason, reason.is_trade()));
        assert_eq!((decision.realised_use, decision.drawdown, decision.exposure_cap), (None, 0.0, 1.0));
    }
}

#[test]
fn what_was_traded_is_not_traded_again() {
    let covariance = Covariance::from_column_slice(2, &[4e-4, 1e-4, 1e-4, 9e-4]).unwrap();
    let target = weights(&[0.7, 0.3]);
    for start in [[0.0, 0.0], [2.0, 1.0], [0.0, 0.35], [-0.7, 0.3]] {
        let mut controller = controller(Params { weight_band: 0.0, ..Params::default() });
        let first = controller.step(&target, &weights(&start), &covariance, None).unwrap().clone();
        assert!(first.traded);
        let second = controller.step(&target, &first.weights, &covariance, 0.0).unwrap();
        assert_eq!((second.traded, second.turnover, &second.weights), (false, 0.0, &first.weights));
    }
}

#[test]
fn a_cap_moves_the_band_down() {
    // Half the budget is all that an exposure of one uses: the band is then 0.5 × 0.80 / 0.95 to 0.5.
    for (held, exposure, reason) in [
        (0.0, 1.0, Reason::BelowBand),
        (0.84, 1.0, Reason::BelowBand),
        (0.96, 0.96, Reason::AtCap),
        (1.0, 1.0, Reason::AtCap),
        (1.1, 1.0, Reason::OverLeverage),
    ] {
        let decision = decide(Params::default(), 0.005, held, None);
        assert_near(decision.exposure, exposure);
        assert_eq!(decision.reason, reason);
    }
    // Nothing moves: no exposure uses the budget, so that the cap is where the target would have the weight.
    let decision = decide(Params { weight_band: 0.6, ..Params::default() }, 0.0, 0.5, None);
    assert_eq!((decision.exposure, decision.forecast_use, decision.reason), (0.5, 0.0, Reason::AtCap));
    let decision = decide(Params::default(), 0.0, 0.5, None);
    assert_eq!((decision.exposure, decision.forecast_use, decision.reason), (1.0, 0.0, Reason::WeightDrift));
}

#[test]
fn a_weight_outside_its_band_is_traded_at_the_same_risk() {
    let covariance = Covariance::from_column_slice(2, &[4e-4, 0.0, 0.0, 4e-4]).unwrap();
    let target = weights(&[0.5, 0.5]);
    // Both have volatility 0.02 × sqrt(0.3² + 0.3²) = 0.0085 within rounding, by the same circle.
    let radius = 0.3 * std::f64::consts::SQRT_2;
    for (angle, traded) in [(0.05_f64, false), (0.2, true)] {
        let angle = std::f64::consts::FRAC_PI_4 + angle;
        let held = weights(&[radius * angle.cos(), radius * angle.sin()]);
        let mut controller = controller(Params::default());
        let decision = controller.step(&target, &held, &covariance, None).unwrap();
        assert_eq!(decision.reason, if traded { Reason::WeightDrift } else { Reason::InBand });
        assert_near(decision.forecast_use, 2.0 * radius);
        assert_near(decision.held_use, 2.0 * radius);
        if traded {
            assert_near(decision.weights.as_slice()[0], 0.3);
            assert_near(decision.weights.as_slice()[1], 0.3);
        }
    }
}

#[test]
fn drawdown_scales_the_cap_linearly() {
    let drawdown = Some(DrawdownScaling { start: 0.05, limit: 0.20 });
    let params = Params { drawdown, leverage_limit: 2.0, ..Params::default() };
    for (loss, scale) in
        [(0.0, 1.0), (0.05, 1.0), (0.08, 0.8), (0.125, 0.5), (0.19, 1.0 / 15.0), (0.2, 0.0), (0.5, 0.0)]
    {
        // A volatility of a tenth of the budget: the cap decides, not the band.
        let decision = decide(params.clone(), 0.001, 2.0, Some(-loss));
        assert_near(decision.drawdown, loss);
        assert_near(decision.exposure_cap, 2.0 * scale);
        assert_near(decision.exposure, 2.0 * scale);
        assert_eq!(decision.reason, if scale < 1.0 { Reason::Drawdown } else { Reason::AtCap });
    }
    // A drawdown is the loss since the highest wealth: up by a fifth, down by a tenth twice, up to a new height.
    let mut controller = controller(params);
    for (realised, loss) in
        [(0.2, 0.0), (-0.1, 0.1), (-0.1, 0.19), (0.1, 0.109), (0.3, 0.0), (-1.0, 1.0), (0.5, 1.0)]
    {
        let decision = controller.step(&weights(&[1.0]), &weights(&[0.0]), &single(0.001), realised).unwrap();
        assert_near(decision.drawdown, loss);
    }
}

#[test]
fn realised_use_is_free_of_the_warm_up() {
    // Returns of one size have that volatility from the first on, which a mean that starts at zero would not show.
    let mut steady = controller(Params { half_life: 50.0, ..Params::default() });
    for time in 0..5 {
        let realised = if time % 2 == 0 { 0.007 } else { -0.007 };
        let decision = steady.step(&weights(&[1.0]), &weights(&[0.0]), &single(0.01), realised).unwrap();
        assert_near(decision.realised_use.unwrap(), 0.7);
    }
    // After one half-life the first return counts half as much as the last: (0.5 a² + b²) / 1.5.
    let mut two = controller(Params { half_life: 1.0, ..Params::default() });
    two.step(&weights(&[1.0]), &weights(&[0.0]), &single(0.01), 0.02).unwrap();
    let decision = two.step(&weights(&[1.0]), &weights(&[0.0]), &single(0.01), -0.01).unwrap();
    assert_near(decision.realised_use.unwrap(), 2.0_f64.sqrt());
    // A period without a return changes neither.
    let decision = two.step(&weights(&[1.0]), &weights(&[0.0]), &single(0.01), None).unwrap();
    assert_near(decision.realised_use.unwrap(), 2.0_f64.sqrt());
    assert_near(decision.drawdown, 0.01);
}

#[test]
fn a_covariance_in_factor_form_decides_the_same() {
    let exposures = DMatrix::from_column_slice(3, 1, &[1.0, 0.5, -0.3]);
    let factor = Covariance::from_column_slice(1, &[3e-4]).unwrap();
    let covariance = FactorCovariance::new(exposures, factor, vec![1e-4, 2e-4, 3e-4]).unwrap();
    let (target, held) = (weights(&[0.5, 0.3, 0.2]), weights(&[0.9, 0.1, 0.4]));
    let (mut factored, mut dense) = (controller(Params::default()), controller(Params::default()));
    let factored = factored.step(&target, &held, &covariance, None).unwrap();
    let dense = dense.step(&target, &held, &covariance.covariance().unwrap(), None).unwrap();
    assert_eq!(factored.reason, dense.reason);
    assert_near(factored.exposure, dense.exposure);
    assert_near(factored.held_use, dense.held_use);
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn use_lies_in_the_band_after_each_trade_unless_capped(assets in 1_usize..7, seed: u64) {
        let mut dice = Dice::new(seed);
        let lower = 0.3 + 0.6 * dice.uniform();
        let params = Params {
            volatility_budget: 0.002 + 0.02 * dice.uniform(),
            band: (lower, lower + 0.3 * dice.uniform()),
            leverage_limit: 0.5 + 2.0 * dice.uniform(),
            drawdown: (seed % 2 == 0).then_some(DrawdownScaling { start: 0.02, limit: 0.1 }),
            weight_band: 0.1 * dice.uniform(),
            ..Params::default()
        };
        let (lower, upper) = params.band;
        let (limit, weight_band) = (params.leverage_limit, params.weight_band);
        let mut controller = controller(params);
        let mut held = weights(&vec![0.0; assets]);
        for _ in 0..30 {
            let root = DMatrix::from_fn(assets, assets + 2, |_, _| 0.006 * dice.normal());
            let covariance = Covariance::new(&root * root.transpose()).unwrap();
            let target: Vec<f64> = (0..assets).map(|_| dice.uniform() - 0.2).collect();
            let target = weights(&target);
            let realised = (0.02 * dice.normal()).max(-0.5);
            let decision = controller.step(&target, &held, &covariance, realised).unwrap();

            let held_gross = held.gross();
            prop_assert_eq!(decision.traded, decision.reason.is_trade());
            prop_assert!(decision.exposure_cap <= limit);
            prop_assert!(decision.forecast_use <= upper * (1.0 + ROUNDING));
            prop_assert!(decision.weights.gross() <= decision.exposure_cap * target.gross() * (1.0 + ROUNDING));
            let truth = covariance.portfolio_variance(&decision.weights).unwrap().max(0.0).sqrt();
            assert_near(decision.forecast_use * controller.params().volatility_budget, truth);
            let decision = controller.decision();
            if decision.traded {
                let capped = decision.exposure >= decision.exposure_cap * (1.0 - ROUNDING);
                prop_assert!(capped || decision.forecast_use >= lower * (1.0 - ROUNDING));
                for (weight, target) in decision.weights.as_slice().iter().zip(target.as_slice()) {
                    prop_assert_eq!(weight.to_bits(), (decision.exposure * target).to_bits());
                }
            } else {
                prop_assert_eq!(&decision.weights, &held);
                prop_assert!(held_gross <= decision.exposure_cap * target.gross() * (1.0 + ROUNDING));
                prop_assert!(decision.reason == Reason::AtCap || decision.forecast_use >= lower * (1.0 - ROUNDING));
                let ratio = decision.forecast_use.clamp(lower, upper)
                    / (covariance.portfolio_variance(&target).unwrap().sqrt() / controller.params().volatility_budget);
                for (weight, target) in held.as_slice().iter().zip(target.as_slice()) {
                    let wanted = ratio.min(decision.exposure_cap) * target;
                    prop_assert!((weight - wanted).abs() <= weight_band + ROUNDING);
                }
            }
            held = decision.weights.clone();
        }
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let scaling =
        |start, limit| Params { drawdown: Some(DrawdownScaling { start, limit }), ..Params::default() };
    let number = "a positive, finite number";
    for (params, name, value, expected) in [
        (Params { volatility_budget: 0.0, ..Params::default() }, "the volatility budget", 0.0, number),
        (Params { band: (0.0, 0.9), ..Params::default() }, "the lower edge of the band", 0.0, number),
        (
            Params { band: (0.9, 0.8), ..Params::default() },
            "the upper edge of the band",
            0.8,
            "a finite number, the lower edge or more",
        ),
        (Params { leverage_limit: -1.0, ..Params::default() }, "the leverage limit", -1.0, number),
        (Params { half_life: 2e9, ..Params::default() }, "the half-life", 2e9, "a number in (0, 1e9]"),
        (scaling(1.0, 1.0), "the drawdown at which scaling starts", 1.0, "a number in [0, 1)"),
        (scaling(0.2, 0.2), "the drawdown limit", 0.2, "a number in (start, 1]"),
        (
            Params { weight_band: -0.1, ..Params::default() },
            "the weight band",
            -0.1,
            "a finite number, zero or more",
        ),
    ] {
        let error = RiskBudgetController::new(params).unwrap_err();
        assert_eq!(error.to_string(), format!("{name} is {value}, expected {expected}"));
        assert_eq!(error, InputError::OutOfRange { name, value, expected }.into());
    }
    assert!(RiskBudgetController::new(Params { volatility_budget: f64::NAN, ..Params::default() }).is_err());
}

#[test]
fn bad_input_is_refused_and_leaves_the_controller_as_it_was() {
    let mut controller = controller(Params::default());
    let (one, two, zero) = (weights(&[1.0]), weights(&[0.5, 0.5]), weights(&[0.0]));
    controller.step(&one, &zero, &single(0.02), -0.03).unwrap();
    let before = controller.clone();

    let error = controller.step(&two, &zero, &single(0.02), -0.5).unwrap_err();
    assert_eq!(error.to_string(), "the list of target weights has length 2, expected 1");
    let what = "the list of held weights";
    let error = controller.step(&one, &two, &single(0.02), -0.5).unwrap_err();
    assert_eq!(error, InputError::LengthMismatch { what, expected: 1, actual: 2 }.into());
    assert_eq!(error.to_string(), "the list of held weights has length 2, expected 1");

    let (name, expected) = ("the realised return", "a finite number of -1 or more");
    for value in [-1.5, f64::INFINITY] {
        let error = controller.step(&one, &zero, &single(0.02), value).unwrap_err();
        assert_eq!(error, InputError::OutOfRange { name, value, expected }.into());
        assert_eq!(error.to_string(), format!("{name} is {value}, expected {expected}"));
    }
    let error = controller.step(&one, &zero, &single(0.02), 1e200).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the realised use of the volatility budget is inf, expected a finite number"
    );
    let error = controller.step(&weights(&[1e200]), &zero, &single(0.02), -0.5).unwrap_err();
    assert_eq!(error.to_string(), "the variance of the portfolio is inf, expected a finite number");

    // A correlation of -2: an equal-weighted pair has a variance of -σ² / 2, of the σ² that it would have at one.
    let indefinite = Covariance::from_column_slice(2, &[4.0, -8.0, -8.0, 4.0]).unwrap();
    let error = controller.step(&two, &two, &indefinite, -0.5).unwrap_err();
    assert_eq!(error, Error::NegativeVariance { ratio: -0.5 });
    assert!(
        error.to_string().starts_with("the variance of a portfolio is -5e-1 of what it would be"),
        "{error}"
    );

    assert_eq!(controller.decision(), before.decision());
    let (mut controller, mut before) = (controller, before);
    let after = controller.step(&one, &zero, &single(0.02), 0.01).unwrap();
    assert_eq!(after, before.step(&one, &zero, &single(0.02), 0.01).unwrap());
}

/// A complete hedge, of which rounding makes a variance below zero, has no volatility.
#[test]
fn a_variance_that_rounding_takes_below_zero_is_none() {
    const ASSETS: usize = 40;
    let market = Covariance::from_column_slice(1, &[1.0]).unwrap();
    let mut below_zero = [0; 2];
    for seed in 0..300 {
        let mut dice = Dice::new(seed);
        let sizes: Vec<f64> = (0..ASSETS).map(|_| 0.05 + 0.3 * dice.uniform()).collect();
        let exposures = DMatrix::from_column_slice(ASSETS, 1, &sizes);
        let factor = FactorCovariance::new(exposures, market.clone(), vec![0.0; ASSETS]).unwrap();
        let covariance = factor.covariance().unwrap();
        // The last asset hedges all others.
        let mut hedge: Vec<f64> = sizes.iter().map(|_| dice.normal()).collect();
        hedge[ASSETS - 1] = 0.0;
        let exposed: f64 = hedge.iter().zip(&sizes).map(|(weight, size)| weight * size).sum();
        hedge[ASSETS - 1] = -exposed / sizes[ASSETS - 1];
        let hedge = weights(&hedge);
        let mut controller = controller(Params::default());
        for (form, risk) in [Risk::Dense(&covariance), Risk::Factor(&factor)].into_iter().enumerate() {
            let held_use = controller.step(&hedge, &hedge, risk, None).unwrap().held_use;
            assert!(held_use < 1e-4, "{held_use}");
            below_zero[form] += usize::from(held_use == 0.0);
        }
    }
    assert!(below_zero.iter().all(|count| *count > 0), "{below_zero:?}");
}

#[cfg(feature = "serde")]
mod stored {
    use super::market::Market;
    use super::*;

    #[test]
    fn a_restored_controller_continues_bit_by_bit() {
        let drawdown = Some(DrawdownScaling { start: 0.01, limit: 0.3 });
        let mut original = controller(Params { drawdown, leverage_limit: 3.0, ..Params::default() });
        let mut market = Market { dice: Dice::new(1986), scale: 1.0 };
        let target = weights(&[0.3, 0.3, 0.4]);
        let mut held = weights(&[0.0; 3]);
        for day in 0..60 {
            let text = toml::to_string(&original).unwrap();
            let mut restored: RiskBudgetController = toml::from_str(&text).unwrap();
            assert_eq!(toml::to_string(&restored).unwrap(), text);
            assert_eq!(restored.decision(), original.decision());
            let value = serde_json::to_value(&original).unwrap();
            let mut twin: RiskBudgetController = serde_json::from_value(value).unwrap();

            let covariance = market.covariance();
            let earned: f64 = market.returns().iter().sum();
            let realised = (day > 0).then_some(earned);
            let decision = original.step(&target, &held, &covariance, realised).unwrap();
            assert_eq!(restored.step(&target, &held, &covariance, realised).unwrap(), decision);
            assert_eq!(twin.step(&target, &held, &covariance, realised).unwrap(), decision);
            held = decision.weights.clone();
        }
        assert!(original.decision().drawdown > 0.0);
    }

    #[test]
    fn what_is_stored_is_checked() {
        let refused = |text: &str| toml::from_str::<RiskBudgetController>(text).unwrap_err().to_string();
        let state = "\n[state]\nlevel = 1.0\nsquares = 0.0\nweight = 0.0\n";
        let error = refused(&format!("[params]\nhalf_life = 0.0\n{state}"));
        assert!(error.contains("the half-life is 0, expected a number in (0, 1e9]"), "{error}");
        let error = refused(&format!("[params]\nhalflife = 1.0\n{state}"));
        assert!(error.contains("unknown field `halflife`"), "{error}");
        let state = state.replace("level = 1.0", "level = 1.5");
        let error = refused(&format!("[params]\n{state}"));
        assert!(error.contains("the stored level of wealth is 1.5, expected a number in [0, 1]"), "{error}");
        let with = |squares: f64, weight: f64| {
            let state = format!("[state]\nlevel = 1.0\nsquares = {squares:?}\nweight = {weight:?}\n");
            refused(&format!("[params]\n{state}"))
        };
        let error = with(0.0, -0.5);
        let text = "the stored weight of returns is -0.5, expected a number in [0, 1]";
        assert!(error.contains(text), "{error}");
        let error = with(-0.25, 0.0);
        let text = "the stored mean of squared returns is -0.25, expected a finite number, zero or more";
        assert!(error.contains(text), "{error}");
        let error = with(f64::INFINITY, 0.0);
        assert!(error.contains("the stored mean of squared returns is inf"), "{error}");
    }
}
