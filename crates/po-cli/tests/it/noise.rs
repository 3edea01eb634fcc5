//! Whatever flags and files say: an answer or a message, never a panic.

use std::process::ExitCode;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::optima::folder;

/// Words that are near enough to constraints, views and budgets to go deep.
const WORDS: &str = "(AAA|BBB|CCC|FFF|x|y|each|asset|sector|in|net|gross|turnover|cardinality|tracking-error|min-position|max-correlation|name|budget|<=|>=|==|=|,|:|\\+|-|\\*|/|%|\\(|\\)|'|\"|#|\\[|\\]|\n|0|1|0\\.3|2|50|1e9|é| ){0,12}";

/// Runs a property on the same cases each time.
fn check(cases: u32, property: impl Fn(String)) {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new_with_rng(config, random).run(&WORDS, |text| {
        property(text);
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn arbitrary_words_never_panic() {
    let folder = folder();
    let path = |name: &str| folder.path(name).display().to_string();
    let run = |command: &str, args: &[&str]| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let (prices, sectors) = (path("prices.csv"), path("sectors.csv"));
        let all = [&["po", command, &prices, "--groups", &sectors], args].concat();
        let code = po_cli::run(all.iter().copied(), Box::new(std::io::empty()), &mut out, &mut err);
        let known = [0, 2, 3].map(ExitCode::from).map(|known| format!("{known:?}"));
        assert!(known.contains(&format!("{code:?}")), "{args:?}: {code:?}");
        // What is refused is told.
        assert!(code == ExitCode::SUCCESS || !err.is_empty(), "{args:?}");
    };
    let held = path("held.csv");
    check(150, |text| {
        run(
            "allocate",
            &["--method=min-variance", "--current", &held, "--benchmark", &held, "--constraint", &text],
        );
        run("allocate", &["--method=risk-parity", "--constraint", &text]);
        run("allocate", &["--method=max-sharpe", "--view", &text]);
        run("allocate", &["--method=risk-budget", "--budget", &text]);
        run("allocate", &["--method=min-variance", "--bounds", &text]);
        run("allocate", &["--method=mean-variance", "--current", &held, "--costs-bps", &text]);
        run("frontier", &["--points=3", "--constraint", &text]);
    });
    check(150, |text| {
        for name in ["noise.txt", "noise.csv", "noise.toml"] {
            std::fs::write(folder.path(name), &text).unwrap();
            run("allocate", &["--method=min-variance", "--constraints", &path(name)]);
        }
        let table = path("noise.csv");
        std::fs::write(&table, format!("on,min,max,relative_to\n{text}\n")).unwrap();
        run("allocate", &["--method=min-variance", "--constraints", &table]);
        for (method, flag) in
            [("max-sharpe", "--means"), ("max-sharpe", "--market"), ("risk-budget", "--budget")]
        {
            run("allocate", &["--method", method, flag, &table]);
        }
    });
}
