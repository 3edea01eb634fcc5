//! Constraints, views and budgets in words and in files: all forms say the same, and slips are told with their place.

use crate::optima::{folder, object};
use crate::po::{Done, Folder};

const LINES: &str = "\
# caps
each sector <= 70%   # of any kind

AAA >= 2 * BBB
5% <= CCC <= 30%
";

const TABLE: &str = "\
label,constraint,on,min,max,relative_to,disabled
caps,each sector <= 70%,,,,,
,,AAA,2,,BBB,
,,CCC,5%,0.3,,
,,DDD,0.9,,,TRUE
";

const TOML: &str = "\
constraint = [
  \"each sector <= 70%\",
  { on = \"AAA\", min = 2, relative_to = \"BBB\" },
  { label = \"a range\", on = \"CCC\", min = \"5%\", max = 0.3 },
]
";

/// A folder with the constraints in each form.
fn files() -> Folder {
    folder().and("limits.txt", LINES).and("limits.csv", TABLE).and("limits.toml", TOML)
}

fn min_variance(folder: &Folder, args: &[&str]) -> Done {
    let start = ["allocate", "prices.csv", "--method", "min-variance", "--groups", "sectors.csv"];
    folder.po(&[start.as_slice(), args].concat())
}

/// Refused with status 2 and exactly this message.
fn refused(folder: &Folder, args: &[&str], message: &str) {
    let done = min_variance(folder, args);
    assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2), "{args:?}");
}

#[test]
fn all_forms_of_constraints_say_the_same() {
    let folder = files();
    let weights =
        |args: &[&str]| min_variance(&folder, &[args, &["-o", "json"]].concat()).json()["weights"].clone();
    let flags = [
        "--constraint",
        "each sector <= 70%",
        "--constraint",
        "AAA >= 2 * BBB",
        "--constraint",
        "5% <= CCC <= 30%",
    ];
    let expected = weights(&flags);
    for file in ["limits.txt", "limits.csv", "limits.toml"] {
        assert_eq!(weights(&["--constraints", file]), expected, "{file}");
    }
    // Of several sources, all hold.
    let both = weights(&["--constraints", "limits.txt", "--constraint", "CCC >= 6%"]);
    assert!((both["CCC"].as_f64().unwrap() - 0.06).abs() < 1e-12, "the tighter limit binds: {both}");
    // Group bounds and bounds are constraints like others.
    let bounds = weights(&["--group-bounds", "y=:0.5", "--bounds", "FFF=:0.3"]);
    let words = weights(&["--constraint", "y <= 0.5", "--constraint", "FFF <= 0.3"]);
    for name in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"] {
        let distance = (bounds[name].as_f64().unwrap() - words[name].as_f64().unwrap()).abs();
        assert!(distance < 1e-12, "a bound and a row give the same to rounding: {name}");
    }
}

#[test]
fn labels_come_back_in_the_report() {
    let actual = min_variance(&files(), &["--constraints", "limits.csv", "-o", "json"]).json();
    let labels: Vec<&str> = actual["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["constraint"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["caps (x)", "caps (y)", "AAA >= 2 * (BBB)", "0.05 <= CCC <= 0.3"]);
}

#[test]
fn slips_in_constraints_are_told_with_their_place() {
    let folder = folder();
    let flag = |text: &'static str| ["--constraint", text];
    refused(
        &folder,
        &flag("AAB <= 0.3"),
        "asset or group \"AAB\" of --constraint \"AAB <= 0.3\" is not in prices.csv or sectors.csv, did you mean \"AAA\"?",
    );
    refused(
        &folder,
        &flag("AAA < 0.3"),
        "--constraint: constraint \"AAA < 0.3\" cannot be read at character 5, expected <=, >= or =",
    );
    refused(
        &folder,
        &flag("each region <= 0.3"),
        "grouping \"region\" of --constraint \"each region <= 0.3\" is not in prices.csv or sectors.csv; sectors.csv has sector",
    );
    let done = folder.po(&[
        "allocate",
        "prices.csv",
        "--method",
        "min-variance",
        "--constraint",
        "Technology <= 0.3",
    ]);
    assert_eq!(
        done.err,
        "error: asset or group \"Technology\" of --constraint \"Technology <= 0.3\" is not in prices.csv; --groups FILE says which groups there are\n"
    );
    refused(
        &folder,
        &["--assets", "AAA,BBB,CCC", "--constraint", "DDD <= 0.3"],
        "asset \"DDD\" of --constraint \"DDD <= 0.3\" is left out by --missing or --assets, expected one that is allocated",
    );
    refused(
        &folder,
        &["--assets", "AAA,BBB,CCC", "--constraint", "y <= 0.3"],
        "group \"y\" of --constraint \"y <= 0.3\" has no asset left to allocate to, expected at least one",
    );
    refused(&folder, &flag("turnover <= -1"), "a limit on turnover needs --current FILE");
    refused(
        &folder,
        &["--current", "held.csv", "--constraint", "turnover <= -1"],
        "the limit on turnover is -1, expected zero or more",
    );
}

#[test]
fn slips_in_files_of_constraints_are_told_with_their_line() {
    for (name, text, message) in [
        (
            "a.txt",
            "\n# caps\nAAA <= \n",
            "a.txt, line 3: constraint \"AAA <=\" cannot be read at character 7, expected a number, a name or (",
        ),
        (
            "a.txt",
            "AAA <= 0.5\nQQQ <= 0.5\n",
            "asset or group \"QQQ\" of a.txt, line 2 is not in prices.csv or sectors.csv; its groups are x, y",
        ),
        (
            "a.csv",
            "on,maximum\nAAA,0.5\n",
            "a.csv, line 1: column \"maximum\" is unknown, did you mean \"max\"?; expected label, constraint, on, min, max, relative_to or disabled",
        ),
        (
            "a.csv",
            "on,max\nAAA,lots\n",
            "a.csv, line 2: invalid value: string \"lots\", expected a number such as 0.3 or 30%",
        ),
        (
            "a.csv",
            "on,max\nAAA,\n",
            "a.csv, line 2: it has no limit, expected a least value, a greatest value, or both",
        ),
        (
            "a.csv",
            "on,max\nAAA,0.5\nQQQ,0.5\n",
            "asset or group \"QQQ\" of a.csv, line 3 is not in prices.csv or sectors.csv; its groups are x, y",
        ),
        (
            "a.toml",
            "constraint = [\n  \"AAA <= \",\n]\n",
            "a.toml, line 2: constraint \"AAA <=\" cannot be read at character 7, expected a number, a name or (",
        ),
        (
            "a.toml",
            "constraints = []\n",
            "a.toml, line 1: unknown field `constraints`, expected `constraint`",
        ),
        (
            "a.toml",
            "constraint = [\n\n{ upto = 1 }]\n",
            "a.toml, line 3: unknown field `upto`, expected one of `label`, `constraint`, `on`, `min`, `max`, `relative_to`, `disabled`",
        ),
        ("a.toml", "constraint = [", "a.toml, line 1: unclosed array, expected `]`"),
    ] {
        let folder = folder().and(name, text);
        refused(&folder, &["--constraints", name], message);
    }
    refused(&folder(), &["--constraints", "limit.txt"], "limit.txt cannot be opened: there is no such file");
}

#[test]
fn slips_in_files_of_numbers_are_told_with_their_place() {
    let run = |flag: &str, text: &str| {
        let folder = folder().and("a.csv", text);
        let args = ["allocate", "prices.csv", "--method", "max-sharpe", "--assets", "AAA,BBB,CCC"];
        let more = if flag == "--costs-bps" { vec!["--current", "held.csv"] } else { Vec::new() };
        let done = folder.po(&[args.as_slice(), &more, &[flag, "a.csv"]].concat());
        (done.status, done.err)
    };
    let error = |message: &str| (2, format!("error: {message}\n"));
    assert_eq!(
        run("--means", "asset,mean\nAAA,0.1\nBBB,0.1\n"),
        error("a.csv has no mean for CCC, expected one for each asset")
    );
    assert_eq!(
        run("--means", "asset,mean\nAAA,ten\n"),
        error("a.csv, line 2, column \"mean\" is \"ten\", expected an annual return such as 0.08")
    );
    assert_eq!(
        run("--means", "asset,mean\nAAB,0.1\n"),
        error("asset \"AAB\" of a.csv, line 2 is not in prices.csv, did you mean \"AAA\"?")
    );
    assert_eq!(
        run("--current", "asset,weights,note\nAAA,0.1,x\n"),
        error("a.csv has no column \"weight\", did you mean \"weights\"?")
    );
    assert_eq!(
        run("--benchmark", "asset,weight\nAAA,0.1\nAAA,0.2\n"),
        error("a.csv: AAA stands in line 2 and in line 3, expected each asset once")
    );
    assert_eq!(
        run("--market", "asset,weight\n,0.1\n"),
        error(
            "a.csv, line 2, column \"asset\": the symbol is missing, expected the name of an asset in each row"
        )
    );
    assert_eq!(
        run("--costs-bps", "asset,bps\nAAA,5\nBBB,5\n"),
        error("a.csv has no cost for CCC, expected one for each asset")
    );
    // What is left out needs no number; what is too large is asked about.
    let (status, err) = run("--current", "asset,weight\nAAA,60\nDDD,40\n");
    assert_eq!(status, 0);
    assert!(err.contains("warning: the weights of a.csv sum to 100: are they in per cent?"), "{err}");
    assert!(
        err.contains("warning: weights in a.csv of assets that are left out are not used: DDD\n"),
        "{err}"
    );
}

#[test]
fn costs_can_differ_by_asset() {
    let folder = folder().and("bps.csv", "asset,bps\nAAA,750\nBBB,750\nCCC,750\nDDD,750\nEEE,750\nFFF,750\n");
    let run = |costs: &str| {
        object(&folder, &["--method", "mean-variance", "--current", "held.csv", "--costs-bps", costs])
    };
    let (one, each) = (run("750"), run("bps.csv"));
    assert_eq!(one["weights"], each["weights"]);
    // The turnover times its rate.
    let cost = 0.075 * one["turnover"].as_f64().unwrap();
    assert!((one["expected_return"]["cost"].as_f64().unwrap() - cost).abs() < 1e-12, "a product of two sums");
}

#[test]
fn slips_in_views_are_told() {
    let run = |view: &str| {
        let args =
            ["allocate", "prices.csv", "--method", "max-sharpe", "--groups", "sectors.csv", "--view", view];
        let done = folder().po(&args);
        (done.status, done.err)
    };
    let error = |message: &str| (2, format!("error: {message}\n"));
    assert_eq!(
        run("AAA <= 5%"),
        error("--view \"AAA <= 5%\" is no view: expected ==, as in 'AAPL - MSFT == 0.02'")
    );
    assert_eq!(
        run("AAA == "),
        error("--view \"AAA == \" is no view: at character 7, expected a number, a name or (")
    );
    assert_eq!(
        run("AAB == 5%"),
        error(
            "asset or group \"AAB\" of --view \"AAB == 5%\" is not in prices.csv or sectors.csv, did you mean \"AAA\"?"
        )
    );
}

#[test]
fn a_group_in_a_view_is_the_mean_of_its_assets() {
    let folder = folder();
    let run = |view: &str| {
        object(&folder, &["--method", "max-sharpe", "--groups", "sectors.csv", "--view", view])["weights"]
            .clone()
    };
    let (group, assets) = (run("x == 20%"), run("AAA/3 + BBB/3 + CCC/3 == 20%"));
    for name in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"] {
        let distance = (group[name].as_f64().unwrap() - assets[name].as_f64().unwrap()).abs();
        assert!(distance < 1e-12, "thirds are rounded: {name}");
    }
}

#[test]
fn budgets_come_in_words_and_in_files() {
    let folder = folder().and("budget.csv", "name,budget\nx,0.6\nEEE,0.1\n");
    let run = |budget: &str| {
        object(&folder, &["--method", "risk-budget", "--groups", "sectors.csv", "--budget", budget])["risk_budget"]["assets"].clone()
    };
    assert_eq!(run("x=0.6, EEE = 0.1"), run("budget.csv"));
    assert_eq!(run("sector:x=0.6,EEE=0.1"), run("budget.csv"));
    let args = ["--method", "risk-budget", "--budget", "AAA=0.5,FFF=0.5"];
    let actual = object(&folder, &args);
    assert_eq!(actual["weights"]["BBB"], 0.0);
    assert_eq!(
        actual["warnings"][1],
        "4 assets have no share of the risk, and so no weight: BBB, CCC, DDD, EEE"
    );
}

#[test]
fn slips_in_budgets_are_told() {
    let run = |budget: &str| {
        let folder = folder().and("b.csv", "name,budget\nAAA,0.5\nzzz,0.5\n");
        let args = [
            "allocate",
            "prices.csv",
            "--method",
            "risk-budget",
            "--groups",
            "sectors.csv",
            "--budget",
            budget,
        ];
        let done = folder.po(&args);
        assert_eq!(done.status, 2);
        done.err.strip_prefix("error: ").unwrap().trim_end().to_owned()
    };
    let forms =
        "expected NAME=SHARE such as Technology=0.3,Energy=0.2, or a CSV file with the columns name,budget";
    assert_eq!(run("AAA=x"), format!("--budget is \"AAA=x\", {forms}"));
    assert_eq!(run("0.5"), format!("--budget is \"0.5\", {forms}"));
    assert_eq!(run("AAA=0.5,BBB=0.6"), "the shares of --budget sum to 1.1, expected at most 1");
    assert_eq!(
        run("x=0.5,y=0.4"),
        "the shares of --budget sum to 0.9, expected 1, as each asset has a share"
    );
    assert_eq!(
        run("x=0.5,AAA=0.1"),
        "asset \"AAA\" is in \"x\" and in \"AAA\" of --budget, expected each asset in one of its parts"
    );
    assert_eq!(run("AAA=-0.1"), "--budget, the share of \"AAA\" is \"-0.1\", expected zero or more");
    assert_eq!(
        run("AAB=0.1"),
        "asset or group \"AAB\" of --budget is not in prices.csv or sectors.csv, did you mean \"AAA\"?"
    );
    assert_eq!(
        run("b.csv"),
        "asset or group \"zzz\" of --budget, b.csv, line 2 is not in prices.csv or sectors.csv; its groups are x, y"
            .replace("line 2", "line 3")
    );
}

#[test]
fn a_configuration_file_holds_the_new_names_too() {
    let config = "\
prices = \"prices.csv\"
method = \"mean-variance\"
semidefinite = \"nearest\"
groups = \"sectors.csv\"
constraint = \"each sector <= 70%\"
constraints = [\"limits.txt\"]
current = \"held.csv\"
costs-bps = 20
cost-horizon = 0.5
benchmark = \"held.csv\"
market = \"market.csv\"
market-risk-aversion = 3
view = [\"AAA - BBB == 2%\"]
view-confidence = 0.4
risk-free = 0.01
risk-aversion = 4
points = 3
plot = \"unused.svg\"
output = \"json\"
";
    let folder = Folder::new();
    std::fs::create_dir(folder.path("deep")).unwrap();
    let files = files();
    for name in ["prices.csv", "sectors.csv", "held.csv", "market.csv", "limits.txt"] {
        std::fs::copy(files.path(name), folder.path("deep").join(name)).unwrap();
    }
    std::fs::write(folder.path("deep").join("po.toml"), config).unwrap();
    let actual = folder.po(&["allocate", "-c", "deep/po.toml"]).json();
    assert_eq!(actual["expected_return"]["basis"], "market-and-views");
    assert!(actual["turnover"].as_f64().is_some() && actual["tracking_error"].as_f64().is_some());
    // The same file serves the other command, which takes from it what is its own.
    let frontier = folder.po(&["frontier", "-c", "deep/po.toml", "--plot", "drawn.svg"]).json();
    assert_eq!(frontier["points"].as_array().unwrap().len(), 3);
    assert!(folder.path("drawn.svg").exists());
    let budget =
        "prices = \"prices.csv\"\nmethod = \"risk-budget\"\nbudget = \"budget.csv\"\nrisk = \"mad\"\n";
    std::fs::write(folder.path("deep").join("budget.toml"), budget).unwrap();
    std::fs::write(folder.path("deep").join("budget.csv"), "name,budget\nAAA,0.5\n").unwrap();
    let actual = folder.po(&["allocate", "-c", "deep/budget.toml", "-o", "json"]).json();
    assert_eq!(actual["risk_budget"]["measure"], "mad");
}
