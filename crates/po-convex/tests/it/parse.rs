//! Constraints in words: what they say, and what is refused.

use po_convex::{Error, LinearConstraint};
use po_core::{InputError, Universe};

/// Six assets; `Energy` is a sector, a country and, with another asset, nothing that is clear.
fn universe() -> Universe {
    Universe::new(["AAPL", "BRK", "BRK-B", "3M", "7203", "net"])
        .unwrap()
        .grouped(
            "sector",
            [
                Some("Technology"),
                Some("Financials"),
                Some("Financials"),
                Some("Health Care"),
                Some("Energy"),
                None,
            ],
        )
        .unwrap()
        .grouped("region", [Some("US"), Some("US"), Some("US"), Some("US"), Some("Asia"), Some("Energy")])
        .unwrap()
}

fn parse(text: &str) -> Result<LinearConstraint, Error> {
    LinearConstraint::parse(text, &universe())
}

const NONE: f64 = f64::INFINITY;

/// Asserts which constraint a text is.
fn reads(text: &str, terms: &[(usize, f64)], lower: f64, upper: f64) {
    let constraint = parse(text).unwrap();
    let expected = LinearConstraint::new(text, terms.to_vec(), lower, upper).unwrap();
    assert_eq!(constraint, expected);
}

/// Asserts where a text cannot be read, and what should stand there.
fn stops(text: &str, at: usize, expected: &str) {
    refused(&parse(text), text, at, expected);
}

fn refused(result: &Result<LinearConstraint, Error>, text: &str, at: usize, expected: &str) {
    let error = Error::Syntax { text: text.to_owned(), at, expected: expected.to_owned() };
    assert_eq!(result, &Err(error.clone()));
    let message = format!("constraint {text:?} cannot be read at character {at}, expected {expected}");
    assert_eq!(error.to_string(), message);
    assert_eq!(error.named(&universe()), message);
}

fn unknown(text: &str, kind: &'static str, name: &str, nearest: Option<&str>) {
    let error = InputError::UnknownName { kind, name: name.to_owned(), nearest: nearest.map(str::to_owned) };
    assert_eq!(parse(text), Err(error.into()));
}

#[test]
fn limits_and_equations() {
    reads("AAPL <= 0.3", &[(0, 1.0)], -NONE, 0.3);
    reads("AAPL >= 0.3", &[(0, 1.0)], 0.3, NONE);
    reads("AAPL = 0.3", &[(0, 1.0)], 0.3, 0.3);
    reads("AAPL == 0.3", &[(0, 1.0)], 0.3, 0.3);
    reads("AAPL ≤ .3", &[(0, 1.0)], -NONE, 0.3);
    reads("AAPL≥3e-1", &[(0, 1.0)], 0.3, NONE);
    reads("0.3 >= AAPL", &[(0, 1.0)], -NONE, 0.3);
    reads("0.3 <= AAPL", &[(0, 1.0)], 0.3, NONE);
    reads("0.3 = AAPL", &[(0, 1.0)], 0.3, 0.3);
    reads("0.1 <= AAPL <= 0.3", &[(0, 1.0)], 0.1, 0.3);
    reads("0.3 >= AAPL >= 0.1", &[(0, 1.0)], 0.1, 0.3);
    reads("0.1 <= AAPL - 0.1 <= 0.3", &[(0, 1.0)], 0.2, 0.4);
    reads("0.1 <= AAPL <= 0.1", &[(0, 1.0)], 0.1, 0.1);
}

#[test]
fn the_label_is_the_text() {
    assert_eq!(parse("  AAPL  <= 30% ").unwrap().label(), "AAPL  <= 30%");
}

#[test]
fn groups_are_the_sum_of_their_members() {
    reads("Financials <= 0.2", &[(1, 1.0), (2, 1.0)], -NONE, 0.2);
    reads("Financials <= 2 * US", &[(0, -2.0), (1, -1.0), (2, -1.0), (3, -2.0)], -NONE, 0.0);
    reads("Financials - BRK <= 0.2", &[(2, 1.0)], -NONE, 0.2);
    reads(
        "AAPL <= 10% * net",
        &[(0, 0.9), (1, -0.1), (2, -0.1), (3, -0.1), (4, -0.1), (5, -0.1)],
        -NONE,
        0.0,
    );
    reads("net = 1", &[(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0)], 1.0, 1.0);
    reads("'net' <= 2 * net - net - net + 1", &[(5, 1.0)], -NONE, 1.0);
}

#[test]
fn arithmetic() {
    reads("0.5*AAPL + BRK >= 0.1", &[(0, 0.5), (1, 1.0)], 0.1, NONE);
    reads("2 * (AAPL + 3 * (BRK - 1)) / 4 <= 1", &[(0, 0.5), (1, 1.5)], -NONE, 2.5);
    reads("-AAPL <= 0.1", &[(0, -1.0)], -NONE, 0.1);
    reads("- -AAPL <= +0.1", &[(0, 1.0)], -NONE, 0.1);
    reads("AAPL * -2 <= 0.1", &[(0, -2.0)], -NONE, 0.1);
    reads("AAPL - -BRK <= 0.1", &[(0, 1.0), (1, 1.0)], -NONE, 0.1);
    reads("AAPL + 0.1 <= BRK + 0.3", &[(0, 1.0), (1, -1.0)], -NONE, 0.3 - 0.1);
    reads("AAPL <= BRK", &[(0, 1.0), (1, -1.0)], -NONE, 0.0);
    reads("AAPL <= 2 * 0.5 / 10", &[(0, 1.0)], -NONE, 0.1);
    reads("0 * BRK + AAPL <= 1", &[(0, 1.0)], -NONE, 1.0);
}

/// A percentage is the number nearest to the decimal fraction, as if that had been written.
#[test]
fn percentages() {
    for (text, value) in
        [("30%", 0.3), ("30 %", 0.3), ("0.1%", 0.001), ("2.5%", 0.025), ("1e1%", 0.1), ("7.%", 0.07)]
    {
        reads(&format!("AAPL <= {text}"), &[(0, 1.0)], -NONE, value);
    }
    reads("50% * AAPL <= 2 * 10%", &[(0, 0.5)], -NONE, 0.2);
}

#[test]
fn the_longest_known_name_is_read() {
    reads("BRK-B <= 0.1", &[(2, 1.0)], -NONE, 0.1);
    reads("BRK - AAPL <= 0.1", &[(0, -1.0), (1, 1.0)], -NONE, 0.1);
    reads("BRK-AAPL <= 0.1", &[(0, -1.0), (1, 1.0)], -NONE, 0.1);
    reads("BRK-BRK-B <= 0.1", &[(1, 1.0), (2, -1.0)], -NONE, 0.1);
    reads("3M+2*3M <= 0.1", &[(3, 3.0)], -NONE, 0.1);
    reads("Health Care <= 0.2", &[(3, 1.0)], -NONE, 0.2);
    reads("2*(Health Care)<=0.2", &[(3, 2.0)], -NONE, 0.2);
}

/// What could be taken for a sum or a relation is a name in quotes only.
#[test]
fn names_that_need_quotes() {
    let universe = Universe::new(["A", "B", "A+B", "A/B", "Gold (ETF)"])
        .unwrap()
        .grouped("1+1", [Some("2"), None, None, None, None])
        .unwrap();
    let read = |text: &str| LinearConstraint::parse(text, &universe);
    assert_eq!(read("A+B <= 1").unwrap().terms(), [(0, 1.0), (1, 1.0)]);
    assert_eq!(read("'A+B' <= 1").unwrap().terms(), [(2, 1.0)]);
    assert_eq!(read("A/B <= 1").unwrap().terms(), [(3, 1.0)]);
    assert_eq!(read("asset:'Gold (ETF)' + '1+1':2 <= 1").unwrap().terms(), [(0, 1.0), (4, 1.0)]);
    let error = read("Gold (ETF) <= 1").unwrap_err();
    assert_eq!(error.to_string(), r#"asset or group "Gold" is unknown, did you mean "Gold (ETF)"?"#);
    let error = read("1+1:2 <= 1").unwrap_err();
    assert_eq!(error.to_string(), r#"grouping "1" is unknown, did you mean "1+1"?"#);
}

#[test]
fn quoted_and_qualified_names() {
    for name in [
        "'Health Care'",
        "\"Health Care\"",
        "`Health Care`",
        "sector:Health Care",
        "sector : 'Health Care'",
        "'sector':Health Care",
        "\"sector\":\"Health Care\"",
    ] {
        reads(&format!("{name} <= 0.2"), &[(3, 1.0)], -NONE, 0.2);
    }
    reads("'7203' <= 0.2", &[(4, 1.0)], -NONE, 0.2);
    reads("asset:7203 <= 0.2", &[(4, 1.0)], -NONE, 0.2);
    reads("sector:Energy <= 0.2", &[(4, 1.0)], -NONE, 0.2);
    reads("region:Energy <= 0.2", &[(5, 1.0)], -NONE, 0.2);
    let odd = Universe::new(["O'Neil", "a`\"'b"]).unwrap();
    let read = |text: &str| LinearConstraint::parse(text, &odd).unwrap().terms().to_vec();
    assert_eq!(read("'O''Neil' <= 1"), [(0, 1.0)]);
    assert_eq!(read("\"O'Neil\" <= 1"), [(0, 1.0)]);
    assert_eq!(read("'a`\"''b' <= 1"), [(1, 1.0)]);
}

/// The word `asset` means the assets, and in quotes a grouping of that name.
#[test]
fn a_grouping_called_asset() {
    let universe = Universe::new(["A", "B"]).unwrap().grouped("asset", [Some("B"), Some("A")]).unwrap();
    let read = |text: &str| LinearConstraint::parse(text, &universe).unwrap().terms().to_vec();
    assert_eq!(read("asset:A <= 1"), [(0, 1.0)]);
    assert_eq!(read("'asset':A <= 1"), [(1, 1.0)]);
    let ambiguous = LinearConstraint::parse("A <= 1", &universe);
    refused(&ambiguous, "A <= 1", 1, "one of asset:A, 'asset':A");
}

#[test]
fn a_name_with_several_readings() {
    stops("AAPL + Energy <= 0.2", 8, "one of sector:Energy, region:Energy");
    stops("'Energy' <= 0.2", 1, "one of sector:Energy, region:Energy");
    let universe = Universe::new(["Oil & Gas", "x:y"])
        .unwrap()
        .grouped("my sector", [Some("Oil & Gas"), None])
        .unwrap()
        .grouped("x", [Some("y"), None])
        .unwrap();
    let read = |text| LinearConstraint::parse(text, &universe);
    refused(
        &read("Oil & Gas <= 1"),
        "Oil & Gas <= 1",
        1,
        "one of asset:'Oil & Gas', 'my sector':'Oil & Gas'",
    );
    refused(&read("x:y <= 1"), "x:y <= 1", 1, "one of asset:'x:y', x:y");
    assert_eq!(read("'x:y' <= 1").unwrap().terms(), [(1, 1.0)]);
    assert_eq!(read("x : y <= 1").unwrap().terms(), [(0, 1.0)]);
}

#[test]
fn names_that_are_unknown() {
    unknown("APL <= 0.3", "asset or group", "APL", Some("AAPL"));
    unknown("technology <= 0.3", "asset or group", "technology", Some("Technology"));
    unknown("Helth Care <= 0.3", "asset or group", "Helth Care", Some("Health Care"));
    unknown("'Helth Care' <= 0.3", "asset or group", "Helth Care", Some("Health Care"));
    unknown("AAPL-MST <= 0.3", "asset or group", "MST", None);
    unknown("APL-MST <= 0.3", "asset or group", "APL", Some("AAPL"));
    unknown("APL - AAPL <= 0.3", "asset or group", "APL", Some("AAPL"));
    unknown("BRK.B <= 0.3", "asset or group", "BRK.B", Some("BRK-B"));
    unknown("BRQ-B <= 0.3", "asset or group", "BRQ-B", Some("BRK-B"));
    unknown("4M <= 0.3", "asset or group", "4M", None);
    unknown("2AAPL <= 0.3", "asset or group", "2AAPL", Some("AAPL"));
    unknown("Turnover <= 0.3", "asset or group", "Turnover", Some("turnover"));
    unknown("sector:Tecnology <= 0.3", "group", "Tecnology", Some("Technology"));
    unknown("'sector':'Tecnology' <= 0.3", "group", "Tecnology", Some("Technology"));
    unknown("sectr:Technology <= 0.3", "grouping", "sectr", Some("sector"));
    unknown("'sectr':Technology <= 0.3", "grouping", "sectr", Some("sector"));
    unknown("asset:APL <= 0.3", "asset", "APL", Some("AAPL"));
    let error = parse("Tecnology <= 0.3").unwrap_err();
    assert_eq!(error.to_string(), r#"asset or group "Tecnology" is unknown, did you mean "Technology"?"#);
    let colon = Universe::new(["NYSE:IBM"]).unwrap();
    let error = LinearConstraint::parse("NYSE:IBN <= 1", &colon).unwrap_err();
    assert_eq!(error.to_string(), r#"asset or group "NYSE:IBN" is unknown, did you mean "NYSE:IBM"?"#);
}

#[test]
fn what_is_no_relation() {
    let relation = "<=, >= or =";
    stops("AAPL < 0.3", 6, relation);
    stops("AAPL > 0.3", 6, relation);
    stops("AAPL != 0.3", 6, relation);
    stops("AAPL", 5, relation);
    stops("AAPL + 1", 9, relation);
    stops("AAPL =< 0.3", 7, "a number, a name or (");
    stops("AAPL 0.3", 6, "+, -, *, /, <=, >= or =");
    stops("AAPL BRK <= 0.3", 6, "+, -, *, /, <=, >= or =");
    stops("AAPL <= 0.3 BRK", 13, "+, -, *, /, <=, >= or =");
    stops("2 (AAPL) <= 0.3", 3, "+, -, *, /, <=, >= or =");
    stops("AAPL <= 0,3", 10, "+, -, *, /, <=, >= or =");
    stops("0 <= AAPL <= 1 <= 2", 16, "+, -, *, / or the end");
    stops("0 <= AAPL = 1", 11, "<= once more");
    stops("1 >= AAPL <= 1", 11, ">= once more");
    stops("0 = AAPL = 1", 10, "+, -, *, / or the end");
}

#[test]
fn what_is_no_sum() {
    let operand = "a number, a name or (";
    stops("", 1, operand);
    stops("<= 0.3", 1, operand);
    stops("AAPL <=", 8, operand);
    stops("AAPL + <= 1", 8, operand);
    stops("AAPL % <= 1", 6, "+, -, *, /, <=, >= or =");
    stops("30%% <= AAPL", 4, "+, -, *, /, <=, >= or =");
    stops("(AAPL <= 1", 7, "an operator or )");
    stops("AAPL) <= 1", 5, "+, -, *, /, <=, >= or =");
    stops("'AAPL <= 1", 11, "a closing '");
    stops("sector:'AAPL <= 1", 18, "a closing '");
    stops("sector: <= 1", 9, "a name");
    stops(": <= 1", 1, operand);
    stops("AAPL*BRK <= 1", 5, "a number on one side of *");
    stops("(AAPL + 1) * (BRK - 1) <= 1", 12, "a number on one side of *");
    stops("AAPL / BRK <= 1", 6, "a number other than zero after /");
    stops("1 / BRK <= 1", 3, "a number other than zero after /");
    stops("AAPL / 0 <= 1", 6, "a number other than zero after /");
    stops("AAPL / (1 - 1) <= 1", 6, "a number other than zero after /");
}

#[test]
fn characters_are_counted_not_bytes() {
    let universe = Universe::new(["Société", "Ø"]).unwrap();
    let read = |text| LinearConstraint::parse(text, &universe);
    refused(&read("Société < 1"), "Société < 1", 9, "<=, >= or =");
    refused(&read("  Ø ≤ 1 1"), "Ø ≤ 1 1", 7, "+, -, *, /, <=, >= or =");
}

#[test]
fn what_limits_no_weight() {
    let subject = "an asset or a group";
    stops("0 >= 1", 1, subject);
    stops("1 = 1", 1, subject);
    stops("0 <= 1 <= 2", 6, subject);
    let cancels = "an asset or a group that does not cancel";
    stops("AAPL - AAPL <= 1", 1, cancels);
    stops("1 + AAPL <= AAPL", 5, cancels);
    stops("0 * AAPL <= 1", 5, cancels);
    stops("net <= net", 1, cancels);
    stops("0 * gross <= 1", 5, cancels);
    stops("0.3 <= AAPL <= 0.1", 16, "a number of at least 0.3");
    stops("0.1 >= AAPL >= 0.3", 16, "a number of at most 0.1");
    stops("BRK <= AAPL <= 0.1", 1, "a number");
    stops("0 <= AAPL <= BRK", 14, "a number");
}

#[test]
fn numbers_that_are_too_large() {
    stops("AAPL <= 1e999", 9, "a finite number");
    let finite = "numbers that stay finite";
    stops("AAPL <= 1e300 * 1e300", 9, finite);
    stops("1e300 * 1e300 * AAPL <= 1", 1, finite);
    stops("1e308*AAPL + 1e308*AAPL <= 1", 7, finite);
    stops("AAPL - 1e308 <= 1e308", 1, finite);
    stops("-1e308 <= AAPL + 1e308 <= 1", 1, finite);
    stops("1e-300*net <= 1e300", 8, finite);
}

#[test]
fn parentheses_inside_each_other() {
    let nested = |depth: usize| format!("{}AAPL{} <= 1", "(".repeat(depth), ")".repeat(depth));
    reads(&nested(64), &[(0, 1.0)], -NONE, 1.0);
    stops(&nested(65), 65, "at most 64 parentheses inside each other");
    stops(&nested(100_000), 65, "at most 64 parentheses inside each other");
    reads(&format!("{}AAPL <= 1", "-".repeat(100_000)), &[(0, 1.0)], -NONE, 1.0);
}

#[test]
fn what_is_no_linear_constraint() {
    stops("gross <= 1.6", 1, "a sum of weights, which gross is not");
    stops("0.2 >= turnover", 8, "a sum of weights, which turnover is not");
    stops("AAPL + gross <= 1.6", 8, "gross alone: it is no sum of weights");
    stops("gross + net <= 1.6", 1, "gross alone: it is no sum of weights");
    stops("each asset <= 1.6", 1, "one constraint, not one for each");
    stops("each sector <= 1.6", 1, "one constraint, not one for each");
    stops("each asset + AAPL <= 1.6", 1, "each asset alone: it is no sum of weights");
    stops("AAPL <= each sector", 9, "each group alone: it is no sum of weights");
    stops("each <= 1", 6, "asset or the name of a grouping");
    stops("each asset in <= 1", 15, "the name of an asset or a group");
    unknown("each sectr <= 1", "grouping", "sectr", Some("sector"));
    unknown("each 'sectr' <= 1", "grouping", "sectr", Some("sector"));
    unknown("each asset in Tecnology <= 1", "asset or group", "Tecnology", Some("Technology"));
}

#[test]
fn constraints_in_words() {
    let universe = Universe::new(["A", "BRK-B", "Gold ETF", "7203", "net", "b", "b c"])
        .unwrap()
        .grouped("g", [None, None, None, None, None, Some("b"), None])
        .unwrap();
    let named = |terms: &[(usize, f64)], lower: f64, upper: f64| {
        let constraint = LinearConstraint::new("x", terms.to_vec(), lower, upper).unwrap();
        let text = constraint.named(&universe);
        let read = LinearConstraint::parse(&text, &universe).unwrap();
        assert_eq!((read.terms(), read.lower(), read.upper()), (terms, lower, upper));
        text
    };
    assert_eq!(named(&[(0, 1.0), (1, -1.0)], -NONE, 0.1), "A - BRK-B <= 0.1");
    assert_eq!(named(&[(0, -1.0), (1, 0.5)], 0.1, NONE), "-A + 0.5*BRK-B >= 0.1");
    assert_eq!(named(&[(2, -0.5), (3, 2.0)], 0.1, 0.1), "-0.5*'Gold ETF' + 2*'7203' = 0.1");
    assert_eq!(named(&[(4, 1.0), (5, 1.0), (6, 1.0)], -0.1, 0.1), "-0.1 <= 'net' + asset:'b' + 'b c' <= 0.1");
    let odd = Universe::new(["A", "B", "A - B", "0.5*B"]).unwrap();
    let difference = LinearConstraint::new("x", vec![(0, 1.0), (1, -0.5)], 0.0, 0.1).unwrap();
    assert_eq!(difference.named(&odd), "0 <= 'A' - 0.5*B <= 0.1");
}
