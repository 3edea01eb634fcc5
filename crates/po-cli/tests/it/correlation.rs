//! Correlations at a date: the matrix and its forms.

use serde_json::Value;

use crate::optima::{PRICES, folder, object};
use crate::po::{Done, Folder};

/// Sums in another order.
pub(crate) const ROUNDING: f64 = 1e-12;

pub(crate) fn correlation(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["correlation", "prices.csv"], args].concat())
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The returns of two assets on the dates on which all of `others` have one too, and these dates.
pub(crate) fn returns(names: &[&str]) -> (Vec<String>, Vec<Vec<f64>>) {
    let header: Vec<&str> = PRICES.lines().next().unwrap().split(',').collect();
    let columns: Vec<usize> =
        names.iter().map(|name| header.iter().position(|known| known == name).unwrap()).collect();
    let rows: Vec<Vec<&str>> = PRICES.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let (mut dates, mut all) = (Vec::new(), vec![Vec::new(); names.len()]);
    for pair in rows.windows(2) {
        let moved = columns.iter().map(|&column| {
            let price = |row: &[&str]| row[column].parse::<f64>().ok();
            Some(price(&pair[1])? / price(&pair[0])? - 1.0)
        });
        if let Some(moved) = moved.collect::<Option<Vec<f64>>>() {
            dates.push(pair[1][0].to_owned());
            all.iter_mut().zip(moved).for_each(|(all, moved)| all.push(moved));
        }
    }
    (dates, all)
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum =
        |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

const NAMES: [&str; 6] = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"];

#[test]
fn the_matrix_is_that_of_pearson_in_the_order_of_the_tree() {
    let folder = folder();
    let actual = correlation(&folder, &["-o", "json"]).json();
    let hrp = object(&folder, &[]);
    assert_eq!(actual["names"], hrp["leaf_order"]);
    let keys: Vec<&String> = actual.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "covariance",
            "assets",
            "observations",
            "first",
            "last",
            "periods_per_year",
            "names",
            "order",
            "matrix",
            "volatilities",
            "summary",
            "warnings"
        ]
    );
    assert_eq!((&actual["first"], &actual["last"]), (&"2024-01-11".into(), &"2024-04-19".into()));
    let (_, returns) = returns(&NAMES);
    let order: Vec<usize> = numbers(&actual["order"]).into_iter().map(|number| number as usize).collect();
    let (mut sum, mut high) = (0.0, 0);
    for (row, &left) in order.iter().enumerate() {
        assert_eq!(actual["names"][row], NAMES[left]);
        for (col, &right) in order.iter().enumerate() {
            let (entry, expected) =
                (numbers(&actual["matrix"][row])[col], pearson(&returns[left], &returns[right]));
            assert!((entry - expected).abs() < ROUNDING, "{row} {col} {entry} {expected}");
            assert_eq!(entry, numbers(&actual["matrix"][col])[row]);
            if row < col {
                sum += expected;
                high += i32::from(expected > 0.6);
            }
        }
    }
    let summary = |key: &str| actual["summary"][key].as_f64().unwrap();
    assert!((summary("mean") - sum / 15.0).abs() < ROUNDING);
    assert_eq!(summary("share_above_0.6"), f64::from(high) / 15.0);
    // The sum of the eigenvalues is six, and the largest is at least what equal weights give.
    let share = summary("largest_eigenvalue_share");
    assert!(share >= (6.0 + 2.0 * sum) / 36.0 && share < 1.0, "{share}");
}

#[test]
fn two_assets_have_the_eigenvalues_of_their_correlation() {
    let actual = correlation(&folder(), &["-a", "AAA,BBB", "-o", "json"]).json();
    let (entry, share) = (&actual["matrix"][0][1], &actual["summary"]["largest_eigenvalue_share"]);
    let expected = f64::midpoint(1.0, entry.as_f64().unwrap().abs());
    assert!((share.as_f64().unwrap() - expected).abs() < ROUNDING, "{share}");
}

#[test]
fn nothing_after_the_date_is_used() {
    let until = |date: &str| {
        let kept: Vec<&str> =
            PRICES.lines().take_while(|line| line.starts_with("date") || &line[..10] <= date).collect();
        Folder::with("prices.csv", kept.join("\n"))
    };
    for (at, last) in [
        ("2024-03-01", "2024-03-01"),
        ("2024-03-03", "2024-03-01"),
        ("2024-02", "2024-02-29"),
        ("2024-04", "2024-04-19"),
    ] {
        for more in [["--covariance", "sample"], ["--window", "15"], ["--pairs", "AAA:DDD"]] {
            let args = [more.as_slice(), &["-o", "json"]].concat();
            let actual = correlation(&folder(), &[args.as_slice(), &["--at", at]].concat()).json();
            assert_eq!(actual["last"], last);
            // A window of 15 is too short for pairs, and is not asked of them.
            assert_eq!(actual, correlation(&until(last), &args).json(), "{at} {more:?}");
        }
    }
}

/// Neither does it tell which assets are kept: B ends, and C begins, after the date.
#[test]
fn assets_are_kept_by_what_was_known_at_the_date() {
    let price = |day: u32, from: u32, to: u32| match (from..=to).contains(&day) {
        true => (100 + day * day % 7).to_string(),
        false => String::new(),
    };
    let row = |day| {
        format!("2024-01-{day:02},{},{},{}\n", price(day, 1, 28), price(day, 1, 15), price(day, 14, 28))
    };
    let folder = Folder::with("prices.csv", format!("date,A,B,C\n{}", (1..=28).map(row).collect::<String>()));
    let complete = ["--missing", "complete-assets"];
    let names = |args: &[&str]| {
        correlation(&folder, &[&complete, args, &["-o", "json"]].concat()).json()["names"].clone()
    };
    assert_eq!(names(&["--at", "2024-01-12"]), serde_json::json!(["A", "B"]));
    let done = correlation(&folder, &complete);
    assert!(
        done.err.ends_with("error: prices.csv has 1 asset to correlate, expected at least 2\n"),
        "{}",
        done.err
    );
}

/// Where a date has no observation, the last one before it is shown, and the picture and the table say so.
#[test]
fn a_date_without_an_observation_is_told() {
    let folder = folder();
    for (at, note) in [
        ("2024-03-03", ", the last before 2024-03-03"),
        ("2024-03-01", ""),
        ("2024-02", ""),
        ("2024-03-01T12:00", ", the last before 2024-03-01T12:00"),
    ] {
        for more in [[].as_slice(), &["--pairs", "AAA,BBB"]] {
            let args = [more, &["--missing", "drop-sparse=0.5", "--at", at, "--plot", "f.svg"]].concat();
            let table = correlation(&folder, &args).out;
            let last = if at == "2024-02" { "2024-02-29" } else { "2024-03-01" };
            assert!(table.contains(&format!(" to {last}{note}\n")), "{at}: {table}");
            let svg = std::fs::read_to_string(folder.path("f.svg")).unwrap();
            assert!(svg.contains(&format!(" to {last}{note}; ")), "{at}");
        }
    }
}

/// `--model` is the name here, `--covariance` that of other commands; a configuration file may have both.
#[test]
fn the_model_has_two_names() {
    let folder = folder().and("both.toml", "covariance = \"oas\"\nmodel = \"gerber\"\n");
    let kind = |args: &[&str]| {
        let done = correlation(&folder, &[args, &["-o", "json"]].concat()).json();
        done["covariance"].as_str().unwrap().to_owned()
    };
    assert_eq!(kind(&["--model", "oas"]), "oas");
    assert_eq!(kind(&["--covariance", "oas"]), "oas");
    assert_eq!(kind(&["-c", "both.toml"]), "gerber");
    assert_eq!(kind(&["-c", "both.toml", "--covariance", "denoised"]), "denoised");
    let allocated = folder.po(&["allocate", "prices.csv", "-c", "both.toml", "-o", "json"]).json();
    assert_eq!(allocated["covariance"], "oas");
    let help = folder.po(&["correlation", "--help"]).out;
    assert!(help.contains("--model <MODEL>") && help.contains("[alias: --covariance]"), "{help}");
    let unknown = correlation(&folder, &["--model", "dccc"]);
    assert!(unknown.err.contains("invalid value 'dccc' for '--model <MODEL>'"), "{}", unknown.err);
    let folder = folder.and("bad.toml", "\nmodel = \"dccc\"\n");
    let unknown = correlation(&folder, &["-c", "bad.toml"]);
    assert!(
        unknown.err.ends_with("bad.toml, line 2: \"dccc\" is unknown, did you mean \"dcc\"?\n"),
        "{}",
        unknown.err
    );
}

#[test]
fn csv_is_the_whole_matrix_with_all_digits() {
    let folder = folder();
    let json = correlation(&folder, &["-o", "json"]).json();
    let csv = correlation(&folder, &["-o", "csv"]).out;
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((lines.len(), lines[0][0]), (7, "asset"));
    for (row, line) in lines[1..].iter().enumerate() {
        assert_eq!((line[0], lines[0][row + 1]), (json["names"][row].as_str().unwrap(), line[0]));
        let cells: Vec<f64> = line[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells, numbers(&json["matrix"][row]));
    }
}

#[test]
fn the_table_of_few_assets_is_the_matrix() {
    let done = correlation(&folder(), &["-a", "AAA,BBB,DDD", "--covariance", "oas", "--window", "40"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines[0].split_whitespace().count(), 3, "{}", done.out);
    assert!(
        lines[1].ends_with(|last: char| last.is_ascii_digit()) && lines[1].contains("1.00"),
        "{}",
        done.out
    );
    assert_eq!(lines[5], "correlation: 3 assets, 40 observations from 2024-02-26 to 2024-04-19");
    assert!(lines[6].starts_with("mean correlation 0."), "{}", done.out);
    assert_eq!(lines[7..], ["model: oas", "assets in the order of the hierarchical tree"]);
}

/// A market of many assets.
fn market(assets: &str) -> Folder {
    let folder = Folder::new();
    let args = ["demo", "--assets", assets, "--days", "120", "--write", "prices.csv"];
    assert_eq!(folder.po(&args).status, 0);
    folder
}

#[test]
fn the_table_of_many_assets_is_its_ends() {
    let folder = market("20");
    let args = ["--missing", "complete-assets"];
    let json = correlation(&folder, &[args.as_slice(), &["-o", "json"]].concat()).json();
    let names: Vec<&str> =
        json["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.len() > 14);
    let rows: Vec<Vec<f64>> = json["matrix"].as_array().unwrap().iter().map(numbers).collect();
    let mut pairs: Vec<(f64, String)> = Vec::new();
    for row in 0..names.len() {
        pairs.extend(
            (row + 1..names.len()).map(|col| (rows[row][col], format!("{}:{}", names[row], names[col]))),
        );
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let table = correlation(&folder, &args).out;
    let lines: Vec<&str> = table.lines().collect();
    for (index, line) in lines[1..=10].iter().enumerate() {
        let (high, low) = (&pairs[index], &pairs[pairs.len() - 1 - index]);
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells, [&high.1, &format!("{:.2}", high.0), &low.1, &format!("{:.2}", low.0)]);
    }
    let pairs = pairs.len();
    assert_eq!(
        lines[11],
        format!("the ends of {pairs} pairs; --output csv writes the matrix, --plot FILE.svg draws it")
    );
}

#[test]
fn a_configuration_file_has_the_same_names() {
    let config = "prices = \"prices.csv\"\npairs = [\"AAA:DDD\"]\nat = \"2024-03-01\"\noutput = \"json\"\nmethod = \"hrp\"\n";
    let folder = folder().and("po.toml", config);
    let from_file = folder.po(&["correlation", "-c", "po.toml"]).json();
    let args = ["--pairs", "AAA:DDD", "--at", "2024-03-01", "-o", "json"];
    assert_eq!(from_file, correlation(&folder, &args).json());
}
