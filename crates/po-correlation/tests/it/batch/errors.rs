//! What is refused, with the numbers and the words.

use po_core::{Covariance, CovarianceEstimator, InputError, Returns};
use po_correlation::{
    BatchScratch, Decay, DenoisedCovariance, DenoisedCovarianceParams, Denoising, Error, EwmaCovariance,
    EwmaCovarianceParams, Gerber, GerberParams, Kendall, LedoitWolf, LedoitWolfParams, MarchenkoPastur,
    MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams, NoiseFit, NonlinearShrinkage,
    RankParams, Repair, SampleCovariance, SemiCovariance, SemiCovarianceParams, ShrinkageTarget, Spearman,
    Threshold,
};

use super::random::{factor_returns, returns};
use super::tour::semidefinite;

fn refused<T: std::fmt::Debug>(result: Result<T, Error>, error: &Error, text: &str) {
    let found = result.unwrap_err();
    assert_eq!(&found, error);
    assert_eq!(found.to_string(), text);
}

fn out_of_range<T: std::fmt::Debug>(
    result: Result<T, Error>,
    name: &'static str,
    value: f64,
    expected: &'static str,
) {
    let found = result.unwrap_err();
    assert_eq!(found.to_string(), format!("{name} is {value}, expected {expected}"));
    match found {
        Error::Input(InputError::OutOfRange { name: n, value: v, expected: e }) => {
            assert_eq!((n, v.to_bits(), e), (name, value.to_bits(), expected));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_out_of_range() {
    let ewma = |volatility| EwmaCovariance::new(EwmaCovarianceParams { volatility, ..Default::default() });
    let open = "a number between 0 and 1, both excluded";
    for value in [0.0, 1.0, -0.5, f64::NAN] {
        out_of_range(ewma(Decay::Factor(value)), "the decay factor", value, open);
    }
    for value in [0.0, -1.0, f64::INFINITY] {
        let expected = "a number of bars in [0.01, 1e9]";
        out_of_range(ewma(Decay::HalfLife(value)), "the half-life", value, expected);
    }
    let correlation = Some(Decay::Factor(2.0));
    let params = EwmaCovarianceParams { correlation, ..Default::default() };
    out_of_range(EwmaCovariance::new(params), "the decay factor", 2.0, open);

    let threshold = Threshold::Return(f64::INFINITY);
    let semi = SemiCovariance::new(SemiCovarianceParams { threshold, ..Default::default() });
    out_of_range(semi, "the threshold", f64::INFINITY, "a finite number");

    for threshold in [0.0, -1.0, f64::INFINITY] {
        let gerber = Gerber::new(GerberParams { threshold, ..Default::default() });
        out_of_range(gerber, "the threshold", threshold, "a positive number");
    }

    let noise = NoiseFit::Kernel { bandwidth: 0.0 };
    let denoised = DenoisedCovariance::new(DenoisedCovarianceParams { noise, ..Default::default() });
    out_of_range(denoised, "the bandwidth", 0.0, "a positive number");
    let denoising = Denoising::TargetedShrinkage { keep: 1.5 };
    let denoised = DenoisedCovariance::new(DenoisedCovarianceParams { denoising, ..Default::default() });
    out_of_range(denoised, "the share of the noise that is kept", 1.5, "a number in [0, 1]");

    out_of_range(
        MarchenkoPastur::new(0.0, 1.0),
        "the number of observations per asset",
        0.0,
        "a positive number",
    );
    out_of_range(MarchenkoPastur::new(1.0, -1.0), "the variance of the noise", -1.0, "a positive number");

    let mcd = |support, cutoff, starts| {
        MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams {
            support,
            cutoff,
            starts,
            seed: 1,
        })
    };
    out_of_range(mcd(Some(0.4), None, 1), "the share of trusted observations", 0.4, "a number in [0.5, 1]");
    out_of_range(mcd(None, Some(1.0), 1), "the quantile of the cutoff", 1.0, "a number in (0, 1)");
    out_of_range(mcd(None, None, 0), "the number of starts", 0.0, "at least 1");
}

#[test]
fn too_few_observations() {
    let single = returns(1, 2, &[0.01, 0.02]);
    for (name, _, estimator) in semidefinite() {
        match estimator.estimate(&single).unwrap_err() {
            Error::Input(InputError::TooFewObservations { observations: 1, required, .. }) => {
                assert!(required >= 2, "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    let too_few = |what, observations, required| {
        Error::from(InputError::TooFewObservations { what, observations, required })
    };
    refused(
        SampleCovariance::default().estimate(&single),
        &too_few("the observations for a covariance", 1, 2),
        "the observations for a covariance: 1, expected at least 2",
    );
    refused(
        NonlinearShrinkage::new().estimate(&returns(12, 1, &factor_returns(12, 1, 1))),
        &too_few("the observations for nonlinear shrinkage", 12, 13),
        "the observations for nonlinear shrinkage: 12, expected at least 13",
    );
    let robust = MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams::default()).unwrap();
    refused(
        robust.fit(&returns(3, 3, &factor_returns(3, 3, 1))),
        &too_few("the observations for a minimum covariance determinant", 3, 4),
        "the observations for a minimum covariance determinant: 3, expected at least 4",
    );
}

/// The second asset stands still.
fn still(observations: usize) -> Returns {
    let mut entries = factor_returns(observations, 3, 5);
    entries[observations..2 * observations].fill(0.01);
    returns(observations, 3, &entries)
}

#[test]
fn an_asset_that_stands_still_has_no_correlation() {
    let sample = still(30);
    let target = ShrinkageTarget::ConstantCorrelation;
    let constant = LedoitWolf::new(LedoitWolfParams { target, ..Default::default() });
    let correlation = Some(Decay::HalfLife(20.0));
    let ewma = EwmaCovarianceParams { correlation, ..Default::default() };
    let denoised = DenoisedCovariance::new(DenoisedCovarianceParams::default()).unwrap();
    for result in [
        constant.estimate(&sample),
        EwmaCovariance::new(ewma).unwrap().estimate(&sample),
        denoised.estimate(&sample),
        Gerber::new(GerberParams::default()).unwrap().estimate(&sample),
        Spearman::new(RankParams::default()).estimate(&sample),
        Kendall::new(RankParams::default()).estimate(&sample),
        MinimumCovarianceDeterminant::new(Default::default()).unwrap().estimate(&sample),
        Repair::Clip.repair(&SampleCovariance::default().estimate(&sample).unwrap()),
    ] {
        refused(
            result,
            &InputError::ZeroVariance { asset: 1 }.into(),
            "the variance of asset 1 is zero, expected a positive number",
        );
    }
    refused(
        NonlinearShrinkage::new().estimate(&sample),
        &Error::RankDeficient { rank: 2, expected: 3 },
        "the rank of the sample covariance is 2, expected 3: \
         an asset does not move, or is a combination of others",
    );
}

#[test]
fn assets_that_cancel_are_no_factor() {
    let base = factor_returns(20, 1, 9);
    let entries: Vec<f64> = base.iter().copied().chain(base.iter().map(|value| -value)).collect();
    let target = ShrinkageTarget::SingleFactor;
    let estimator = LedoitWolf::new(LedoitWolfParams { target, ..Default::default() });
    let (name, expected) = ("the variance of the mean of all assets", "a positive number");
    out_of_range(estimator.estimate(&returns(20, 2, &entries)), name, 0.0, expected);
}

#[test]
fn a_threshold_that_nobody_reaches() {
    let sample = returns(30, 3, &factor_returns(30, 3, 5));
    let estimator = Gerber::new(GerberParams { threshold: 100.0, ..Default::default() }).unwrap();
    refused(
        estimator.estimate(&sample),
        &Error::NoLargeReturn { asset: 0, threshold: 100.0 },
        "the returns of asset 0 all lie within 100 standard deviations, expected one at least that large",
    );
}

#[test]
fn observations_on_a_hyperplane() {
    // The first thirty of forty days lie on a line.
    let mut entries = factor_returns(40, 2, 5);
    for day in 0..30 {
        entries[40 + day] = 2.0 * entries[day];
    }
    let estimator = MinimumCovarianceDeterminant::new(Default::default()).unwrap();
    refused(
        estimator.fit(&returns(40, 2, &entries)),
        &Error::OnAHyperplane { observations: 22 },
        "the covariance of 22 observations is singular, \
         expected assets none of which is a combination of others",
    );
}

#[test]
fn the_market_is_not_all_there_is() {
    let ones = Covariance::from_column_slice(2, &[1.0, 1.0, 1.0, 1.0]).unwrap();
    let (noise, denoising) = (NoiseFit::Unit, Denoising::None);
    let params = DenoisedCovarianceParams { noise, denoising, market_components: 1, ..Default::default() };
    refused(
        DenoisedCovariance::new(params).unwrap().denoise(&ones, 50),
        &Error::NothingLeft { asset: 0 },
        "the variance that is left of asset 0 is zero, expected a positive number",
    );
    let params = DenoisedCovarianceParams { market_components: 2, ..params };
    let all = DenoisedCovariance::new(params).unwrap();
    let expected = "fewer than there are assets";
    out_of_range(
        all.denoise(&ones, 50).map(|found| found.0),
        "the number of market components",
        2.0,
        expected,
    );
    refused(
        all.denoise(&ones, 0).map(|found| found.0),
        &InputError::TooFewObservations {
            what: "the observations for a denoised covariance",
            observations: 0,
            required: 1,
        }
        .into(),
        "the observations for a denoised covariance: 0, expected at least 1",
    );
    let empty = InputError::Empty { what: "the covariance" };
    refused(
        all.denoise(&Covariance::default(), 5).map(|found| found.0),
        &empty.clone().into(),
        "the covariance is empty, expected at least one item",
    );
    assert_eq!(Repair::Nearest.repair(&Covariance::default()), Err(empty.into()));
}

#[test]
fn a_decay_that_forgets_all_but_the_last() {
    let params = EwmaCovarianceParams { volatility: Decay::Factor(1e-300), ..Default::default() };
    let estimator = EwmaCovariance::new(params).unwrap();
    let sample = returns(3, 1, &[0.01, 0.02, 0.03]);
    let (name, expected) = ("the share of the last observation", "a number below 1");
    out_of_range(estimator.estimate(&sample), name, 1.0, expected);
}

#[test]
fn squares_that_overflow() {
    let sample = returns(2, 1, &[1e200, -1e200]);
    let (name, expected) = ("the variance", "a finite number");
    refused(
        Kendall::new(RankParams::default()).estimate(&sample),
        &InputError::AssetOutOfRange { name, asset: 0, value: f64::INFINITY, expected }.into(),
        "the variance of asset 0 is inf, expected a finite number",
    );
    match SampleCovariance::default().estimate(&sample).unwrap_err() {
        Error::Input(InputError::NotFinite { row: 0, asset: 0, value, .. }) => {
            assert!(value.is_infinite());
        }
        other => panic!("{other:?}"),
    }
}

/// Whatever is refused, the place for the result stays valid, and the scratch can be used again.
#[test]
fn a_refusal_leaves_a_valid_place() {
    let huge =
        returns(20, 2, &factor_returns(20, 2, 3).iter().map(|value| value * 1e200).collect::<Vec<_>>());
    let sound = returns(40, 3, &factor_returns(40, 3, 3));
    for (name, _, estimator) in semidefinite() {
        let (mut scratch, mut covariance) = (BatchScratch::default(), Covariance::default());
        for refused in [&huge, &still(40)] {
            if estimator.estimate_into(refused, &mut scratch, &mut covariance).is_err() {
                assert!(covariance.as_slice().iter().all(|entry| entry.is_finite()), "{name}");
            }
            estimator.estimate_into(&sound, &mut scratch, &mut covariance).unwrap();
            assert_eq!(covariance, estimator.estimate(&sound).unwrap(), "{name}");
        }
    }
}
