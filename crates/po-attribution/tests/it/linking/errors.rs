//! What is refused, and how it reads.

use po_attribution::{
    BrinsonAttribution, EffectHistory, Error, GeometricAttribution, GeometricEffects, GeometricLinker,
    Linker, LinkingMethod, NestedAttribution, link,
};
use po_core::InputError;

#[test]
fn periods() {
    let mut history = EffectHistory::new(2);
    history.push(&[0.0, 0.01], 0.02, 0.01).unwrap();
    let mut linker = Linker::new(LinkingMethod::Carino, 2).unwrap();
    linker.push(&[0.0, 0.01], 0.02, 0.01).unwrap();
    let (kept, kept_linker) = (history.clone(), linker.clone());
    let mut refused = |effects: &[f64], portfolio, benchmark| {
        let error = history.push(effects, portfolio, benchmark).unwrap_err();
        let text = error.to_string();
        assert_eq!(linker.push(effects, portfolio, benchmark).unwrap_err().to_string(), text);
        (error, text)
    };

    let (error, text) = refused(&[0.0, 0.0], -1.0, 0.0);
    assert_eq!(error, Error::NotCompoundable { what: "portfolio", period: 1, value: -1.0 });
    assert_eq!(text, "the return of the portfolio in period 1 is -1, expected a number above -1");
    let (error, _) = refused(&[0.0, 0.0], 0.0, -1.5);
    assert_eq!(error, Error::NotCompoundable { what: "benchmark", period: 1, value: -1.5 });
    let (_, text) = refused(&[0.0, 0.0], 0.0, f64::NAN);
    assert_eq!(text, "the return of the benchmark in period 1 is NaN, expected a number above -1");
    let (error, text) = refused(&[0.0], 0.0, 0.0);
    let what = "the list of effects";
    assert_eq!(error, Error::Input(InputError::LengthMismatch { what, expected: 2, actual: 1 }));
    assert_eq!(text, "the list of effects has length 1, expected 2");
    let (error, text) = refused(&[0.0, f64::INFINITY], 0.0, 0.0);
    let (name, value, expected) = ("the effect", f64::INFINITY, "a finite number");
    assert_eq!(error, Error::Input(InputError::OutOfRange { name, value, expected }));
    assert_eq!(text, "the effect is inf, expected a finite number");

    assert_eq!((history, &linker), (kept, &kept_linker));
    let error = linker.totals_into(&mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "the list of totals has length 3, expected 2");
}

#[test]
fn attributions_of_another_size() {
    let mut history = EffectHistory::new(2);
    let what = "the list of effects";
    let error = history.push_brinson(&BrinsonAttribution::default()).unwrap_err();
    assert_eq!(error, Error::Input(InputError::LengthMismatch { what, expected: 2, actual: 3 }));
    let error = history.push_nested(&NestedAttribution::default()).unwrap_err();
    assert_eq!(error, Error::Input(InputError::LengthMismatch { what, expected: 2, actual: 1 }));
}

#[test]
fn methods() {
    let error = link(&EffectHistory::new(3), LinkingMethod::Carino).unwrap_err();
    assert_eq!(error.to_string(), "the history of effects is empty, expected at least one item");
    let mut history = EffectHistory::new(4);
    history.push(&[0.0; 4], 0.0, 0.0).unwrap();
    let error = link(&history, LinkingMethod::DaviesLaker).unwrap_err();
    assert_eq!(error, Error::NotThreeBlocks { effects: 4 });
    assert_eq!(
        error.to_string(),
        "the number of effects is 4, expected three for each segment: allocation, selection, interaction"
    );
    assert_eq!(Linker::new(LinkingMethod::DaviesLaker, 4).unwrap_err(), error);
    // No effects are no mistake: there is nothing to link.
    let mut nothing = EffectHistory::new(0);
    nothing.push(&[], 0.02, 0.01).unwrap();
    assert!((link(&nothing, LinkingMethod::Grap).unwrap().remainder() - 0.01).abs() < 1e-16);
}

#[test]
fn geometric() {
    let mut linker = GeometricLinker::default();
    let month = GeometricAttribution { effects: vec![GeometricEffects::default(); 2], ..Default::default() };
    linker.push(&month).unwrap();
    let kept = linker.clone();
    let error = linker.push(&GeometricAttribution::default()).unwrap_err();
    assert_eq!(error.to_string(), "the list of segments has length 0, expected 2");
    let ruin = GeometricAttribution { portfolio_return: -1.0, ..month.clone() };
    let error = linker.push(&ruin).unwrap_err();
    assert_eq!(error, Error::NotCompoundable { what: "portfolio", period: 1, value: -1.0 });
    let impossible = GeometricAttribution { cash: -2.0, ..month };
    let error = linker.push(&impossible).unwrap_err();
    assert_eq!(error, Error::NotCompoundable { what: "notional portfolio", period: 1, value: -2.0 });
    assert_eq!(linker, kept);
}
