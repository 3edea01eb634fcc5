//! Attribution of real portfolios, against an implementation in exact fractions: the January of the R package pa (3,000
//! stocks) and the example of the R package `PortfolioAttribution` (ten assets, seven quarters). The arguments are the
//! first's table, and the second's returns, weights and exchange rates.

#![expect(clippy::expect_used, reason = "a check that cannot be made should stop")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::io::Read;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use po_attribution::{
    Brinson, BrinsonHoldings, BrinsonModel, BrinsonParams, CurrencySegment, DecisionOrder, EffectHistory,
    ForwardCurrency, Hierarchy, LinkingMethod, NestedBrinson, NestedBrinsonParams, Segment, ankrim_hensel,
    link,
};
use po_core::Universe;

/// The expected figures have so many basis points of error: half a unit of their last digit.
const BASIS_POINT: f64 = 6e-10;

/// Sums of a few dozen products, against figures that are rounded once.
const ROUNDING: f64 = 1e-14;

/// Allocation, selection and interaction by sector, in basis points (Brinson, Hood and Beebower).
const JANUARY: [(&str, [f64; 3]); 10] = [
    ("ConDiscre", [-28.687_852_073, -4.228_992_609, -7.043_733_429]),
    ("ConStaples", [5.466_922_131, -3.585_357_228, -3.673_423_546]),
    ("Energy", [110.934_331_308, -37.524_908_029, 26.059_251_408]),
    ("Financials", [-43.997_500_757, 70.129_400_801, 16.987_862_223]),
    ("HealthCare", [-6.691_521_328, -4.066_904_921, 3.062_871_509]),
    ("Industrials", [0.361_020_100, 1.299_408_549, 0.473_191_664]),
    ("InfoTech", [-3.255_354_510, -5.324_375_720, 3.255_354_510]),
    ("Materials", [-41.534_272_207, 0.480_449_148, 0.733_530_135]),
    ("TeleSvcs", [-23.105_828_240, 41.552_593_921, 23.347_577_557]),
    ("Utilities", [16.543_928_271, 83.034_354_357, -44.107_816_070]),
];

fn main() {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [january, returns, weights, rates] = &files[..] else {
        println!(
            "usage: brinson_real JANUARY RETURNS WEIGHTS RATES: the tables of pa and of PortfolioAttribution"
        );
        return;
    };
    stocks(january);
    quarters(returns, weights, rates);
}

/// One month of 3,000 stocks, by sector, and by country within sector.
fn stocks(path: &Path) {
    let (header, rows) = read(path);
    let place = |name: &str| header.iter().position(|other| other == name).expect("a column of this name");
    let numbers = |name: &str| -> Vec<f64> {
        rows.iter().map(|row| row[place(name)].parse().expect("a number")).collect()
    };
    let labels = |name: &str| rows.iter().map(|row| Some(row[place(name)].to_owned())).collect::<Vec<_>>();
    let universe = Universe::new(rows.iter().map(|row| row[place("barrid")].to_owned()))
        .and_then(|universe| universe.grouped("sector", labels("sector")))
        .and_then(|universe| universe.grouped("country", labels("country")))
        .expect("names");
    let (portfolio, benchmark, returns) = (numbers("portfolio"), numbers("benchmark"), numbers("return"));
    let holdings = BrinsonHoldings { portfolio: &portfolio, benchmark: &benchmark, returns: &returns };
    let excess = holdings.excess().expect("one length");

    let sectors = Hierarchy::from_universe(&universe, &["sector"]).expect("a grouping");
    let model = BrinsonModel::BrinsonHoodBeebower;
    let found = Brinson::new(BrinsonParams { model, ..BrinsonParams::default() })
        .attribute(&holdings, &sectors)
        .expect("a sound month");
    println!(
        "{:<14} {:>10} {:>10} {:>11}   basis points",
        "January 2010", "allocation", "selection", "interaction"
    );
    for (segment, effects) in found.effects.iter().enumerate() {
        let name = sectors.name(0, segment).expect("a sector");
        let ours = [effects.allocation, effects.selection, effects.interaction].map(|effect| 1e4 * effect);
        println!("{name:<14} {:>10.3} {:>10.3} {:>11.3}", ours[0], ours[1], ours[2]);
        let expected = JANUARY.iter().find(|(other, _)| *other == name).expect("a known sector").1;
        assert!(ours.iter().zip(expected).all(|(ours, expected)| (ours - expected).abs() <= BASIS_POINT));
    }
    let totals = found.totals();
    println!(
        "{:<14} {:>10.3} {:>10.3} {:>11.3}",
        "total",
        1e4 * totals.allocation,
        1e4 * totals.selection,
        1e4 * totals.interaction
    );
    assert!((totals.total() - excess).abs() <= ROUNDING);

    let countries =
        Hierarchy::from_universe(&universe, &["sector", "country"]).expect("groupings").with_assets();
    println!("\n{} sectors, {} countries within", countries.segments(0), countries.segments(1));
    for order in [DecisionOrder::TopDown, DecisionOrder::BottomUp] {
        let params = NestedBrinsonParams { order, ..NestedBrinsonParams::default() };
        let nested = NestedBrinson::new(params).attribute(&holdings, &countries).expect("a sound month");
        let levels: Vec<f64> = (0..3).map(|level| nested.allocation(level)).collect();
        println!(
            "{order:?}: sectors {:.3}, countries {:.3}, stocks {:.3}",
            1e4 * levels[0],
            1e4 * levels[1],
            1e4 * levels[2]
        );
        assert!((levels.iter().sum::<f64>() + nested.selection(2) - excess).abs() <= ROUNDING);
    }
}

/// Seven quarters of ten assets with constant weights, linked; the currencies of the first.
fn quarters(returns: &Path, weights: &Path, rates: &Path) {
    let table = |path: &Path, skip: usize, width: usize| -> Vec<Vec<f64>> {
        let numbers = |row: &StringRecord| {
            row.iter().skip(skip).take(width).map(|cell| cell.parse().expect("a number")).collect()
        };
        read(path).1.iter().map(numbers).collect()
    };
    let (returns, weights, rates) = (table(returns, 1, 20), table(weights, 0, 10), table(rates, 1, 20));
    let segments = |quarter: &[f64]| -> Vec<Segment> {
        (0..10).map(|i| Segment::new(weights[0][i], quarter[i], weights[1][i], quarter[10 + i])).collect()
    };
    let mut history = EffectHistory::new(33);
    for quarter in &returns {
        let found = Brinson::default().of_segments(&segments(quarter)).expect("a sound quarter");
        history.push_brinson(&found).expect("ten segments");
    }
    println!(
        "\n{:<14} {:>10} {:>10} {:>11}   per cent",
        "seven quarters", "allocation", "selection", "interaction"
    );
    let expected = |method| match method {
        LinkingMethod::Carino => {
            [-0.146_962_756_209_026_5, 0.075_869_433_363_119_92, -0.125_384_797_838_983_38]
        }
        LinkingMethod::Menchero => {
            [-0.145_864_794_800_568_24, 0.075_821_068_737_997_02, -0.126_434_394_622_318_73]
        }
        LinkingMethod::Grap | LinkingMethod::Frongello => {
            [-0.149_229_180_793_661_13, 0.079_999_482_972_207_35, -0.127_248_422_863_436_18]
        }
        LinkingMethod::DaviesLaker => {
            [-0.149_690_543_129_415_04, 0.085_672_623_170_263_75, -0.132_460_200_725_738_66]
        }
    };
    for &method in LinkingMethod::ALL {
        let linked = link(&history, method).expect("three blocks");
        let blocks: Vec<f64> = linked.totals().chunks(11).map(|block| block.iter().sum()).collect();
        println!(
            "{:<14} {:>10.4} {:>10.4} {:>11.4}",
            format!("{method:?}"),
            100.0 * blocks[0],
            100.0 * blocks[1],
            100.0 * blocks[2]
        );
        assert!(
            blocks.iter().zip(expected(method)).all(|(block, expected)| (block - expected).abs() <= ROUNDING)
        );
        assert!(linked.remainder().abs() <= ROUNDING);
    }

    // The package has returns in base currency; the method asks for local ones. Forward rates stand in the second half.
    let currencies: Vec<ForwardCurrency> = (0..10)
        .map(|i| ForwardCurrency {
            spot_start: rates[0][i],
            spot_end: rates[1][i],
            forward: rates[1][10 + i],
            ..ForwardCurrency::default()
        })
        .collect();
    let local = |value: f64, rates: &ForwardCurrency| (1.0 + value) * rates.spot_start / rates.spot_end - 1.0;
    let abroad: Vec<CurrencySegment> = segments(&returns[0])
        .into_iter()
        .zip(&currencies)
        .enumerate()
        .map(|(currency, (segment, rates))| CurrencySegment {
            segment: Segment {
                portfolio_return: segment.portfolio_return.map(|value| local(value, rates)),
                benchmark_return: segment.benchmark_return.map(|value| local(value, rates)),
                ..segment
            },
            currency,
        })
        .collect();
    let found = ankrim_hensel(&abroad, &currencies, BrinsonParams::default()).expect("sound rates");
    let (markets, totals) = (found.markets(), found.totals());
    println!(
        "\nfirst quarter abroad: premium {:.4}, surprise {:.4}",
        100.0 * totals.forward_premium,
        100.0 * totals.surprise
    );
    for (ours, expected) in [
        (markets.allocation, 0.020_827_428_453_551_955),
        (markets.selection, 0.014_424_830_231_881_874),
        (markets.interaction, 0.037_774_869_243_549_61),
        (totals.forward_premium, -0.026_502_333_273_552_475),
        (totals.surprise, -0.000_835_418_379_999_481_7),
        (found.excess(), 0.045_689_376_275_431_48),
    ] {
        assert!((ours - expected).abs() <= ROUNDING, "{ours}, expected {expected}");
    }
}

/// The header and the rows of a table, plain or gzipped.
fn read(path: &Path) -> (StringRecord, Vec<StringRecord>) {
    let file = std::fs::File::open(path).expect("a file that can be read");
    let plain: Box<dyn Read> = if path.extension().is_some_and(|end| end == "gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut reader = csv::Reader::from_reader(plain);
    let header = reader.headers().expect("a header").clone();
    (header, reader.records().collect::<Result<_, _>>().expect("rows of one length"))
}
