//! A tour: constraints in words, in cells and in numbers, what they become, and what a slip is told.
//!
//! Run it with `cargo run -p po-convex --example constraints`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_convex::{Constraints, Costs, LinearConstraint, TableRow};
use po_core::{Universe, Weights};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "JNJ", "XOM", "TLT", "BRK-B"])?
        .grouped(
            "sector",
            [Some("Technology"), Some("Technology"), Some("Health Care"), Some("Energy"), None, None],
        )?
        .grouped(
            "class",
            [Some("equity"), Some("equity"), Some("equity"), Some("equity"), Some("bonds"), Some("equity")],
        )?;

    // What is a number or a portfolio stands in fields; what is a sentence, in a sentence.
    let constraints = Constraints {
        holdings: Some(Weights::equal(6)?),
        costs: Some(Costs::basis_points(10.0)),
        ..Constraints::default()
    };
    let lines = [
        "Technology <= 30%",
        "equity <= 2 * bonds",
        "0.5*AAPL + MSFT >= Health Care - 5%",
        "each asset <= 40%",
        "each sector <= 35%",
        "turnover <= 20%",
    ];
    let constraints = constraints.with(lines, &universe)?;
    assert_eq!(constraints.linear.len(), 6);
    assert_eq!(constraints.turnover, Some(0.2));

    // The same from a table, such as a spreadsheet holds.
    let cap = TableRow {
        label: Some("energy cap".to_owned()),
        on: Some("Energy".to_owned()),
        max: Some(0.1),
        ..TableRow::default()
    };
    let constraints = constraints.with_table(&[cap], &universe)?;

    println!("constraints, as the language writes them:");
    for constraint in &constraints.linear {
        println!("  {:40} {}", constraint.label(), constraint.named(&universe));
    }
    assert_eq!(constraints.linear[1].named(&universe), "AAPL + MSFT + JNJ + XOM - 2*TLT + BRK-B <= 0");
    let weights = [0.15, 0.1, 0.1, 0.1, 0.4, 0.15];
    let ratio = constraints.linear[1].value(&weights)?;
    assert!((ratio + 0.2).abs() < 1e-12, "{ratio}");

    // What a programme borrows: the budget first, then each line under its own text.
    let compiled = constraints.compile(universe.len())?;
    assert_eq!((compiled.rows().len(), compiled.rows().label(1)), (8, "Technology <= 30%"));
    assert_eq!(compiled.upper(), [0.4; 6]);
    assert_eq!(compiled.absolute().as_slice()[0].label, "turnover");

    println!("slips:");
    for text in [
        "Tecnology <= 30%",
        "AAPL < 5%",
        "AAPL * MSFT <= 5%",
        "AAPL + 10%",
        "0.3 <= TLT <= 0.1",
        "JNJ <= 5% XOM",
    ] {
        if let Err(error) = LinearConstraint::parse(text, &universe) {
            println!("  {error}");
        }
    }
    Ok(())
}
