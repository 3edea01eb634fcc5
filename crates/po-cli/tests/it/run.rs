//! `po run`: decisions bar by bar, in both forms, from both kinds of bars.

use serde_json::Value;

use crate::feed::{ASSETS, CONFIG, Feed, csv, folder, object, price, time};
use crate::po::{Done, Folder, gzip};

fn run(folder: &Folder, args: &[&str], input: &str) -> Done {
    folder.po_reading(&[&["run", "--config", "engine.toml"], args].concat(), input.as_bytes())
}

/// Refused with status 2 and exactly this message.
fn refused(folder: &Folder, args: &[&str], input: &str, message: &str) {
    let done = run(folder, args, input);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", format!("error: {message}\n").as_str()));
    assert_eq!(done.status, 2);
}

/// Bars without anything that goes wrong.
fn plain(days: usize) -> String {
    let row = |day: usize| {
        let cells: Vec<String> = (0..3).map(|asset| price(asset, day).to_string()).collect();
        format!("{},{}\n", time(day), cells.join(","))
    };
    format!("time,{}\n{}", ASSETS.join(","), (0..days).map(row).collect::<String>())
}

#[test]
fn each_bar_is_decided_on_before_the_next_one_comes() {
    let folder = folder();
    for lines in [csv(30), (0..30).map(object).collect()] {
        let mut feed = Feed::start(&folder, &[]);
        let mut all = String::new();
        for line in &lines {
            feed.send(line);
            if !line.starts_with("time") && !line.starts_with("oops") {
                all += &feed.line();
            }
        }
        assert_eq!(feed.end(), "");
        assert_eq!(all, run(&folder, &[], &lines.concat()).out);
    }
}

#[test]
fn bars_say_the_same_in_each_form() {
    let folder = folder().and("bars.csv", plain(40)).and("bars.csv.gz", gzip(plain(40).as_bytes()));
    let expected = run(&folder, &["bars.csv"], "");
    assert_eq!(expected.status, 0, "{}", expected.err);
    assert_eq!(expected.out.lines().count(), 40);
    let objects: String = (0..40).map(object).collect();
    let folder = folder.and("bars.jsonl", &objects).and("bars.ndjson.gz", gzip(objects.as_bytes()));
    for file in ["bars.csv.gz", "bars.jsonl", "bars.ndjson.gz"] {
        assert_eq!(run(&folder, &[file], "").out, expected.out, "{file}");
    }
    assert_eq!(run(&folder, &["--format", "ndjson"], &objects).out, expected.out);
    let crlf = format!("\u{feff}\n{}", plain(40).replace('\n', "\r\n").replace(',', ";"));
    assert_eq!(run(&folder, &[], &crlf).out, expected.out);
    // Times without an offset are in UTC.
    assert_eq!(run(&folder, &[], &plain(40).replace(":00Z", ":00")).out, expected.out);
}

#[test]
fn columns_may_stand_in_any_order() {
    let config = format!("assets = [\"ash\", \"elm\", \"oak\"]\n{CONFIG}");
    let folder = Folder::with("engine.toml", config);
    let expected = run(&folder, &[], &plain(30)).out;
    let turned: String = plain(30)
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{},{},x,{},{}\n", cells[0], cells[3], cells[1], cells[2])
        })
        .collect();
    let done = run(&folder, &[], &turned);
    assert_eq!(done.out, expected);
    assert!(
        done.err.starts_with(
            "warning: columns of standard input that are no assets of the engine are ignored: \"x\"\n"
        ),
        "{}",
        done.err
    );
    let turned: String = (0..30)
        .map(|day| {
            object(day).replace("{\"ash\"", "{\"asn\":1,\"ash\"").replace(",\"oak\"", ",\"x\":null,\"oak\"")
        })
        .collect();
    let done = run(&folder, &[], &turned);
    assert_eq!(done.out, expected);
    let unknown: Vec<&str> = done.err.lines().take(2).collect();
    assert_eq!(
        unknown,
        [
            "warning: the prices of \"asn\" are ignored: it is no asset of the engine, did you mean \"ash\"?",
            "warning: the prices of \"x\" are ignored: it is no asset of the engine",
        ]
    );
    let message = "standard input has no column for asset \"oak\", did you mean \"oaks\"?";
    refused(&folder, &[], "time,ash,elm,oaks\n", message);
    refused(
        &folder,
        &[],
        "time,ash,elm,pine\n",
        "standard input has no column for asset \"oak\"; its columns are \"ash\", \"elm\", \"pine\"",
    );
}

#[test]
fn decisions_tell_all_there_is_to_tell() {
    let folder = folder();
    let done = run(&folder, &[], &csv(40).concat());
    let lines: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    let expected = [
        "bar",
        "time",
        "outcome",
        "wealth",
        "bar_return",
        "turnover",
        "cost",
        "cash",
        "volatility",
        "budget_use",
        "weights",
        "trades",
        "fallbacks",
        "events",
    ];
    assert_eq!(keys, expected);
    assert_eq!(lines[0]["outcome"], "waiting");
    assert_eq!(lines[0]["events"][0], serde_json::json!({"event": "listed", "asset": "ash"}));
    assert_eq!(
        lines[7]["events"],
        serde_json::json!([{"event": "not-a-price", "asset": "oak", "price": 0.0}, {"event": "halted", "asset": "oak"}])
    );
    let late: Vec<&Value> = lines.iter().filter(|line| line["outcome"] == "refused").collect();
    assert_eq!(late.len(), 6);
    assert_eq!(late[0]["reason"], "its time is not later than 2024-01-11T16:00:00Z, that of the last bar");
    assert_eq!((&late[0]["bar"], &late[0]["time"]), (&lines[10]["bar"], &lines[10]["time"]));
    let decided = lines.iter().rfind(|line| line["outcome"] == "decided").unwrap();
    let sum = |key: &str| {
        decided[key].as_object().unwrap().values().map(|number| number.as_f64().unwrap()).sum::<f64>()
    };
    assert!(
        (sum("weights") + decided["cash"].as_f64().unwrap() - 1.0).abs() < 1e-12,
        "to rounding: {decided}"
    );
    assert!(decided["budget_use"].as_f64().unwrap() > 0.0 && decided["volatility"].as_f64().unwrap() > 0.0);

    // The same, as a table; numbers are read back bit for bit.
    let table = run(&folder, &["--output", "csv"], &csv(40).concat()).out;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(
        header.iter().skip(11).collect::<Vec<_>>(),
        ["fallbacks", "events", "traded", "ash", "elm", "oak"]
    );
    for (record, line) in reader.records().map(Result::unwrap).zip(&lines) {
        for (name, cell) in header
            .iter()
            .zip(record.iter())
            .filter(|(name, _)| !["fallbacks", "events", "traded", "reason"].contains(name))
        {
            let value = if ASSETS.contains(&name) {
                line["weights"].get(name).unwrap_or(&Value::from(0.0)).clone()
            } else {
                line[name].clone()
            };
            match value {
                Value::String(text) => assert_eq!(cell, text),
                Value::Null => assert_eq!(cell, ""),
                number => assert_eq!(cell.parse::<f64>().unwrap(), number.as_f64().unwrap(), "{name}"),
            }
        }
    }
    assert_eq!(reader.position().line(), lines.len() as u64 + 2);
}

#[test]
fn lines_that_are_no_bars_are_left_out() {
    let folder = folder();
    let row = |day: usize| plain(9).lines().nth(day + 1).unwrap().to_owned();
    let text = format!(
        "time,ash,elm,oak\n{}\n\n2024-01-02,1,2\n01/02/2024,1,2,3\n,1,2,3\n2024-01-02,\"1,2,3\n2024-01-02,1,x,3\n{}\n2024-01-09,1,2,3",
        row(0),
        row(1)
    );
    let done = run(&folder, &[], &text);
    assert_eq!((done.out.lines().count(), done.status), (2, 0));
    let line = |number: usize, rest: &str| {
        format!("warning: standard input, line {number}{rest}; the line is left out")
    };
    let told: Vec<&str> = done.err.lines().take(6).collect();
    assert_eq!(
        told,
        [
            line(4, " has 3 cells, expected 4 as in the header"),
            line(
                5,
                ", column \"time\": \"01/02/2024\" does not tell the day from the month, expected the year first, such as 2020-01-31"
            ),
            line(6, ", column \"time\": the date is missing, expected a date in each row"),
            line(7, " has 2 cells, expected 4 as in the header"),
            line(
                8,
                ", column \"elm\": \"x\" is not a number, expected a number such as 101.25, or an empty cell where there is none"
            ),
            line(
                10,
                " has no line end: its last number may be cut short, expected a line feed after each bar"
            ),
        ]
    );
    assert!(
        done.err.contains("bars 2 taken in, the last of 2024-01-02T16:00:00Z, 0 refused, 6 unreadable\n"),
        "{}",
        done.err
    );
    // A file does not grow, so that its last line needs no end.
    let folder = folder.and("bars.csv", plain(3).trim_end());
    assert_eq!(run(&folder, &["bars.csv"], "").out.lines().count(), 3);
}

#[test]
fn objects_that_are_no_bars_are_left_out() {
    let folder = folder();
    let expected = "expected {\"time\": \"2024-03-01T16:00:00Z\", \"prices\": {\"ASSET\": 187.2, ...}}; the line is left out";
    for (line, reason) in [
        ("{\"time\": \"2024-01-09\"}", "missing field `prices` at column 22"),
        ("{\"time\": 7, \"prices\": {}}", "invalid type: integer `7`, expected a string at column 10"),
        ("[1]", "missing"),
        (
            "{\"time\": \"2024-01-09\", \"prices\": {\"ash\": \"1\"}}",
            "invalid type: string \"1\", expected a number at column 44",
        ),
        (
            "{\"time\": \"2024-01-09\", \"prices\": [1]}",
            "invalid type: sequence, expected an object with names as keys at column 33",
        ),
        ("{\"time\": \"2024-01-09\", \"prices\": {\"ash\": 1", "EOF while parsing an object at column 42"),
    ] {
        let done = run(&folder, &[], &format!("{}{line}\n{}", object(0), object(1)));
        assert_eq!(done.out.lines().count(), 2, "{}", done.err);
        if reason != "missing" {
            let told = format!("warning: standard input, line 2 is no bar: {reason}, {expected}");
            assert_eq!(done.err.lines().next().unwrap(), told);
        }
    }
    let twice = "{\"time\": \"2024-01-09\", \"prices\": {\"ash\": 1, \"ash\": 2}}\n";
    let done = run(&folder, &[], &format!("{}{twice}", object(0)));
    assert!(
        done.err.starts_with(
            "warning: standard input, line 2: \"ash\" stands twice, expected it once; the line is left out\n"
        ),
        "{}",
        done.err
    );
    // Names come from the first line that is a bar.
    let done = run(&folder, &[], &format!("{{}}\n{}", (0..3).map(object).collect::<String>()));
    assert_eq!(done.out.lines().count(), 3);
    assert!(
        done.err.starts_with("warning: standard input, line 1 is no bar: missing field `time`"),
        "{}",
        done.err
    );
}

#[test]
fn factors_come_with_the_bars() {
    let config = format!("{CONFIG}\n[attribution]\nfactors = [\"value\", \"size\"]\n");
    let folder = Folder::with("engine.toml", config);
    let line = |day: usize, factors: &str| object(day).replace("}}", &format!("}},\"factors\":{factors}}}"));
    let good = "{\"returns\":{\"size\":0.01,\"value\":-0.02},\"exposures\":{\"value\":{\"ash\":1.5,\"oak\":null},\"size\":{\"elm\":0.5}}}";
    let lacking = "{\"returns\":{\"value\":0.01},\"exposures\":{}}";
    let text = format!("{}{}{}{}", line(0, good), line(1, lacking), object(2), line(3, good));
    let done = run(&folder, &["--state", "state"], &text);
    assert_eq!(done.out.lines().count(), 2, "{}", done.err);
    assert!(done.err.starts_with("warning: standard input, line 2: there is no return of factor \"size\", expected one in \"factors\": {\"returns\": {...}}; the line is left out\n"), "{}", done.err);
    assert!(done.err.contains("line 3: there is no return of factor \"value\""), "{}", done.err);
    // The journal has them too.
    let journal = std::fs::read_to_string(folder.path("state/journal-000000000000")).unwrap();
    assert!(journal.ends_with(" returns 2 -0.02 0.01 exposures 6 1.5 0.0 0.0 0.0 0.5 0.0\n"), "{journal}");
    let message = "engine.toml has attribution.factors, and standard input is CSV, which has no place for them: expected NDJSON";
    let done = run(&folder, &[], &plain(3));
    assert_eq!((done.status, done.err.contains(message)), (2, true), "{}", done.err);
}

#[test]
fn what_cannot_be_run_is_refused() {
    let folder = folder()
        .and("slip.toml", "capital = 1.0\nrebalanse_every = 2\n")
        .and("range.toml", "assets = [\"a\"]\ncapital = -1.0\n");
    let done = folder.po(&["run", "--config", "slip.toml"]);
    assert!(
        done.err.starts_with(
            "error: slip.toml, line 2: unknown field `rebalanse_every`, expected one of `assets`"
        ),
        "{}",
        done.err
    );
    let done = folder.po(&["run", "--config", "range.toml"]);
    assert_eq!(
        (done.status, done.err.as_str()),
        (2, "error: range.toml: the capital is -1, expected a positive, finite number\n")
    );
    let none = "standard input has no bar that names the assets, and engine.toml has no list of them, expected one of the two";
    refused(&folder, &[], "", none);
    let done = run(&folder, &[], "{}\n");
    assert!(done.err.ends_with(&format!("; the line is left out\nerror: {none}\n")), "{}", done.err);
    refused(
        &folder,
        &["--output", "table"],
        "",
        "--output table is for the report of --replay, expected --output ndjson or csv for decisions",
    );
    refused(
        &folder,
        &[],
        "PK\u{3}\u{4}",
        "standard input is a ZIP archive or a spreadsheet, expected bars as CSV or NDJSON, plain or gzip",
    );
    refused(
        &folder,
        &[],
        "time,a,a\n",
        "standard input, line 1: columns 2 and 3 are both called \"a\", expected each name once",
    );
    refused(
        &folder,
        &[],
        "2024-01-01,1,2\n",
        "standard input, line 1: the first line holds data (\"2024-01-01\"), expected a header with the names of the columns",
    );
    let done = run(&folder, &["bras.csv"], "");
    assert_eq!(
        (done.status, done.err.as_str()),
        (2, "error: bras.csv cannot be opened: there is no such file\n")
    );
}

#[test]
fn the_help_says_how() {
    let help = folder().po(&["run", "--help"]).out;
    for part in [
        "Usage: po run",
        "--snapshot-every",
        "{\"time\": \"2024-03-01T16:00:00Z\"",
        "--replay",
        "Exit status:",
    ] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
    let told = run(&folder(), &["-v"], &plain(3)).err;
    for part in
        [" INFO standard input is CSV with 3 columns of prices\n", "waiting bar=1 time=2024-01-01T16:00:00Z"]
    {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(run(&folder(), &["-vvv"], &plain(3)).err.contains("step{bar=2}:estimate: close time.busy="));
}
