//! The command as a whole: where it reads from, what it says about itself, and the demo.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::po::{Folder, PRICES, allocate, gzip};

#[test]
fn prices_come_from_standard_input_too() {
    let from_file = allocate(PRICES, &[]);
    let folder = Folder::new();
    assert_eq!(folder.po_reading(&["allocate", "-"], PRICES.as_bytes()).out, from_file.out);
    assert_eq!(folder.po_reading(&["allocate", "-"], &gzip(PRICES.as_bytes())).out, from_file.out);
    let done = folder.po_reading(&["allocate", "-"], b"date,A\n2024-01-01,x1x\n");
    assert!(done.err.starts_with("error: standard input, line 2, column \"A\": \"x1x\""), "{}", done.err);
}

#[test]
fn spellings_of_the_same_table_give_the_same_weights() {
    let expected = allocate(PRICES, &[]).out;
    let semicolons = PRICES.replace(',', ";");
    let tabs = PRICES.replace(',', "\t");
    let crlf = PRICES.replace('\n', "\r\n");
    let marked = format!("\u{feff}{PRICES}");
    let quoted = PRICES.replace(",A,", ",\"A\",").replace("101,", "\"101\",");
    let blank = PRICES.replace("2024-01-03", "\n ,\t, \n2024-01-03");
    let padded = PRICES.replace(',', " , ");
    let no_end = PRICES.trim_end().to_owned();
    let compact = PRICES.replace("2024-01-0", "2024010");
    let slashes = PRICES.replace("2024-01-0", "2024/01/0");
    let midnights = PRICES.replace(",1", "T00:00:00-05:00,1");
    for text in [semicolons, tabs, crlf, marked, quoted, blank, padded, no_end, compact, slashes, midnights] {
        let done = allocate(&text, &[]);
        assert_eq!((done.err.as_str(), done.out.as_str()), ("", expected.as_str()), "{text}");
    }
    let members = [gzip(&PRICES.as_bytes()[..40]), gzip(&PRICES.as_bytes()[40..])].concat();
    assert_eq!(allocate(members, &[]).out, expected);
}

#[test]
fn each_marker_of_a_missing_value_is_known() {
    let json = |marker: &str| {
        let text =
            "date,A,B\n2024-01-01,1,2\n2024-01-02,2,?\n2024-01-03,1,2\n2024-01-04,2,3\n2024-01-05,1,5\n";
        allocate(text.replace('?', marker), &["--output", "json"]).json()
    };
    let expected = json("");
    assert_eq!(expected["observations"], 2);
    for marker in ["NA", "n/a", "NaN", "nan", "null", "NULL", "-", "#N/A", "None", ".", " ", "\"\""] {
        assert_eq!(json(marker), expected, "{marker}");
    }
}

#[test]
fn rows_can_be_sorted() {
    let lines: Vec<&str> = PRICES.lines().collect();
    let newest_first = [lines[0], lines[4], lines[3], lines[2], lines[1]].join("\n");
    let done = allocate(&newest_first, &["--sort-dates"]);
    assert_eq!((done.err.as_str(), done.out), ("", allocate(PRICES, &[]).out));
}

#[test]
fn long_files_need_not_be_sorted() {
    let mut rows: Vec<String> = Vec::new();
    for line in PRICES.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        rows.push(format!("B,{},{},7", cells[0], cells[2]));
        rows.push(format!("A,{},{},8", cells[0], cells[1]));
    }
    rows.reverse();
    let long = format!("ticker,date,close,volume\n{}\n", rows.join("\n"));
    assert_eq!(allocate(&long, &[]).out, allocate(PRICES, &[]).out);
    let renamed = long.replace("ticker,date,close", "x,y,z");
    let args = ["--symbol-column", "x", "--date-column", "y", "--price-column", "z"];
    assert_eq!(allocate(&renamed, &args).out, allocate(PRICES, &[]).out);
    let adjusted = long.replace("close,volume", "close,adj_close");
    let done = allocate(&adjusted, &["--method", "equal-weight"]);
    let warning = "warning: the prices are column \"adj_close\" of prices.csv, not \"close\"; --price-column chooses another\n";
    assert!(done.err.starts_with(warning), "{}", done.err);
}

#[test]
fn verbose_tells_what_was_found() {
    let done = allocate(PRICES, &["-v"]);
    assert_eq!(
        done.err,
        " INFO prices.csv is CSV, separated by ','\n \
          INFO it is wide: dates in column \"date\", one column for each asset\n \
          INFO it has 2 assets on 4 dates, 2024-01-01 to 2024-01-04\n"
    );
}

#[test]
fn odd_numbers_are_pointed_out() {
    let split = PRICES.replace("2024-01-04,101", "2024-01-04,10.1");
    assert_eq!(
        allocate(&split, &[]).err,
        "warning: A moves by -90 % on 2024-01-04: is it a bad price, or a split that the prices are not adjusted for?\n"
    );
    assert_eq!(
        allocate(PRICES, &["--returns"]).err,
        "warning: half of the returns exceed 100 in size, and the least is 50: are they in per cent, or prices? expected fractions, 0.01 for one per cent\n"
    );
    let ended = format!("{PRICES}2024-01-05,102,\n");
    let err = allocate(&ended, &[]).err;
    assert!(err.contains("warning: 1 asset ends before the file does, on 2024-01-05: B on 2024-01-04; can it still be bought?\n"), "{err}");
    let few = allocate(PRICES.replace("2024-01-04,101,52\n", ""), &[]).err;
    assert_eq!(
        few,
        "warning: 2 observations for 2 assets: the covariance is singular and its estimate is rough\n"
    );
}

#[test]
fn a_reader_that_leaves_is_no_fault() {
    let folder = Folder::with("prices.csv", PRICES);
    let mut child = Command::new(env!("CARGO_BIN_EXE_po"))
        .args(["completions", "bash"])
        .current_dir(folder.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((err.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}

#[test]
fn colours_are_for_terminals() {
    let folder = Folder::with("prices.csv", PRICES);
    let run = |variable: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_po"));
        command.args(["allocate", "prices.csv"]).current_dir(folder.path("."));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(variable, "1");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(!run("NO_COLOR").contains('\u{1b}'));
    assert!(run("CLICOLOR_FORCE").starts_with("\u{1b}[1masset"));
}

#[test]
fn it_says_what_it_is() {
    let folder = Folder::new();
    let version = folder.po(&["--version"]);
    assert_eq!(version.out, format!("po {}\n", env!("CARGO_PKG_VERSION")));
    for args in [
        ["--help"].as_slice(),
        &["allocate", "--help"],
        &["frontier", "--help"],
        &["correlation", "--help"],
        &["demo", "--help"],
    ] {
        let help = folder.po(args);
        assert_eq!((help.status, help.err.as_str()), (0, ""));
        assert!(help.out.contains("Usage: po"), "{}", help.out);
    }
    let nothing = folder.po(&[]);
    assert_eq!(nothing.status, 2);
    assert!(nothing.err.contains("po demo"), "{}", nothing.err);
    let manual = folder.po(&["man"]).out;
    for part in [".TH po 1", "group\\-bounds", "\\-\\-plot", "\\-\\-pairs", "\\-\\-evaluate", "risk\\-budget"]
    {
        assert!(manual.contains(part), "{part} is not in {manual}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.po(&["completions", shell]).out;
        for part in
            ["group-bounds", "frontier", "correlation", "pairs", "plot", "view-confidence", "in-sample"]
        {
            assert!(script.contains(part), "{part} is not in {script}");
        }
    }
}

#[test]
fn the_demo_is_the_same_each_time() {
    let folder = Folder::new();
    let run = || {
        let done = folder.po(&["demo"]);
        assert_eq!((done.status, done.err.as_str()), (0, ""));
        let (timing, rest): (Vec<&str>, Vec<&str>) =
            done.out.lines().partition(|line| line.contains("microseconds"));
        assert_eq!(timing.len(), 1);
        rest.join("\n")
    };
    let first = run();
    assert_eq!(first, run());
    for part in [
        "A simulated market: 12 assets",
        "hrp  equal-weight  inverse-volatility",
        "How hrp came",
        "po allocate prices.csv",
    ] {
        assert!(first.contains(part), "{first}");
    }
    assert_ne!(first, folder.po(&["demo", "--seed", "8"]).out);
}

#[test]
fn the_demo_writes_a_market_that_can_be_allocated() {
    let folder = Folder::new();
    let args = ["demo", "--assets", "6", "--days", "90", "--write", "m.csv", "--write-groups", "g.csv"];
    let done = folder.po(&args);
    assert_eq!(done.status, 0);
    // The commands that it prints work.
    let commands: Vec<&str> = done.out.lines().filter_map(|line| line.strip_prefix("  po ")).collect();
    assert_eq!(commands.len(), 4);
    for command in commands {
        let done = folder.po(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(done.status, 0, "{command}: {}", done.err);
    }
    let demo = folder.po(&["demo", "--assets", "6", "--days", "90", "--output", "json"]).json();
    let file = folder.po(&["allocate", "m.csv", "--missing", "drop-sparse=0.3", "--output", "json"]).json();
    assert_eq!(demo["methods"]["hrp"]["weights"], file["weights"]);
    let csv = folder.po(&["demo", "--assets", "6", "--days", "90", "--output", "csv"]).out;
    assert!(csv.starts_with("asset,hrp,equal-weight,inverse-volatility\nTECH1,0."), "{csv}");
    let done = folder.po(&["demo", "--write", "no/such/folder.csv"]);
    assert_eq!(
        (done.status, done.err.as_str()),
        (1, "error: no/such/folder.csv cannot be written: there is no such file\n")
    );
}
