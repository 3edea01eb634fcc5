//! A `po run` that is fed line by line, and killed.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::po::Folder;

/// Settings with memory in each part of the engine.
pub(crate) const CONFIG: &str = "\
capital = 1000.0
rebalance_every = 2

[estimator.ewma]
volatility = { half-life = 10.0 }

[allocator.hrp]

[budget]
volatility_budget = 0.01

[trading]
cost_bps = 5.0
band = { width = { absolute = 0.01 } }
";

pub(crate) const ASSETS: [&str; 3] = ["ash", "elm", "oak"];

/// A price of an asset on a day; no two the same.
pub(crate) fn price(asset: usize, day: usize) -> f64 {
    let steps = (0..=day).map(|day| ((day * (asset + 2) * (asset + 5)) as f64 * 1.7).sin());
    100.0 * (0.01 * steps.sum::<f64>()).exp()
}

/// The time of a day.
pub(crate) fn time(day: usize) -> String {
    let date = jiff::civil::date(2024, 1, 1) + jiff::Span::new().days(i64::try_from(day).unwrap());
    format!("{date}T16:00:00Z")
}

/// A header and bars in CSV, with what goes wrong in practice on the way.
pub(crate) fn csv(days: usize) -> Vec<String> {
    let mut lines = vec![format!("time,{}\n", ASSETS.join(","))];
    for day in 0..days {
        let mut cells: Vec<String> = (0..3).map(|asset| price(asset, day).to_string()).collect();
        match day % 13 {
            4 => cells[1] = "NA".to_owned(),
            7 => cells[2] = "0".to_owned(),
            9 => cells[0] = (1000.0 * price(0, day)).to_string(),
            _ => {}
        }
        lines.push(format!("{},{}\n", time(day), cells.join(",")));
        if day % 11 == 10 {
            // Too late, twice; and no bar at all.
            lines.push(format!("{},1,2,3\n", time(day)));
            lines.push(format!("{},1,2,3\n", time(day - 3)));
            lines.push("oops\n".to_owned());
        }
    }
    lines
}

/// The same bar as an object.
pub(crate) fn object(day: usize) -> String {
    let prices: Vec<String> =
        ASSETS.iter().enumerate().map(|(asset, name)| format!("\"{name}\":{}", price(asset, day))).collect();
    format!("{{\"time\":\"{}\",\"prices\":{{{}}}}}\n", time(day), prices.join(","))
}

/// A folder with the settings.
pub(crate) fn folder() -> Folder {
    Folder::with("engine.toml", CONFIG)
}

/// A `po run` that waits for bars.
pub(crate) struct Feed {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Feed {
    pub(crate) fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_po"))
            .args(["run", "--config", "engine.toml"])
            .args(args)
            .current_dir(folder.path("."))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    pub(crate) fn send(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).and_then(|()| input.flush()).unwrap();
    }

    /// The next decision, for which it waits.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// Waits until the decisions have so many lines.
    pub(crate) fn wait_for(&self, path: &Path, lines: usize) {
        let there =
            || std::fs::read(path).map_or(0, |text| text.iter().filter(|byte| **byte == b'\n').count());
        while there() < lines {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// Ends it as a loss of the machine would, and gives what it still wrote.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::io::read_to_string(self.output).unwrap()
    }

    /// Ends its input, waits, and gives what it still wrote.
    pub(crate) fn end(mut self) -> String {
        drop(self.input.take());
        let rest = std::io::read_to_string(self.output).unwrap();
        assert!(self.child.wait().unwrap().success());
        rest
    }
}

/// The files of a kind in a state, the oldest first.
pub(crate) fn files(folder: &Folder, state: &str, kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path(state)).unwrap().map(|entry| entry.unwrap().path());
    let ours = |path: &PathBuf| {
        path.extension().is_none() && path.file_name().unwrap().to_str().unwrap().starts_with(kind)
    };
    let mut files: Vec<PathBuf> = entries.filter(ours).collect();
    files.sort();
    files
}

/// The name and the bytes of the newest snapshot.
pub(crate) fn newest(folder: &Folder, state: &str) -> (String, Vec<u8>) {
    let path = files(folder, state, "snapshot").pop().unwrap();
    (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
}
