//! A tour: a year of effects linked in each way, month by month, and as factors.
//!
//! Run it with `cargo run -p po-attribution --example linking`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_attribution::{
    Brinson, BrinsonParams, EffectHistory, GeometricLinker, Linker, LinkingMethod, Segment, link,
};

/// Sums over four quarters.
const ROUNDING: f64 = 1e-15;

fn main() -> Result<(), po_attribution::Error> {
    // Four quarters of UK, Japanese and US equities (Bacon 2008, chapter 8).
    let quarters = [
        [
            Segment::new(0.4, 0.20, 0.4, 0.10),
            Segment::new(0.3, -0.05, 0.2, -0.04),
            Segment::new(0.3, 0.06, 0.4, 0.08),
        ],
        [
            Segment::new(0.7, -0.05, 0.4, -0.07),
            Segment::new(0.2, 0.03, 0.3, 0.04),
            Segment::new(0.1, -0.05, 0.3, -0.10),
        ],
        [
            Segment::new(0.3, -0.20, 0.5, -0.25),
            Segment::new(0.5, 0.08, 0.4, 0.05),
            Segment::new(0.2, -0.15, 0.1, -0.20),
        ],
        [
            Segment::new(0.3, 0.10, 0.4, 0.05),
            Segment::new(0.5, -0.07, 0.4, -0.05),
            Segment::new(0.2, 0.25, 0.2, 0.10),
        ],
    ];
    let brinson = Brinson::new(BrinsonParams::default());
    // Three segments and cash, each with allocation, selection and interaction.
    let effects = 3 * 4;
    let mut history = EffectHistory::new(effects);
    let mut factors = GeometricLinker::default();
    for quarter in &quarters {
        let attribution = brinson.of_segments(quarter)?;
        history.push_brinson(&attribution)?;
        factors.push(&attribution.geometric()?)?;
    }

    println!("{:<14} {:>10} {:>10} {:>11}", "", "allocation", "selection", "interaction");
    for &method in LinkingMethod::ALL {
        let linked = link(&history, method)?;
        let block = |block: usize| linked.totals()[4 * block..4 * block + 4].iter().sum::<f64>();
        let [allocation, selection, interaction] = [block(0), block(1), block(2)];
        println!(
            "{:<14} {:>8.4} % {:>8.4} % {:>9.4} %",
            format!("{method:?}"),
            100.0 * allocation,
            100.0 * selection,
            100.0 * interaction
        );
        // 3.86 % against -9.41 %: the whole difference is told.
        assert!((linked.excess() - 0.132_655_729_5).abs() < 1e-10);
        assert!((allocation + selection + interaction - linked.excess()).abs() < ROUNDING);
        if method == LinkingMethod::Carino {
            assert!((allocation - 0.011_945_137_085_729_763).abs() < ROUNDING);
            assert!((selection + interaction - 0.120_710_592_414_270_2).abs() < ROUNDING);
        }
    }

    // Quarter by quarter, without keeping the quarters.
    let mut linker = Linker::new(LinkingMethod::Menchero, effects)?;
    let mut totals = vec![0.0; effects];
    for quarter in 0..history.periods() {
        let (portfolio, benchmark) =
            (history.portfolio_returns()[quarter], history.benchmark_returns()[quarter]);
        linker.push(history.row(quarter), portfolio, benchmark)?;
        linker.totals_into(&mut totals)?;
        println!("after quarter {}: {:>8.4} %", quarter + 1, 100.0 * totals.iter().sum::<f64>());
        assert!((totals.iter().sum::<f64>() - linker.excess()).abs() < ROUNDING);
    }

    // Factors need no linking: they multiply.
    let year = factors.linked();
    println!("factors {:.6} x {:.6}", 1.0 + year.allocation, 1.0 + year.selection);
    let wealth = (1.0 + linker.portfolio_return()) / (1.0 + linker.benchmark_return());
    assert!((1.0 + year.excess() - wealth).abs() < ROUNDING);
    Ok(())
}
