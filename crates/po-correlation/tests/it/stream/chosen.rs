//! The covariance of some assets: bit for bit that of all of them, narrowed.

use po_core::{Covariance, InputError, Investable, StreamingEstimator};
use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, CorrelationOf, DccFilter, DccFilterParams, DccParameters, Decay, Error,
    Ewma, EwmaParams, Exposures, FactorEwma, FactorEwmaParams, GarchParameters, Margin,
};

use super::market::{Draws, bars, bits, covariance_of, run, with_holes};

/// More than the places that are kept at hand, and no multiple of a tile.
const MANY: usize = 531;

fn dcc(assets: usize) -> DccFilter {
    let parameters = GarchParameters { omega: 1e-6, alpha: 0.1, beta: 0.85, ..GarchParameters::default() };
    let entry = |place: usize| if place.is_multiple_of(assets + 1) { 1.0 } else { 0.3 };
    let target: Vec<f64> = (0..assets * assets).map(entry).collect();
    DccFilter::new(DccFilterParams {
        parameters: DccParameters { a: 0.04, b: 0.9, ..DccParameters::default() },
        target: Covariance::from_column_slice(assets, &target).unwrap(),
        margins: vec![Margin { parameters, ..Margin::default() }; assets],
        ..DccFilterParams::default()
    })
    .unwrap()
}

fn factor(assets: usize) -> FactorEwma {
    let exposures: Vec<f64> =
        (0..assets * 3).map(|place| ((place * place) as f64 * 0.754_877_666_2).fract() - 0.5).collect();
    let exposed = Exposures::Tracked(Decay::HalfLife(50.0));
    let params = FactorEwmaParams { exposures: exposed, ..FactorEwmaParams::default() };
    FactorEwma::new(params, 3, &exposures).unwrap()
}

/// Asserts it for random choices of the assets of an estimator that has seen all of them.
fn assert_narrowed(name: &str, estimator: &impl StreamingEstimator) {
    let (whole, assets) = (covariance_of(estimator), estimator.assets());
    let all: Vec<usize> = (0..assets).collect();
    let mut of = Covariance::default();
    estimator.covariance_of_into(&all, &mut of).unwrap();
    assert_eq!(bits(&of), bits(&whole), "{name}: all of {assets}");
    let mut draws = Draws::new(11);
    for share in [0.02, 0.1, 0.5, 0.5, 0.9, 0.97] {
        let mut mask: Vec<bool> = (0..assets).map(|_| draws.uniform() < share).collect();
        mask[(draws.uniform() * assets as f64) as usize] = true;
        let chosen = Investable::new(mask).unwrap();
        estimator.covariance_of_into(chosen.assets(), &mut of).unwrap();
        assert_eq!(bits(&of), bits(&chosen.covariance(&whole).unwrap()), "{name}: {:?}", chosen.assets());
    }
}

#[test]
fn it_is_that_of_all_of_them_narrowed() {
    let plain = EwmaParams::default;
    let other = EwmaParams {
        correlation: Some(Decay::Factor(0.97)),
        correlation_of: CorrelationOf::Innovations,
        mean: Some(Decay::Factor(0.99)),
        lags: 2,
        regime: Some(Decay::Factor(0.8)),
        ..plain()
    };
    for assets in [3, 8, 29, 64, 110] {
        let bars = with_holes(5, bars(assets as u64, 30, assets), 0.1);
        assert_narrowed("ewma", &run(Ewma::new(plain(), assets).unwrap(), &bars));
        assert_narrowed("ewma, every setting", &run(Ewma::new(other.clone(), assets).unwrap(), &bars));
        let adaptive = AdaptiveEwma::new(AdaptiveEwmaParams::default(), assets).unwrap();
        assert_narrowed("adaptive", &run(adaptive, &bars));
        assert_narrowed("dcc", &run(dcc(assets), &bars));
        if assets > 10 {
            assert_narrowed("factor", &run(factor(assets), &bars));
        }
    }
    assert_narrowed("ewma", &run(Ewma::new(plain(), MANY).unwrap(), &bars(1, 3, MANY)));
}

/// Only those that are asked for must have been seen.
#[test]
fn an_asset_never_seen_is_in_the_way_of_nobody_else() {
    let mut bars = bars(3, 30, 12);
    bars.iter_mut().for_each(|bar| bar[4] = f64::NAN);
    let listed: Vec<usize> = (0..12).filter(|asset| *asset != 4).collect();
    let mut of = Covariance::default();
    let ewma = run(Ewma::new(EwmaParams::default(), 12).unwrap(), &bars);
    ewma.covariance_of_into(&listed, &mut of).unwrap();
    let entry = |row: usize, col: usize| ewma.covariance(listed[row], listed[col]);
    for (place, value) in of.as_slice().iter().enumerate() {
        assert_eq!(value.to_bits(), entry(place % 11, place / 11).to_bits());
    }
    let factor = run(factor(12), &bars);
    factor.covariance_of_into(&listed, &mut of).unwrap();
    let expected = Error::Input(InputError::NeverObserved { asset: 4 });
    let text = "asset 4 has no observation, expected at least one";
    for error in [
        ewma.covariance_of_into(&[1, 4, 5], &mut of).unwrap_err(),
        factor.covariance_of_into(&[4], &mut of).unwrap_err(),
    ] {
        assert_eq!((error.to_string().as_str(), error), (text, expected.clone()));
    }
    // The parameters of a dynamic correlation are known before the first return.
    run(dcc(12), &bars).covariance_of_into(&[1, 4, 5], &mut of).unwrap();
    assert_eq!(of.len(), 3);
}

fn assert_refused(estimator: &impl StreamingEstimator<Error = Error>) {
    let mut of = Covariance::from_column_slice(1, &[0.5]).unwrap();
    let mut refusal = |assets: &[usize]| match estimator.covariance_of_into(assets, &mut of).unwrap_err() {
        Error::Input(error) => (error.clone(), error.to_string()),
        other => panic!("{other:?} is no input error"),
    };
    let (error, text) = refusal(&[]);
    assert_eq!(error, InputError::Empty { what: "the list of assets" });
    assert_eq!(text, "the list of assets is empty, expected at least one item");
    let (name, expected) = ("the index of the asset", "less than the number of assets");
    assert_eq!(refusal(&[0, 12]).0, InputError::OutOfRange { name, value: 12.0, expected });
    for twice_or_back in [[2, 5, 5], [0, 5, 4]] {
        let value = twice_or_back[2] as f64;
        let (name, expected) = ("an index in the list of assets", "more than the index before it");
        let (error, text) = refusal(&twice_or_back);
        assert_eq!(error, InputError::OutOfRange { name, value, expected });
        assert_eq!(text, format!("{name} is {value}, expected {expected}"));
    }
    assert_eq!(of.as_slice(), [0.5]);
}

#[test]
fn choices_that_are_none() {
    let bars = bars(3, 30, 12);
    assert_refused(&run(Ewma::new(EwmaParams::default(), 12).unwrap(), &bars));
    assert_refused(&run(AdaptiveEwma::new(AdaptiveEwmaParams::default(), 12).unwrap(), &bars));
    assert_refused(&run(factor(12), &bars));
    assert_refused(&run(dcc(12), &bars));
}
