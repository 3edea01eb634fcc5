//! Pairs over time: which ones, by which model, and in which form.

use crate::correlation::{ROUNDING, correlation, numbers, returns};
use crate::optima::{PRICES, folder};
use crate::po::Folder;

/// Names stand for all pairs among them, on the command line and in a file.
#[test]
fn names_are_all_pairs_among_them() {
    let config = |text: &str| Folder::with("prices.csv", PRICES).and("po.toml", format!("pairs = {text}\n"));
    let pairs = |folder: &Folder, args: &[&str]| {
        let done = correlation(folder, &[args, &["-o", "json"]].concat()).json();
        done["correlations"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let folder = folder();
    let three = ["AAA:BBB", "AAA:DDD", "BBB:DDD"];
    assert_eq!(pairs(&folder, &["--pairs", "AAA,BBB"]), ["AAA:BBB"]);
    assert_eq!(pairs(&folder, &["--pairs", "AAA, BBB,DDD"]), three);
    assert_eq!(pairs(&folder, &["-p", "AAA:BBB,AAA:DDD,BBB:DDD"]), three);
    assert_eq!(pairs(&folder, &["-p", "AAA", "-p", "BBB", "-p", "DDD"]), three);
    assert_eq!(pairs(&folder, &["-p", "AAA,BBB", "-p", "CCC:DDD"]), ["AAA:BBB", "CCC:DDD"]);
    assert_eq!(pairs(&folder, &["-p", "AAA,BBB", "-p", "CCC,DDD"]), ["AAA:BBB", "CCC:DDD"]);
    for text in ["\"AAA,BBB,DDD\"", "[\"AAA\", \"BBB\", \"DDD\"]", "[\"AAA:BBB\", \"AAA:DDD,BBB:DDD\"]"] {
        assert_eq!(pairs(&config(text), &["-c", "po.toml"]), three, "{text}");
    }
    let six = correlation(&folder, &["--pairs", "AAA,BBB,CCC,DDD,EEE,FFF"]).out;
    assert!(six.starts_with("15 pairs on 48 dates; --output csv writes all\n\npair "), "{six}");
    assert!(six.contains("\nEEE:FFF  "), "{six}");
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
fn what_moves_ends_where_its_matrix_stands() {
    let folder = folder();
    for (kind, parameters) in
        [("dcc", ["a", "b"].as_slice()), ("dcc-nonlinear", &["a", "b"]), ("adaptive-ewma", &["half_life"])]
    {
        let assets = ["-a", "AAA,BBB,CCC", "--model", kind, "-o", "json"];
        let pairs = ["--pairs", "AAA:BBB, CCC:AAA"];
        let actual = correlation(&folder, &[assets.as_slice(), &pairs].concat()).json();
        assert_eq!(actual["covariance"], kind);
        let keys: Vec<&String> = actual["parameters"].as_object().unwrap().keys().collect();
        assert_eq!(keys, parameters, "{kind}");
        let matrix = correlation(&folder, &assets).json();
        let names: Vec<&str> =
            matrix["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let place = |name: &str| names.iter().position(|known| *known == name).unwrap();
        for (pair, one, other) in [("AAA:BBB", "AAA", "BBB"), ("CCC:AAA", "CCC", "AAA")] {
            let values = numbers(&actual["correlations"][pair]);
            let expected = numbers(&matrix["matrix"][place(one)])[place(other)];
            assert!((values[values.len() - 1] - expected).abs() < ROUNDING, "{kind}, {pair}");
        }
        let table = correlation(&folder, &["--pairs", "AAA,BBB", "--model", kind]).out;
        assert!(table.contains(&format!("\nby {kind}, ")), "{table}");
    }
}

#[test]
fn dcc_has_parameters_of_the_assets_that_are_read() {
    let folder = folder();
    let assets = ["-a", "AAA,BBB,CCC", "--covariance", "dcc", "-o", "json"];
    let actual = correlation(&folder, &[assets.as_slice(), &["--pairs", "AAA:BBB, CCC:AAA"]].concat()).json();
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
