//! What holds of every text and every constraint: parts keep their meaning, and nothing is lost on the way.

use po_convex::{Constraints, Error, LinearConstraint};
use po_core::Universe;
use proptest::prelude::*;

use crate::random::config;

/// Sums of a few dozen products of numbers up to ten, in two orders, relative to their absolute sum.
const REORDERED: f64 = 1e-13;

/// A sum that was written down together with what it means.
#[derive(Clone, Debug)]
struct Written {
    text: String,
    /// Whether it speaks of an asset or a group.
    names: bool,
    /// What each asset counts for.
    coefficients: Vec<f64>,
    constant: f64,
    /// Sum of the absolute values of all that was added up.
    size: f64,
}

const ODD_NAMES: [&str; 16] = [
    "A",
    "A-B",
    "A - B",
    "A/2",
    "A+B",
    "-A",
    "3M",
    "7203",
    "1e5",
    "0.5*A",
    "0.5 <= A",
    "net",
    "each asset",
    "asset:A",
    "`'\"",
    "2*(A+B) <= 30%",
];

/// Six assets with odd names, in groups whose names are odd too.
fn odd_universe() -> impl Strategy<Value = Universe> {
    let name = prop_oneof![
        3 => proptest::sample::select(&ODD_NAMES[..]).prop_map(str::to_owned),
        1 => "\\PC{1,6}",
    ];
    let names = proptest::collection::hash_set(name.prop_filter("blank", |name| !name.trim().is_empty()), 6);
    (names, proptest::collection::vec(proptest::option::of(0..3_usize), 6)).prop_map(|(names, labels)| {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        let groups = ["net".to_owned(), names[0].clone(), "Health Care".to_owned()];
        let labels = labels.into_iter().map(|label| label.map(|index| groups[index].clone()));
        Universe::new(names).unwrap().grouped("my sector", labels).unwrap()
    })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Random sums over a universe; each leaf is a number, an asset or a group.
fn sums(universe: &Universe) -> impl Strategy<Value = Written> + use<> {
    let assets = universe.len();
    let groups = universe.groupings()[0].clone();
    let number = (-100..=100_i32).prop_map(move |hundredths| {
        let (value, text) = (f64::from(hundredths) / 10.0, format!("{}", f64::from(hundredths) / 10.0));
        let text = if hundredths % 2 == 0 { text } else { format!("{}%", hundredths * 10) };
        Written { text, names: false, coefficients: vec![0.0; assets], constant: value, size: value.abs() }
    });
    let names = universe.names().to_vec();
    let asset = (0..assets).prop_map(move |asset| {
        let mut coefficients = vec![0.0; assets];
        coefficients[asset] = 1.0;
        let text = format!("asset:{}", quoted(&names[asset]));
        Written { text, names: true, coefficients, constant: 0.0, size: 1.0 }
    });
    let group = (0..assets).prop_map(move |asset| {
        let label = groups.labels()[asset].as_ref();
        let member = |own: &Option<String>| f64::from(u8::from(label.is_some() && own.as_ref() == label));
        let coefficients: Vec<f64> = groups.labels().iter().map(member).collect();
        let text = label.map_or("0".to_owned(), |label| format!("my sector : {}", quoted(label)));
        let size = coefficients.iter().sum();
        Written { text, names: label.is_some(), coefficients, constant: 0.0, size }
    });
    prop_oneof![number, asset, group].prop_recursive(5, 24, 2, |inner| {
        let factor = (-30..=30_i32).prop_map(|tenths| f64::from(tenths) / 10.0);
        prop_oneof![
            (inner.clone(), inner.clone(), any::<bool>()).prop_map(|(left, right, minus)| {
                let (sign, operator) = if minus { (-1.0, "-") } else { (1.0, "+") };
                let pairs = left.coefficients.iter().zip(&right.coefficients);
                Written {
                    text: format!("{} {operator}({})", left.text, right.text),
                    names: left.names || right.names,
                    coefficients: pairs.map(|(left, right)| left + sign * right).collect(),
                    constant: left.constant + sign * right.constant,
                    size: left.size + right.size,
                }
            }),
            (inner, factor, 0..4_u8).prop_map(|(inner, factor, form)| {
                let text = &inner.text;
                let (text, factor) = match form {
                    0 => (format!("{factor}*({text})"), factor),
                    1 => (format!("({text}) * {factor}"), factor),
                    2 if factor != 0.0 => (format!("(\n{text}\t)/{factor}"), 1.0 / factor),
                    _ => (format!("-({text})"), -1.0),
                };
                Written {
                    text,
                    names: inner.names,
                    coefficients: inner.coefficients.iter().map(|coefficient| factor * coefficient).collect(),
                    constant: factor * inner.constant,
                    size: factor.abs() * inner.size,
                }
            }),
        ]
    })
}

proptest! {
    #![proptest_config(config(500))]

    /// What a text means is what its parts mean.
    #[test]
    fn a_sum_is_read_as_it_is_evaluated(
        (universe, left, right) in odd_universe().prop_flat_map(|universe| {
            let sums = (sums(&universe), sums(&universe));
            (Just(universe), sums.0, sums.1)
        }),
        relation in proptest::sample::select(&["<=", ">=", "="][..]),
    ) {
        let text = format!("{} {relation} {}", left.text, right.text);
        let size = left.size + right.size;
        let pairs = left.coefficients.iter().zip(&right.coefficients);
        let difference: Vec<f64> = pairs.map(|(left, right)| left - right).collect();
        match LinearConstraint::parse(&text, &universe) {
            Ok(constraint) => {
                // Numbers that stand on the left alone are brought to the right.
                let sign = if left.names { 1.0 } else { -1.0 };
                let limit = if constraint.upper().is_finite() { constraint.upper() } else { constraint.lower() };
                prop_assert!((sign * limit - (right.constant - left.constant)).abs() <= REORDERED * size);
                for (asset, expected) in difference.iter().enumerate() {
                    let mut unit = vec![0.0; universe.len()];
                    unit[asset] = sign;
                    prop_assert!((constraint.value(&unit).unwrap() - expected).abs() <= REORDERED * size);
                }
                let at_most = (relation == "<=") == left.names;
                prop_assert_eq!(constraint.upper().is_finite(), relation == "=" || at_most);
                prop_assert_eq!(constraint.lower().is_finite(), relation == "=" || !at_most);
            }
            Err(error) => {
                prop_assert!(matches!(error, Error::Syntax { .. }), "{}", error);
                let nothing = difference.iter().all(|coefficient| coefficient.abs() <= REORDERED * size);
                prop_assert!(nothing, "{}", error);
            }
        }
    }

    /// Words and back.
    #[test]
    fn a_constraint_in_words_is_the_same_constraint(
        universe in odd_universe(),
        coefficients in proptest::collection::vec(prop_oneof![Just(0.0), Just(1.0), Just(-1.0), -1e9..1e9_f64, -1e-9..1e-9_f64], 6),
        limits in (-10.0..10.0_f64, 0.0..10.0_f64),
        sides in 0..4_u8,
    ) {
        prop_assume!(coefficients.iter().any(|coefficient| *coefficient != 0.0));
        let (lower, upper) = match sides {
            0 => (limits.0, limits.0),
            1 => (limits.0, f64::INFINITY),
            2 => (f64::NEG_INFINITY, limits.0),
            _ => (limits.0, limits.0 + limits.1),
        };
        let constraint = LinearConstraint::from_row("x", &coefficients, lower, upper).unwrap();
        let text = constraint.named(&universe);
        let expected = LinearConstraint::from_row(text.clone(), &coefficients, lower, upper).unwrap();
        prop_assert_eq!(LinearConstraint::parse(&text, &universe).unwrap(), expected);
    }

    /// Whatever is typed is a constraint or an error that points into the text.
    #[test]
    fn no_text_panics(
        universe in odd_universe(),
        pieces in proptest::collection::vec(prop_oneof![
            4 => proptest::sample::select(&["+", "-", "*", "/", "(", ")", "<=", ">=", "=", "<", " ", "%", "0.3", "1e", ".", ":", "'", "each", "asset", "in", "gross", "net", "cardinality", "my sector"][..]).prop_map(str::to_owned),
            2 => proptest::sample::select(&ODD_NAMES[..]).prop_map(str::to_owned),
            1 => "\\PC{0,3}",
        ], 0..12),
    ) {
        let text = pieces.concat();
        let error = match LinearConstraint::parse(&text, &universe) {
            Ok(constraint) => {
                let again = LinearConstraint::parse(&constraint.named(&universe), &universe).unwrap();
                prop_assert_eq!(again.terms(), constraint.terms());
                prop_assert_eq!((again.lower(), again.upper()), (constraint.lower(), constraint.upper()));
                None
            }
            Err(error) => Some(error),
        };
        if let Some(Error::Syntax { text, at, .. }) = error {
            prop_assert!((1..=text.chars().count() + 1).contains(&at));
        }
        let _ = Constraints::default().with([&text], &universe);
    }
}
