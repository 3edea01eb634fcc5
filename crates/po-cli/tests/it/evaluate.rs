//! `--evaluate`: the numbers are those of the library, and the forms keep their contract.

use std::ops::ControlFlow;

use po_engine::BootstrapParams;
use po_engine::correlation::evaluate::{
    Criterion, Entrant, Evaluation, ModelConfidenceSetParams, Race, RaceParams, Schedule, Window,
};
use po_engine::correlation::{
    Dcc, DccParams, Decay, Ewma, EwmaParams, LedoitWolf, NonlinearShrinkage, SampleCovariance,
};
use serde_json::Value;

use crate::covariance::returns;
use crate::optima::{PRICES, folder};
use crate::po::{Done, Folder};

/// The six assets of the file have 67 observations.
const ASSETS: usize = 6;
const CHOSEN: [&str; 5] =
    ["--evaluate", "--in-sample", "40", "--entrants", "sample,ewma=30,ledoit-wolf,nonlinear,dcc"];

/// What is noted of the file, also where there is no answer.
pub(crate) const LEFT_OUT: &str = "warning: 12 of 79 rows of returns are left out because some asset has none (complete-rows), 67 are left, 2024-01-11 to 2024-04-19; without EEE there would be 7 more: it begins on 2024-01-10\n";

pub(crate) fn evaluate(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["correlation", "prices.csv"], args].concat())
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What the library makes of the estimators of [`CHOSEN`].
fn expected(schedule: Schedule, level: f64, seed: u64) -> Evaluation {
    let half_life = EwmaParams { volatility: Decay::HalfLife(30.0), ..EwmaParams::default() };
    let dcc = Dcc::new(DccParams::default());
    let entrants = vec![
        Entrant::refitted("sample", SampleCovariance::default(), schedule).unwrap(),
        Entrant::streaming("ewma=30", Ewma::new(half_life, ASSETS).unwrap()),
        Entrant::refitted("ledoit-wolf", LedoitWolf::default(), schedule).unwrap(),
        Entrant::refitted("nonlinear", NonlinearShrinkage::new(), schedule).unwrap(),
        Entrant::filtered("dcc", schedule, |returns| {
            let fit = dcc.fit(returns)?;
            fit.filter(returns).map(|filter| (filter, fit.status))
        })
        .unwrap(),
    ];
    let bootstrap = BootstrapParams { seed, ..BootstrapParams::default() };
    let confidence_set = ModelConfidenceSetParams { level, bootstrap, ..ModelConfidenceSetParams::default() };
    let params = RaceParams { in_sample: 40, confidence_set, ..RaceParams::default() };
    Race::new(params).unwrap().run(&returns(), entrants, |_| ControlFlow::Continue(())).unwrap()
}

/// All numbers are passed on, bit for bit.
fn agree(actual: &Value, expected: &Evaluation) {
    let annual = 252.0_f64.sqrt();
    let best = |criterion| expected.best(criterion).unwrap();
    assert_eq!(actual["best"]["qlike"], best(Criterion::Qlike).name);
    assert_eq!(actual["best"]["volatility"], best(Criterion::Portfolio).name);
    assert_eq!(actual["scored"], expected.bars);
    let (least, calmest) = (
        best(Criterion::Qlike).outcome.as_ref().unwrap().qlike.mean,
        best(Criterion::Portfolio).outcome.as_ref().unwrap().volatility(),
    );
    let estimators = actual["estimators"].as_array().unwrap();
    assert_eq!(estimators.len(), expected.standings.len());
    for (actual, standing) in estimators.iter().zip(&expected.standings) {
        let outcome = standing.outcome.as_ref().unwrap();
        assert_eq!(actual["name"], standing.name);
        assert_eq!(actual["qlike"]["mean"], outcome.qlike.mean);
        assert_eq!(actual["qlike"]["behind"], outcome.qlike.mean - least);
        assert_eq!(actual["volatility"]["annual"], outcome.volatility() * annual);
        assert_eq!(actual["volatility"]["behind"], annual * (outcome.volatility() - calmest));
        for (loss, summary) in [("qlike", &outcome.qlike), ("volatility", &outcome.portfolio)] {
            let tested = summary.against_best.map(|test| test.p_value);
            assert_eq!(actual[loss]["p_value"].as_f64(), tested, "{loss} of {}", standing.name);
            assert_eq!(actual[loss]["set_p_value"], summary.confidence);
            assert_eq!(actual[loss]["in_set"], summary.in_set);
        }
        let calibration = &outcome.calibration;
        assert_eq!(actual["calibration"]["ratio"], calibration.ratio);
        assert_eq!(actual["calibration"]["standard_error"], calibration.standard_error);
        assert_eq!(actual["calibration"]["p_value"], calibration.p_value);
        let fits = outcome.scores.fits;
        assert_eq!(actual["fits"]["count"], fits.count, "{}", standing.name);
        for (actual, found) in
            actual["calibration"]["coverage"].as_array().unwrap().iter().zip(calibration.coverage)
        {
            assert_eq!(actual["level"], found.level);
            assert_eq!(actual["share"], found.share);
            assert_eq!(actual["p_value"], found.p_value);
        }
    }
}

#[test]
fn the_numbers_are_those_of_the_library() {
    let folder = folder();
    let json = |args: &[&str]| evaluate(&folder, &[&CHOSEN, args, &["-o", "json"]].concat()).json();
    agree(&json(&[]), &expected(Schedule::default(), 0.1, 1));
    let rolling = Schedule { window: Window::Rolling(30), every: 5 };
    let actual = json(&["--window", "30", "--every", "5", "--confidence-set", "0.5", "--seed", "7"]);
    agree(&actual, &expected(rolling, 0.5, 7));
    assert_eq!((&actual["window"], &actual["every"]), (&30.into(), &5.into()));
    assert_eq!((&actual["confidence_set"], &actual["seed"]), (&0.5.into(), &7.into()));
    // The window is that of each fit: all observations are there to be scored.
    assert_eq!((&actual["observations"], &actual["scored"]), (&67.into(), &27.into()));
}

#[test]
fn the_json_object_has_its_keys() {
    let actual = evaluate(&folder(), &[&CHOSEN, ["-o", "json"].as_slice()].concat()).json();
    assert_eq!(
        keys(&actual),
        [
            "assets",
            "observations",
            "first",
            "last",
            "periods_per_year",
            "in_sample",
            "scored",
            "first_scored",
            "every",
            "window",
            "confidence_set",
            "seed",
            "best",
            "estimators",
            "left_out",
            "warnings"
        ]
    );
    assert_eq!(keys(&actual["best"]), ["qlike", "volatility"]);
    let estimator = &actual["estimators"][0];
    assert_eq!(keys(estimator), ["name", "qlike", "volatility", "calibration", "fits"]);
    assert_eq!(keys(&estimator["qlike"]), ["mean", "behind", "p_value", "set_p_value", "in_set"]);
    assert_eq!(keys(&estimator["volatility"]), ["annual", "behind", "p_value", "set_p_value", "in_set"]);
    assert_eq!(keys(&estimator["calibration"]), ["ratio", "standard_error", "p_value", "coverage"]);
    assert_eq!(keys(&estimator["calibration"]["coverage"][0]), ["level", "share", "p_value"]);
    assert_eq!((&actual["first_scored"], &actual["window"]), (&"2024-03-14".into(), &Value::Null));
    assert_eq!(actual["confidence_set"], 0.9);
    assert_eq!(actual["left_out"], Value::Array(Vec::new()));
}

#[test]
fn csv_has_a_row_for_each_in_their_order() {
    let folder = folder();
    let text = evaluate(&folder, &[&CHOSEN, ["-o", "csv"].as_slice()].concat()).out;
    let json = evaluate(&folder, &[&CHOSEN, ["-o", "json"].as_slice()].concat()).json();
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "estimator,qlike,qlike_behind,qlike_p,qlike_set_p,qlike_in_set,volatility,volatility_behind,volatility_p,volatility_set_p,volatility_in_set,calibration,calibration_p,within_95,within_95_p,within_99,within_99_p,fits,fits_unconverged,failed_on,failed_because,best_by"
    );
    for estimator in json["estimators"].as_array().unwrap() {
        let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
        let number = |cell: usize| cells[cell].parse::<f64>().ok();
        assert_eq!(cells[0], estimator["name"]);
        assert_eq!(number(1), estimator["qlike"]["mean"].as_f64());
        assert_eq!(number(3), estimator["qlike"]["p_value"].as_f64());
        assert_eq!(cells[5], estimator["qlike"]["in_set"].to_string());
        assert_eq!(number(6), estimator["volatility"]["annual"].as_f64());
        assert_eq!(number(11), estimator["calibration"]["ratio"].as_f64());
        assert_eq!(number(16), estimator["calibration"]["coverage"][1]["p_value"].as_f64());
        assert_eq!(cells[17], estimator["fits"]["count"].to_string());
        assert_eq!(cells[18], estimator["fits"]["unconverged"].to_string());
        assert_eq!((cells[19], cells[20]), ("", ""));
        assert_eq!(cells[21].contains("qlike"), estimator["name"] == json["best"]["qlike"]);
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn the_table_ranks_and_advises() {
    let done = evaluate(&folder(), &["--evaluate", "--in-sample", "40", "-a", "AAA,BBB,CCC"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let column = |text: &str, column: usize| {
        text.lines()
            .skip(1)
            .take(15)
            .map(|line| line.split_whitespace().nth(column).unwrap().to_owned())
            .collect()
    };
    let (names, scores): (Vec<String>, Vec<String>) = (column(&done.out, 0), column(&done.out, 1));
    let mut sorted = scores.clone();
    sorted.sort_by(|one, other| one.parse::<f64>().unwrap().total_cmp(&other.parse().unwrap()));
    assert_eq!(scores, sorted);
    let mut known = names.clone();
    known.sort();
    assert_eq!(
        known,
        [
            "adaptive-ewma",
            "constant-correlation",
            "dcc",
            "dcc-nonlinear",
            "denoised",
            "ewma",
            "ewma=30",
            "ewma=90",
            "gerber",
            "ledoit-wolf",
            "nonlinear",
            "oas",
            "sample",
            "single-factor",
            "spearman"
        ]
    );
    assert!(done.out.contains(&format!("\nBy QLIKE, use {} (--covariance ", names[0])), "{}", done.out);
    assert!(done.out.contains("\nBy the volatility of the portfolio, use "), "{}", done.out);
    assert!(done.out.ends_with("cannot be told apart from it.\n"), "{}", done.out);
    // Where standard error is no terminal, nothing tells of progress, on either side.
    assert_eq!(done.err.lines().filter(|line| !line.starts_with("warning: ")).count(), 0, "{}", done.err);
    assert!(!done.out.contains('\r') && !done.out.contains('\u{1b}') && !done.err.contains('\r'));
}

#[test]
fn who_fails_is_told_with_date_and_reason() {
    let folder = folder();
    let args = ["--evaluate", "--in-sample", "5", "--entrants", "sample,ledoit-wolf,dcc"];
    let table = evaluate(&folder, &args).out;
    let singular =
        "its forecast is singular, and scores need an inverse; more observations or fewer assets would help";
    for line in [
        &format!("\nfailed: sample, on 2024-01-18: {singular}\n"),
        "\nfailed: dcc, on 2024-01-18: the returns for a model of variance: 5, expected at least 20\n",
        "\nOnly ledoit-wolf came through: there is nothing to compare it with.\n",
    ] {
        assert!(table.contains(line), "{line} is not in {table}");
    }
    let json = evaluate(&folder, &[&args, ["-o", "json"].as_slice()].concat()).json();
    let failed = &json["estimators"][0];
    assert_eq!(keys(failed), ["name", "error"]);
    assert_eq!(
        (&failed["error"]["date"], &failed["error"]["message"]),
        (&"2024-01-18".into(), &singular.into())
    );
    assert_eq!(json["scored"], 62);
    let csv = evaluate(&folder, &[&args, ["-o", "csv"].as_slice()].concat()).out;
    let row = format!("\nsample{}2024-01-18,\"{singular}\",\n", ",".repeat(19));
    assert!(csv.contains(&row), "{csv}");
    let all = evaluate(&folder, &["--evaluate", "--in-sample", "5", "--entrants", "sample,dcc"]);
    let message = format!(
        "{LEFT_OUT}error: none of the estimators could forecast: sample, on 2024-01-18: {singular}; dcc, on 2024-01-18: the returns for a model of variance: 5, expected at least 20\n"
    );
    assert_eq!((all.err, all.status, all.out.as_str()), (message, 2, ""));
}

#[test]
fn what_does_not_suit_the_data_is_left_out() {
    let json = evaluate(&folder(), &["-e", "--in-sample", "6", "-o", "json"]).json();
    let left: Vec<&str> =
        json["left_out"].as_array().unwrap().iter().map(|left| left["name"].as_str().unwrap()).collect();
    assert_eq!(left, ["sample", "gerber", "spearman"]);
    let reason = "singular for 6 assets and 6 observations in the first fit";
    assert_eq!(json["left_out"][0]["reason"], reason);
    let table = evaluate(&folder(), &["-e", "--in-sample", "30", "--window", "6"]).out;
    let line = format!("\nleft out: sample, gerber, spearman ({reason}); --entrants takes them\n");
    assert!(table.contains(&line), "{table}");
    // Thirty-three assets: more than a decay of 0.94 leaves observations, and more than dcc fits fast.
    let names: Vec<String> = (0..33).map(|asset| format!("A{asset}")).collect();
    let mut wide = format!("date,{}\n", names.join(","));
    for day in 0..60_u64 {
        let prices = (0..33_u64).map(|asset| 100 + (day * day * (asset + 3) + 7 * asset * day) % 31);
        let prices: Vec<String> = prices.map(|price| price.to_string()).collect();
        wide += &format!("2024-{:02}-{:02},{}\n", 1 + day / 28, 1 + day % 28, prices.join(","));
    }
    let json = evaluate(&Folder::with("prices.csv", wide), &["-e", "--in-sample", "39", "-o", "json"]).json();
    let left: Vec<(&str, &str)> = json["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| (left["name"].as_str().unwrap(), left["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        left,
        [
            ("ewma", "weighed so, the past is worth fewer observations than the 33 assets"),
            ("dcc", "takes long for more than 30 assets")
        ]
    );
}

#[test]
fn the_date_and_the_assets_are_those_of_the_command() {
    let folder = folder();
    let json = |args: &[&str]| {
        evaluate(&folder, &[&["-e", "--entrants", "sample,oas", "-o", "json"], args].concat()).json()
    };
    let cut = json(&["--in-sample", "20", "--at", "2024-03-29", "-a", "AAA,BBB"]);
    assert_eq!((&cut["assets"], &cut["last"]), (&2.into(), &"2024-03-29".into()));
    let kept: Vec<&str> =
        PRICES.lines().take_while(|line| line.starts_with("date") || &line[..10] <= "2024-03-29").collect();
    let shorter = Folder::with("prices.csv", kept.join("\n"));
    let args = ["-e", "--entrants", "sample,oas", "-o", "json", "--in-sample", "20", "-a", "AAA,BBB"];
    assert_eq!(cut["estimators"], evaluate(&shorter, &args).json()["estimators"]);
    // One number a year for another, and nothing else changes.
    let (daily, monthly) =
        (json(&["--in-sample", "20"]), json(&["--in-sample", "20", "--periods-per-year", "12"]));
    assert_eq!(daily["estimators"][0]["qlike"], monthly["estimators"][0]["qlike"]);
    let volatility = |of: &Value| of["estimators"][0]["volatility"]["annual"].as_f64().unwrap();
    assert!((volatility(&daily) / volatility(&monthly) - 21.0_f64.sqrt()).abs() < 1e-12);
}

#[test]
fn a_configuration_file_has_the_flags() {
    let config = "prices = \"prices.csv\"\nevaluate = true\nentrants = \"sample,oas\"\nin-sample = 40\nevery = 3\nconfidence-set = 0.8\nseed = 5\nwindow = 30\noutput = \"json\"\n";
    let folder = folder().and("po.toml", config);
    let from_file = folder.po(&["correlation", "-c", "po.toml"]).json();
    let args = ["-e", "--entrants", "sample,oas", "--in-sample", "40", "--every", "3"];
    let more = ["--confidence-set", "0.8", "--seed", "5", "--window", "30", "-o", "json"];
    assert_eq!(from_file, evaluate(&folder, &[args.as_slice(), &more].concat()).json());
    let list = config.replace("\"sample,oas\"", "[\"sample\", \"oas\"]");
    let folder = folder.and("po.toml", list);
    assert_eq!(from_file, folder.po(&["correlation", "-c", "po.toml"]).json());
    let over = folder.po(&["correlation", "-c", "po.toml", "--seed", "6"]).json();
    assert_eq!(over["seed"], 6);
}

/// Two assets that are all but one leave the search without a direction: who did not find the end is named.
#[test]
fn searches_that_do_not_converge_are_named() {
    let wave = |day: u32, step: f64| 0.01 * (step * f64::from(day * day % 7919)).sin();
    let row = |day: u32| {
        let (one, noise) = (wave(day, 0.618), 1e-7 * wave(day, 0.414));
        let date = format!("2024-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
        format!("{date},{one},{}\n", one + noise)
    };
    let returns = format!("date,A,B\n{}", (0..80).map(row).collect::<String>());
    let folder = Folder::with("prices.csv", returns);
    let args = ["--returns", "-e", "--in-sample", "30", "--every", "10", "--entrants", "ledoit-wolf,dcc,oas"];
    let json = evaluate(&folder, &[args.as_slice(), &["-o", "json"]].concat()).json();
    let fits = &json["estimators"][1]["fits"];
    let unconverged = fits["unconverged"].as_u64().unwrap();
    assert!(fits["count"] == 5 && (1..=5).contains(&unconverged), "{fits}");
    assert_eq!(json["estimators"][0]["fits"], serde_json::json!({ "count": 0, "unconverged": 0 }));
    let table = evaluate(&folder, &args).out;
    let line = format!(
        "\nnot converged: dcc, in {unconverged} of 5 fits; forecasts rest on what these searches had reached\n"
    );
    assert!(table.contains(&line), "{table}");
    // A single fit warns: of a matrix, of pairs, and of a portfolio.
    let warning =
        "the search for the parameters of dcc ended before its tolerances were met; its numbers may be rough";
    for args in [["correlation", "--model"], ["allocate", "--covariance"]] {
        let done = folder.po(&[args[0], "prices.csv", "--returns", args[1], "dcc", "-o", "json"]).json();
        assert!(done["warnings"].as_array().unwrap().contains(&warning.into()), "{done}");
    }
    let args = ["correlation", "prices.csv", "--returns", "--model", "dcc", "--pairs", "A,B", "-o", "json"];
    let done = folder.po(&args).json();
    assert!(done["warnings"].as_array().unwrap().contains(&warning.into()), "{done}");
}

/// Those that take long begin first, and stand where they were named.
#[test]
fn the_order_is_that_of_the_names() {
    let args = ["-e", "--in-sample", "40", "--entrants", "oas,dcc,sample,kendall,ewma", "-o", "json"];
    let json = evaluate(&folder(), &args).json();
    let names: Vec<&str> = json["estimators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|estimator| estimator["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["oas", "dcc", "sample", "kendall", "ewma"]);
}
