//! Constraints as rows of a table.

use po_convex::{Constraints, Error, LinearConstraint, TableError, TableRow};
use po_core::{InputError, Universe};

fn universe() -> Universe {
    Universe::new(["AAPL", "BRK-B", "7203", "GLD"])
        .unwrap()
        .grouped("sector", [Some("Technology"), Some("Health Care"), Some("Health Care"), None])
        .unwrap()
        .grouped("class", [Some("equity"), Some("equity"), Some("equity"), Some("gold & more")])
        .unwrap()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A row with limits on something.
fn on(subject: &str, min: Option<f64>, max: Option<f64>) -> TableRow {
    TableRow { on: text(subject), min, max, ..TableRow::default() }
}

fn relative(subject: &str, min: Option<f64>, max: Option<f64>, to: &str) -> TableRow {
    TableRow { relative_to: text(to), ..on(subject, min, max) }
}

fn words(constraint: &str) -> TableRow {
    TableRow { constraint: text(constraint), ..TableRow::default() }
}

fn linear(rows: &[TableRow]) -> Vec<LinearConstraint> {
    LinearConstraint::from_table(rows, &universe()).unwrap()
}

/// Asserts that a row says what these lines say.
fn says(row: TableRow, lines: &[&str]) {
    let expected: Vec<_> =
        lines.iter().map(|line| LinearConstraint::parse(line, &universe()).unwrap()).collect();
    assert_eq!(linear(&[row]), expected);
}

#[test]
fn cells_are_words() {
    says(words("AAPL <= 2 * equity"), &["AAPL <= 2 * equity"]);
    says(on("AAPL", None, Some(0.25)), &["AAPL <= 0.25"]);
    says(on("AAPL", Some(0.25), None), &["AAPL >= 0.25"]);
    says(on("AAPL", Some(0.25), Some(0.5)), &["0.25 <= AAPL <= 0.5"]);
    says(on("AAPL", Some(0.25), Some(0.25)), &["AAPL = 0.25"]);
    says(on(" Health Care ", None, Some(0.25)), &["'Health Care' <= 0.25"]);
    says(on("sector:Health Care", None, Some(0.25)), &["sector:Health Care <= 0.25"]);
    says(on("AAPL + 2*GLD", None, Some(-0.25)), &["AAPL + 2*GLD <= -0.25"]);
    says(on("net", None, Some(0.25)), &["net <= 0.25"]);
    says(relative("equity", None, Some(2.0), "GLD"), &["equity <= 2 * (GLD)"]);
    says(relative("equity", Some(2.0), Some(2.0), "GLD"), &["equity = 2 * (GLD)"]);
    says(
        relative("equity", Some(0.5), Some(2.0), "GLD + AAPL"),
        &["equity >= 0.5 * (GLD + AAPL)", "equity <= 2 * (GLD + AAPL)"],
    );
}

/// A cell holds one name, whatever is in it; in words, it needs its quotes.
#[test]
fn cells_with_odd_names() {
    assert_eq!(linear(&[on("7203", None, Some(0.25))])[0].terms(), [(2, 1.0)]);
    assert_eq!(linear(&[on("gold & more", None, Some(0.25))])[0].terms(), [(3, 1.0)]);
    assert_eq!(linear(&[relative("AAPL", None, Some(2.0), "7203")])[0].terms(), [(0, 1.0), (2, -2.0)]);
}

#[test]
fn labels_are_the_users_or_the_words() {
    let labelled = TableRow { label: text("tech cap"), ..on("Technology", None, Some(0.25)) };
    let both = TableRow { label: text("ratio"), ..relative("equity", Some(1.0), Some(2.0), "GLD") };
    let rows = linear(&[labelled.clone(), on("Technology", None, Some(0.25)), both]);
    let labels: Vec<_> = rows.iter().map(LinearConstraint::label).collect();
    assert_eq!(labels, ["tech cap", "Technology <= 0.25", "ratio", "ratio"]);
    let each = TableRow { on: text("each sector"), ..labelled };
    let constraints = Constraints::default().with_table(&[each], &universe()).unwrap();
    let labels: Vec<_> = constraints.linear.iter().map(LinearConstraint::label).collect();
    assert_eq!(labels, ["tech cap (Technology)", "tech cap (Health Care)"]);
}

#[test]
fn a_table_says_what_its_lines_say() {
    let rows = [
        on("each asset", Some(-0.25), Some(0.5)),
        on("each asset in Health Care", None, Some(0.25)),
        on("gross", None, Some(1.5)),
        words("turnover <= 20%"),
        on("cardinality", None, Some(3.0)),
        relative("equity", None, Some(2.0), "GLD"),
    ];
    let lines = [
        "-0.25 <= each asset <= 0.5",
        "each asset in Health Care <= 0.25",
        "gross <= 1.5",
        "turnover <= 20%",
        "cardinality <= 3",
        "equity <= 2 * (GLD)",
    ];
    let table = Constraints::default().with_table(&rows, &universe()).unwrap();
    assert_eq!(table, Constraints::default().with(lines, &universe()).unwrap());
}

#[test]
fn rows_that_are_empty_or_disabled() {
    let disabled = TableRow { disabled: true, ..words("nobody <= knows") };
    assert_eq!(linear(&[TableRow::default(), disabled]), []);
}

fn refused(rows: &[TableRow], error: &TableError, message: &str) {
    assert_eq!(Constraints::default().with_table(rows, &universe()), Err(error.clone()));
    assert_eq!(error.to_string(), message);
    assert_eq!(error.named(&universe()), message);
}

fn cells(row: TableRow, found: &'static str, expected: &'static str) {
    let message = format!("row 2 of the constraints has {found}, expected {expected}");
    refused(&[words("AAPL <= 1"), row], &TableError::Cells { row: 2, found, expected }, &message);
}

#[test]
fn cells_that_make_no_constraint() {
    let none = "no constraint";
    let expected = "a constraint in words, or what its limits are on";
    cells(TableRow { label: text("x"), ..TableRow::default() }, none, expected);
    cells(TableRow { max: Some(1.0), ..TableRow::default() }, none, expected);
    let (both, expected) = ("a constraint in words and cells beside it", "one of the two");
    for row in [on("AAPL", None, None), TableRow { min: Some(0.0), ..TableRow::default() }] {
        cells(TableRow { constraint: text("AAPL <= 1"), ..row }, both, expected);
    }
    cells(on("AAPL", None, None), "no limit", "a least value, a greatest value, or both");
    for limit in [f64::NAN, f64::INFINITY] {
        let expected = "a finite number, or an empty cell for no limit";
        cells(on("AAPL", Some(0.0), Some(limit)), "a limit that is not finite", expected);
    }
}

#[test]
fn rows_that_cannot_be_read() {
    let error = InputError::UnknownName {
        kind: "asset or group",
        name: "Tecnology".to_owned(),
        nearest: text("Technology"),
    };
    refused(
        &[TableRow::default(), words("AAPL <= 1"), on("Tecnology", None, Some(0.25))],
        &TableError::Constraint { row: 3, error: error.into() },
        r#"row 3 of the constraints: asset or group "Tecnology" is unknown, did you mean "Technology"?"#,
    );
    let syntax = |text: &str, at, expected: &str| {
        let (text, expected) = (text.to_owned(), expected.to_owned());
        TableError::Constraint { row: 1, error: Error::Syntax { text, at, expected } }
    };
    refused(
        &[words("AAPL < 1")],
        &syntax("AAPL < 1", 6, "<=, >= or ="),
        r#"row 1 of the constraints: constraint "AAPL < 1" cannot be read at character 6, expected <=, >= or ="#,
    );
    refused(
        &[on("AAPL", Some(0.5), Some(0.25))],
        &syntax("0.5 <= AAPL <= 0.25", 16, "a number of at least 0.5"),
        r#"row 1 of the constraints: constraint "0.5 <= AAPL <= 0.25" cannot be read at character 16, expected a number of at least 0.5"#,
    );
    let error = LinearConstraint::from_table(&[on("gross", None, Some(1.5))], &universe()).unwrap_err();
    assert_eq!(error, syntax("gross <= 1.5", 1, "a sum of weights, which gross is not"));
}

#[test]
fn rows_that_contradict_each_other() {
    let rows = [on("each asset", Some(0.25), None), on("each asset in Technology", None, Some(0.125))];
    let error = Constraints::default().with_table(&rows, &universe()).unwrap_err();
    let crossed = InputError::BoundsCross { asset: 0, lower: 0.25, upper: 0.125 };
    assert_eq!(error, TableError::Together(crossed.into()));
    let message = |name| {
        format!("the bounds of {name} are [0.25, 0.125], expected a lower bound at or below the upper bound")
    };
    assert_eq!(error.to_string(), message("asset 0"));
    assert_eq!(error.named(&universe()), message("AAPL"));
}

#[cfg(feature = "serde")]
mod files {
    use super::*;

    #[test]
    fn a_table_in_toml() {
        #[derive(serde::Deserialize)]
        struct File {
            rows: Vec<TableRow>,
        }
        let file: File = toml::from_str(
            "[[rows]]\nconstraint = \"AAPL <= 30%\"\n\
             [[rows]]\nlabel = \"ratio\"\non = \"equity\"\nmin = \"5%\"\nmax = 2\nrelative_to = \"GLD\"\n\
             [[rows]]\non = \"GLD\"\nmax = 0.25\ndisabled = true\n",
        )
        .unwrap();
        let ratio = TableRow { label: text("ratio"), ..relative("equity", Some(0.05), Some(2.0), "GLD") };
        let disabled = TableRow { disabled: true, ..on("GLD", None, Some(0.25)) };
        assert_eq!(file.rows, [words("AAPL <= 30%"), ratio.clone(), disabled]);
        assert_eq!(toml::from_str::<TableRow>(&toml::to_string(&ratio).unwrap()).unwrap(), ratio);
    }

    fn row(json: &str) -> Result<TableRow, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// Readers of spreadsheets hand over what a cell looks like.
    #[test]
    fn cells_as_spreadsheets_write_them() {
        let limit = |cell: &str| row(&format!(r#"{{"max":{cell}}}"#)).map(|row| row.max);
        for (cell, value) in [
            ("0.25", Some(0.25)),
            ("2", Some(2.0)),
            (r#""0.1%""#, Some(0.001)),
            (r#"" 30 % ""#, Some(0.3)),
            (r#""-5%""#, Some(-0.05)),
            (r#""-.5""#, Some(-0.5)),
            (r#""""#, None),
            ("null", None),
        ] {
            assert_eq!(limit(cell), Ok(value));
        }
        for cell in [r#""30 percent""#, r#""inf""#, r#""1e999""#, r#""%""#, "true"] {
            let error = limit(cell).unwrap_err();
            assert!(error.contains("expected a number such as 0.3 or 30%"), "{error}");
        }
        let disabled = |cell: &str| row(&format!(r#"{{"disabled":{cell}}}"#)).map(|row| row.disabled);
        for (cell, value) in
            [("true", true), (r#""TRUE""#, true), (r#""False""#, false), (r#""""#, false), ("null", false)]
        {
            assert_eq!(disabled(cell), Ok(value));
        }
        for cell in [r#""yes""#, "2"] {
            let error = disabled(cell).unwrap_err();
            assert!(error.contains("expected true or false"), "{error}");
        }
    }

    /// A header with a slip is refused, not ignored.
    #[test]
    fn unknown_columns_are_refused() {
        let error = row(r#"{"on":"AAPL","Max":0.1}"#).unwrap_err();
        assert!(error.starts_with("unknown field `Max`, expected one of `label`"), "{error}");
    }
}
