//! Correlations: the matrix at a date, pairs over time, their forms, and their pictures.

use serde_json::Value;

use crate::optima::{PRICES, folder, object};
use crate::po::{Done, Folder};

/// Sums in another order.
const ROUNDING: f64 = 1e-12;

fn correlation(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["correlation", "prices.csv"], args].concat())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The returns of two assets on the dates on which all of `others` have one too, and these dates.
fn returns(names: &[&str]) -> (Vec<String>, Vec<Vec<f64>>) {
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
    let without_warnings = |done: Done| {
        let mut object = done.json();
        object.as_object_mut().unwrap().remove("warnings");
        object
    };
    for (at, last) in [
        ("2024-03-01", "2024-03-01"),
        ("2024-03-03", "2024-03-01"),
        ("2024-02", "2024-02-29"),
        ("2030-01-01", "2024-04-19"),
    ] {
        for more in [["--covariance", "sample"], ["--window", "15"], ["--pairs", "AAA:DDD"]] {
            let args = [more.as_slice(), &["-o", "json"]].concat();
            let actual = without_warnings(correlation(&folder(), &[args.as_slice(), &["--at", at]].concat()));
            assert_eq!(actual["last"], last);
            // A window of 15 is too short for pairs, and is not asked of them.
            assert_eq!(actual, without_warnings(correlation(&until(last), &args)), "{at} {more:?}");
        }
    }
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
    assert_eq!(lines[7..], ["covariance by oas", "assets in the order of the hierarchical tree"]);
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
fn pairs_follow_exponential_weights() {
    let (dates, returns) = returns(&["AAA", "DDD"]);
    for (args, decay) in
        [(vec![], 0.94), (vec!["--covariance", "ewma", "--half-life", "5"], 0.5_f64.powf(0.2))]
    {
        let args = [["--pairs", "AAA:DDD", "-o", "json"].as_slice(), &args].concat();
        let actual = correlation(&folder(), &args).json();
        assert_eq!((&actual["covariance"], &actual["assets"]), (&"ewma".into(), &2.into()));
        let half_life = actual["parameters"]["half_life"].as_f64().unwrap();
        assert!((0.5_f64.powf(1.0 / half_life) - decay).abs() < ROUNDING);
        // The first nineteen dates are not ready.
        assert_eq!(actual["dates"], serde_json::json!(dates[19..]));
        let (mut sums, mut expected) = ([0.0; 3], Vec::new());
        for (a, b) in returns[0].iter().zip(&returns[1]) {
            for (sum, product) in sums.iter_mut().zip([a * a, a * b, b * b]) {
                *sum = decay * *sum + product;
            }
            expected.push(sums[1] / (sums[0] * sums[2]).sqrt());
        }
        let actual = numbers(&actual["correlations"]["AAA:DDD"]);
        assert_eq!(actual.len(), expected.len() - 19);
        for (actual, expected) in actual.iter().zip(&expected[19..]) {
            assert!((actual - expected).abs() < ROUNDING, "{actual} {expected}");
        }
    }
}

#[test]
fn dcc_ends_where_its_matrix_stands() {
    let folder = folder();
    let assets = ["-a", "AAA,BBB,CCC", "--covariance", "dcc", "-o", "json"];
    let actual = correlation(&folder, &[assets.as_slice(), &["--pairs", "AAA:BBB, CCC:AAA"]].concat()).json();
    let matrix = correlation(&folder, &assets).json();
    let place =
        |name: &str| matrix["names"].as_array().unwrap().iter().position(|known| known == name).unwrap();
    for (pair, one, other) in [("AAA:BBB", "AAA", "BBB"), ("CCC:AAA", "CCC", "AAA")] {
        let values = numbers(&actual["correlations"][pair]);
        assert_eq!(values.len(), actual["dates"].as_array().unwrap().len());
        let expected = numbers(&matrix["matrix"][place(one)])[place(other)];
        assert!((values[values.len() - 1] - expected).abs() < ROUNDING, "{pair}");
    }
    let parameter = |key: &str| actual["parameters"][key].as_f64().unwrap();
    assert!(parameter("a") >= 0.0 && parameter("b") >= 0.0 && parameter("a") + parameter("b") < 1.0);
    // Without --assets the fit rests on the assets of the pairs alone, and on more dates.
    let alone = correlation(&folder, &["--pairs", "AAA:BBB", "--covariance", "dcc", "-o", "json"]).json();
    assert!(alone["observations"].as_u64() > actual["observations"].as_u64());
}

#[test]
fn forms_of_pairs_agree() {
    let folder = folder();
    let pairs = ["--pairs", "AAA:DDD,BBB:CCC"];
    let json = correlation(&folder, &[pairs.as_slice(), &["-o", "json"]].concat()).json();
    let csv = correlation(&folder, &[pairs.as_slice(), &["-o", "csv"]].concat()).out;
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let dates = json["dates"].as_array().unwrap();
    assert_eq!((lines.len(), &lines[0]), (dates.len() + 1, &vec!["date", "AAA:DDD", "BBB:CCC"]));
    for (row, line) in lines[1..].iter().enumerate() {
        let value = |pair: &str| json["correlations"][pair][row].as_f64().unwrap();
        assert_eq!(line[0], dates[row]);
        assert_eq!(line[1].parse::<f64>().unwrap(), value("AAA:DDD"));
        assert_eq!(line[2].parse::<f64>().unwrap(), value("BBB:CCC"));
    }
    let table = correlation(&folder, &pairs).out;
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows[0], "date        AAA:DDD  BBB:CCC");
    assert!(rows[20].starts_with("2024-04-19 "), "{table}");
    assert_eq!(rows[21], format!("the last 20 of {} dates; --output csv writes all", dates.len()));
    assert!(rows[23].starts_with("pair     last  mean  least          on  greatest          on"), "{table}");
    assert!(table.ends_with("\nby ewma, half-life 11.2 periods\n"), "{table}");
}

#[test]
fn a_configuration_file_has_the_same_names() {
    let config = "prices = \"prices.csv\"\npairs = [\"AAA:DDD\"]\nat = \"2024-03-01\"\noutput = \"json\"\nmethod = \"hrp\"\n";
    let folder = folder().and("po.toml", config);
    let from_file = folder.po(&["correlation", "-c", "po.toml"]).json();
    let args = ["--pairs", "AAA:DDD", "--at", "2024-03-01", "-o", "json"];
    assert_eq!(from_file, correlation(&folder, &args).json());
}

#[test]
fn what_does_not_move_has_no_correlation() {
    let days = (1..=28)
        .map(|day| format!("2024-01-{day:02},{},{}\n", 100 + day % 3, if day < 25 { 7 } else { day }));
    let folder = Folder::with("prices.csv", format!("date,A,B\n{}", days.collect::<String>()));
    let object = correlation(&folder, &["--pairs", "A:B", "-o", "json", "--plot", "f.svg"]).json();
    let values = object["correlations"]["A:B"].as_array().unwrap();
    assert_eq!(values.iter().filter(|value| value.is_null()).count(), 4, "{values:?}");
    assert!(values[4].is_number());
    let warnings = object["warnings"].as_array().unwrap();
    assert_eq!(
        warnings[warnings.len() - 1],
        "A:B has no correlation on 4 dates: until then one of the two had not moved"
    );
    let csv = correlation(&folder, &["--pairs", "A:B", "-o", "csv"]).out;
    assert!(csv.starts_with("date,A:B\n2024-01-21,\n"), "{csv}");
    let done = correlation(&folder, &["--window", "20", "--at", "2024-01-24"]);
    let message = "error: the variance of B is zero in the 20 observations, so it has no correlation with others; --assets chooses assets\n";
    assert!(done.err.ends_with(message), "{}", done.err);
}

#[test]
fn slips_are_answered() {
    let folder = folder();
    let refused = |args: &[&str], message: &str| {
        let done = correlation(&folder, args);
        assert!(done.err.ends_with(&format!("error: {message}\n")), "{args:?}: {}", done.err);
        assert_eq!((done.status, done.out.as_str()), (2, ""));
    };
    let such = "expected two names with a colon between them, such as AAPL:MSFT";
    refused(&["--pairs", "AAA"], &format!("--pairs \"AAA\" is no pair, {such}"));
    refused(&["--pairs", "AAA:BBB:CCC"], &format!("--pairs \"AAA:BBB:CCC\" is no pair, {such}"));
    refused(
        &["--pairs", "AAA:"],
        "--pairs \"AAA:\" lacks a name, expected two with a colon between them, such as AAPL:MSFT",
    );
    refused(&["--pairs", "AAA:AAA"], "--pairs \"AAA:AAA\" is an asset with itself, expected two assets");
    refused(
        &["--pairs", "AAA:BBB,BBB:AAA"],
        "--pairs \"BBB:AAA\" stands there twice, expected each pair once",
    );
    refused(
        &["--pairs", "AAA:BBBB"],
        "asset \"BBBB\" of --pairs is not in prices.csv, did you mean \"BBB\"?",
    );
    refused(&["-a", "AAAA,BBB"], "asset \"AAAA\" of --assets is not in prices.csv, did you mean \"AAA\"?");
    refused(
        &["--pairs", "AAA:BBB", "--assets", "AAA,CCC"],
        "asset \"BBB\" of --pairs is left out by --missing or --assets, expected one that is kept",
    );
    for kind in ["sample", "oas", "minimum-determinant"] {
        refused(
            &["--pairs", "AAA:BBB", "--covariance", kind],
            &format!(
                "--covariance {kind} gives one correlation for all dates, expected --covariance ewma or dcc with --pairs"
            ),
        );
    }
    refused(
        &["--pairs", "AAA:BBB", "--semidefinite", "clip"],
        "--semidefinite has no meaning with --pairs: it is about the whole matrix",
    );
    refused(&["--half-life", "9"], "--half-life needs --covariance ewma");
    refused(
        &["--pairs", "AAA:BBB", "--covariance", "dcc", "--half-life", "9"],
        "--half-life needs --covariance ewma",
    );
    refused(
        &["--pairs", "AAA:BBB", "--half-life", "0"],
        "the half-life is 0, expected a number of bars in [0.01, 1e9]",
    );
    refused(
        &["--pairs", "AAA:BBB", "--window", "19"],
        "prices.csv has 19 rows of returns, expected at least 20",
    );
    refused(
        &["--at", "2020-01-01"],
        "--at is 2020-01-01, expected 2024-01-11 or later, the date of the first return",
    );
    for date in ["01/02/2024", "soon", "2024-13-01"] {
        refused(&["--at", date], &format!("--at is {date:?}, expected a date such as 2024-01-31"));
    }
    refused(&["--at", "2024-01-11"], "prices.csv has 1 row of returns up to --at, expected at least 2");
    refused(
        &["--at", "2024-01-17", "--window", "50"],
        "--window 50 asks for more observations than there are, expected at most 5, the rows in which every asset has a return",
    );
    refused(&["-a", "AAA"], "prices.csv has 1 asset to correlate, expected at least 2");
    refused(
        &["--plot", "f.png"],
        "--plot \"f.png\" ends in none of .svg and .html, expected a file such as f.svg",
    );
}
