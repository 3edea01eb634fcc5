//! Flags and configuration files: what they ask for, and how slips are answered.

use crate::po::{Done, Folder, PRICES};

const SECTORS: &str = "ticker,sector,region\nA,tech,north\nB,energy,south\nC,tech,tech\n";

fn with_config(config: &str, args: &[&str]) -> Done {
    let folder = Folder::with("prices.csv", PRICES).and("po.toml", config).and("sectors.csv", SECTORS);
    folder.po(&[&["allocate", "--config", "po.toml"], args].concat())
}

fn refused(args: &[&str], message: &str) {
    let folder = Folder::with("prices.csv", PRICES).and("sectors.csv", SECTORS);
    let done = folder.po(&[&["allocate", "prices.csv"], args].concat());
    assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2));
}

#[test]
fn a_configuration_file_holds_the_same_names() {
    let config = "\
prices = \"prices.csv\"
method = \"hrp\"
missing = \"drop-sparse=0.5\"
covariance = \"sample\"
returns = false
window = 3
assets = [\"B\", \"A\"]
bounds = [\"0.1:0.9\", \"A=:0.3\"]
groups = \"sectors.csv\"
group-bounds = \"energy=0.2:0.8\"
linkage = \"single\"
metric = \"columns\"
leaf-order = \"optimal\"
clusters = 1
periods-per-year = 100
format = \"wide\"
date-column = \"date\"
sort-dates = true
output = \"json\"
sort = \"name\"
explain = true
";
    let actual = with_config(config, &[]).json();
    assert_eq!(actual["risk"]["periods_per_year"], 100.0);
    assert_eq!(actual["clusters"], serde_json::json!({ "B": 1, "A": 1 }));
    assert!(actual["weights"]["A"].as_f64().unwrap() <= 0.3);
    assert_eq!(actual["splits"].as_array().unwrap().len(), 1);
}

#[test]
fn a_flag_beats_the_file() {
    let config =
        "prices = \"nowhere.csv\"\nmethod = \"hrp\"\nbounds = \"0:0.6\"\noutput = \"json\"\nexplain = true\n";
    let folder = Folder::with("prices.csv", PRICES).and("po.toml", config);
    let args = ["allocate", "prices.csv", "-c", "po.toml", "--bounds", "0.5:0.5", "--explain=false"];
    let actual = folder.po(&args).json();
    assert_eq!(actual["weights"], serde_json::json!({ "A": 0.5, "B": 0.5 }));
    assert!(actual.get("splits").is_none());
}

#[test]
fn files_are_looked_for_beside_the_configuration() {
    let folder = Folder::with("settings.toml", "prices = \"data.csv\"\nbounds = \"bounds.csv\"\n");
    std::fs::create_dir(folder.path("deep")).unwrap();
    for (name, text) in [
        ("po.toml", "prices = \"data.csv\"\nbounds = \"bounds.csv\"\noutput = \"csv\"\n"),
        ("data.csv", PRICES),
        ("bounds.csv", "asset,min,max\nA,0.2,0.2\n"),
    ] {
        std::fs::write(folder.path("deep").join(name), text).unwrap();
    }
    let done = folder.po(&["allocate", "--config", "deep/po.toml"]);
    assert!(done.out.contains("\nA,0.2,"), "{done:?}");
}

#[test]
fn slips_in_a_configuration_file_are_named() {
    for (config, message) in [
        ("\nmetod = \"hrp\"\n", "po.toml, line 2: key \"metod\" is unknown, did you mean \"method\"?"),
        ("leaf_order = 1", "po.toml, line 1: key \"leaf_order\" is unknown, did you mean \"leaf-order\"?"),
        ("config = \"x\"", "po.toml, line 1: key \"config\" is unknown, did you mean \"confidence\"?"),
        (
            "window = 3\nmethod = \"equal_weight\"",
            "po.toml, line 2: \"equal_weight\" is unknown, did you mean \"equal-weight\"?",
        ),
        (
            "method = \"zzz\"",
            "po.toml, line 1: \"zzz\" is unknown, expected one of hrp, herc, nco, schur, equal-weight, inverse-volatility, inverse-variance, min-variance, mean-variance, max-return, min-risk, max-sharpe, max-diversification, max-decorrelation, min-tracking-error, robust, min-cvar, mean-cvar, risk-parity, risk-budget",
        ),
        (
            "missing = \"drop-sparse\"",
            "po.toml, line 1: in \"drop-sparse\", it lacks a share, expected for example drop-sparse=0.2",
        ),
        ("window = \"long\"", "po.toml, line 1: invalid type: string \"long\", expected usize"),
        ("window = 3\nwindow = 4", "po.toml, line 2: duplicate key"),
        ("window 3", "po.toml, line 1: key with no value, expected `=`"),
    ] {
        let done = with_config(config, &["prices.csv"]);
        assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2));
    }
}

#[test]
fn misspelt_names_are_answered_with_the_nearest() {
    refused(&["--assets", "A,C"], "asset \"C\" of --assets is not in prices.csv");
    refused(&["--assets", "A,b"], "asset \"b\" of --assets is not in prices.csv, did you mean \"B\"?");
    refused(&["--assets", "A,A"], "asset \"A\" stands twice in --assets, expected each asset once");
    refused(&["--date-column", "Date"], "prices.csv has no column \"Date\", did you mean \"date\"?");
    refused(
        &["--date-column", "zzz"],
        "prices.csv has no column \"zzz\"; its columns are \"date\", \"A\", \"B\"",
    );
    refused(&["--bounds", "a=0:0.5"], "asset \"a\" of --bounds is not in prices.csv, did you mean \"A\"?");
    let groups = ["--groups", "sectors.csv", "--group-bounds"];
    let group = |spec: &'static str| [groups.as_slice(), &[spec]].concat();
    refused(
        &group("enrgy=0:1"),
        "group \"enrgy\" of --group-bounds is not in sectors.csv, did you mean \"energy\"?",
    );
    refused(
        &group("north:tech=0:1"),
        "group \"north:tech\" of --group-bounds is not in sectors.csv, did you mean \"tech\"?",
    );
    refused(
        &["--groups", "sector.csv"],
        "sector.csv cannot be opened: there is no such file, did you mean \"sectors.csv\"?",
    );
}

#[test]
fn clap_answers_slips_in_flags_and_values() {
    let folder = Folder::with("prices.csv", PRICES);
    for (args, tip) in [
        (["allocate", "prices.csv", "--method=equal_weight"], "tip: a similar value exists: 'equal-weight'"),
        (["allocate", "prices.csv", "--metod=hrp"], "tip: a similar argument exists: '--method'"),
        (["alocate", "prices.csv", "-v"], "tip: a similar subcommand exists: 'allocate'"),
        (
            ["allocate", "prices.csv", "--missing=drop-spars=0.1"],
            "it is unknown, did you mean \"drop-sparse\"?",
        ),
        (
            ["allocate", "prices.csv", "--missing=drop-sparse=2"],
            "the share of missing returns is \"2\", expected a number in [0, 1]",
        ),
    ] {
        let done = folder.po(&args);
        assert!(done.status == 2 && done.err.contains(tip), "{}", done.err);
    }
}

#[test]
fn bounds_that_make_no_sense_are_refused() {
    let forms = "expected MIN:MAX such as 0:0.1, NAME=MIN:MAX, or a CSV file with the columns asset,min,max";
    refused(&["--bounds", "0.1"], &format!("--bounds is \"0.1\", {forms}"));
    refused(&["--bounds", "0-0.1"], &format!("--bounds is \"0-0.1\", {forms}"));
    refused(&["--bounds", "A=0.1"], &format!("--bounds is \"A=0.1\", {forms}"));
    refused(&["--bounds", "0:5%"], &format!("--bounds is \"0:5%\", {forms}"));
    refused(&["--bounds", "caps.csv"], "caps.csv cannot be opened: there is no such file");
    refused(
        &["--bounds", "0:1", "--bounds", "0:0.6"],
        "--bounds bounds all assets twice, expected one pair of bounds for each",
    );
    refused(
        &["--bounds", "A=0:1", "--bounds", "A=0:0.6"],
        "--bounds bounds A twice, expected one pair of bounds for each",
    );
    refused(
        &["--bounds", "A=0.6:0.5"],
        "the bounds of A are [0.6, 0.5], expected a lower bound at or below the upper bound",
    );
    refused(
        &["--bounds", "A=-0.1:0.5"],
        "the lower bound of A is -0.1, expected zero or more: the portfolio is long-only",
    );
}

#[test]
fn files_of_bounds_and_groups_are_checked() {
    let run = |bounds: &str| {
        let folder = Folder::with("prices.csv", PRICES).and("b.csv", bounds);
        let done = folder.po(&["allocate", "prices.csv", "--bounds", "b.csv"]);
        assert_eq!(done.status, 2);
        done.err
    };
    assert_eq!(run("asset,minimum,max\n"), "error: b.csv has no column \"min\", did you mean \"minimum\"?\n");
    assert_eq!(
        run("asset,min,max\nA,0,1\nC,0,1\n"),
        "error: asset \"C\" of b.csv, line 3 is not in prices.csv\n"
    );
    assert_eq!(
        run("asset,min,max\nA,0,1\nA,0,1\n"),
        "error: b.csv: A stands in line 2 and in line 3, expected each asset once\n"
    );
    assert_eq!(
        run("asset,min,max\nA,0,x\n"),
        "error: b.csv, line 2, column \"max\" is \"x\", expected a fraction of capital such as 0.1, or an empty cell where there is no bound\n"
    );
    let run = |groups: &str| {
        let folder = Folder::with("prices.csv", PRICES).and("g.csv", groups);
        let done = folder.po(&["allocate", "prices.csv", "--groups", "g.csv"]);
        assert_eq!(done.status, 2);
        done.err
    };
    assert_eq!(
        run("asset,sector\nA,x\nA,y\n"),
        "error: g.csv: A stands in line 2 and in line 3, expected each asset once\n"
    );
    assert_eq!(
        run("asset\nA\n"),
        "error: g.csv has one column, \"asset\", expected a column of assets and one column per grouping\n"
    );
}

#[test]
fn assets_without_a_group_are_told() {
    let folder = Folder::with("prices.csv", PRICES).and("sectors.csv", "asset,sector,zone\nA,x,\n");
    let done = folder.po(&["allocate", "prices.csv", "--groups", "sectors.csv"]);
    assert_eq!(
        done.err,
        "warning: 1 asset is not in sectors.csv and belongs to no group: B\n\
         warning: 1 asset has no zone in sectors.csv, and no limit on a zone holds it: A\n"
    );
}

#[test]
fn groups_are_told_apart() {
    let group = |specs: &[&'static str]| {
        let specs = specs.iter().flat_map(|spec| ["--group-bounds", spec]);
        ["--groups", "sectors.csv"].into_iter().chain(specs).collect::<Vec<_>>()
    };
    refused(
        &["--group-bounds", "tech=0:0.5"],
        "--group-bounds \"tech=0:0.5\" needs a file that says which group each asset is in, expected --groups FILE",
    );
    refused(
        &group(&["tech:0.5"]),
        "--group-bounds is \"tech:0.5\", expected GROUP=MIN:MAX such as Technology=0.05:0.3, or COLUMN:GROUP=MIN:MAX",
    );
    refused(
        &group(&["tech=0:1", "tech=0:0.5"]),
        "--group-bounds bounds tech twice, expected one pair of bounds for each",
    );
    refused(
        &group(&["tech=0.6:0.5"]),
        "the bounds of group tech are [0.6, 0.5], expected a lower bound at or below the upper bound",
    );
    let folder = Folder::with("prices.csv", PRICES).and("sectors.csv", SECTORS);
    let done =
        folder.po(&[&["allocate", "prices.csv"], group(&["tech=0.6:", "energy=0.6:"]).as_slice()].concat());
    assert!(
        done.err.starts_with("error: no portfolio satisfies the bounds of \"tech\", \"energy\""),
        "{}",
        done.err
    );
}

#[test]
fn numbers_of_flags_have_ranges() {
    refused(&["--window", "1"], "--window is 1, expected at least 2 observations");
    refused(&["--clusters", "3"], "--clusters is 3, expected a number from 1 to 2, the number of assets");
    refused(&["--periods-per-year", "0"], "--periods-per-year is 0, expected a positive number");
    refused(
        &["--returns", "--missing", "carry-forward=2"],
        "--missing carry-forward carries prices, but --returns says that the file holds returns",
    );
}

#[test]
fn what_is_left_out_needs_no_bound() {
    let prices = "date,A,B,C\n2024-01-01,1,2,\n2024-01-02,2,3,\n2024-01-03,1,4,\n2024-01-04,2,3,5\n";
    let sectors = "asset,sector,zone\nA,x,\nB,x,y\nC,z,y\n";
    let folder = Folder::with("prices.csv", prices).and("sectors.csv", sectors);
    let args = [
        "allocate",
        "prices.csv",
        "--missing",
        "drop-sparse=0.5",
        "--bounds",
        "C=0.1:",
        "--groups",
        "sectors.csv",
    ];
    let done = folder.po(&args);
    assert_eq!(done.status, 0);
    assert!(
        done.err.contains("warning: bounds on assets that are left out are not used: C\n"),
        "{}",
        done.err
    );
    let done = folder.po(&[args.as_slice(), &["--group-bounds", "z=0.1:"]].concat());
    assert!(
        done.err.ends_with(
            "error: group \"z\" of --group-bounds has no asset left to allocate to, expected at least one\n"
        ),
        "{}",
        done.err
    );
    let folder = Folder::with("prices.csv", PRICES).and("sectors.csv", "asset,sector,zone\nA,x,x\nB,y,y\n");
    let done = folder.po(&["allocate", "prices.csv", "--groups", "sectors.csv", "--group-bounds", "x=0:0.5"]);
    assert_eq!(
        done.err,
        "error: group \"x\" of --group-bounds is in sector and in zone, expected one of them in front, such as \"sector:x\"\n"
    );
}
