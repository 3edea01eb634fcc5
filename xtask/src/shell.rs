//! Running other programs, and saying how it went.

use std::env;
use std::fmt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::workspace;

/// Why a verb did not succeed.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    /// A check did not pass.
    Check(String),
    /// The verb was asked for what it cannot do, or a tool is lacking.
    Usage(String),
}

/// What a verb returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn message(&self) -> &str {
        match self {
            Failure::Check(message) | Failure::Usage(message) => message,
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Check(_) => 1,
            Failure::Usage(_) => 2,
        }
    }
}

/// A command line: shown as one would type it, run from the root of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CommandLine {
    env: Vec<(&'static str, &'static str)>,
    program: String,
    args: Vec<String>,
}

impl CommandLine {
    pub(crate) fn new<S: Into<String>>(program: &str, args: impl IntoIterator<Item = S>) -> Self {
        CommandLine {
            env: Vec::new(),
            program: program.to_owned(),
            args: args.into_iter().map(Into::into).collect(),
        }
    }

    /// `cargo` with the words of `words`, split at white space.
    pub(crate) fn cargo(words: &str) -> Self {
        CommandLine::new("cargo", words.split_whitespace())
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    pub(crate) fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn command(&self) -> Command {
        // Cargo tells us which cargo runs us; a nested call must be the same one.
        let program = match self.program.as_str() {
            "cargo" => env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
            other => other.to_owned(),
        };
        let mut command = Command::new(program);
        command.args(&self.args).envs(self.env.iter().copied()).current_dir(workspace::root());
        command
    }

    /// Runs with our own output streams.
    pub(crate) fn run(&self) -> Outcome {
        say(&format!("  $ {self}"));
        let status = self.command().status().map_err(|error| self.not_started(&error))?;
        if status.success() { Ok(()) } else { Err(Failure::Check(format!("`{self}` failed: {status}"))) }
    }

    /// Runs quietly and returns what was printed, whether or not it succeeded.
    pub(crate) fn capture(&self) -> Outcome<Output> {
        self.command().stdin(Stdio::null()).output().map_err(|error| self.not_started(&error))
    }

    /// Runs quietly and returns the standard output of a success.
    pub(crate) fn read(&self) -> Outcome<String> {
        let output = self.capture()?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let errors = String::from_utf8_lossy(&output.stderr);
            Err(Failure::Check(format!("`{self}` failed: {}\n{}", output.status, errors.trim_end())))
        }
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::Usage(format!("`{}` could not be started: {error}", self.program))
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&self.program)?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=./,:+@{}".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// Whether the program behind `cargo SUBCOMMAND` is installed.
pub(crate) fn cargo_has(subcommand: &str) -> bool {
    CommandLine::cargo(subcommand).args(["--version"]).capture().is_ok_and(|output| output.status.success())
}

/// The seconds since `start`, for people.
pub(crate) fn since(start: Instant) -> String {
    seconds(start.elapsed())
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds == 0 {
        format!("{} ms", time.as_millis())
    } else if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "xtask speaks to a person, here and nowhere else")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Prints a line to standard error.
#[expect(clippy::print_stderr, reason = "xtask speaks to a person, here and nowhere else")]
pub(crate) fn complain(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_reads_as_one_would_type_it() {
        let line = CommandLine::cargo("doc --no-deps").env("RUSTDOCFLAGS", "-D warnings").args(["a b"]);
        assert_eq!(line.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'a b'");
    }

    #[test]
    fn a_failed_command_is_named_with_its_status() {
        let failure = CommandLine::cargo("no-such-verb").read().unwrap_err();
        assert_eq!(failure.exit_code(), 1);
        assert!(failure.message().starts_with("`cargo no-such-verb` failed: "), "{failure:?}");
    }

    #[test]
    fn a_missing_program_is_a_matter_of_usage() {
        let failure = CommandLine::new("no-such-program", ["x"]).read().unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.message().contains("`no-such-program` could not be started"), "{failure:?}");
    }

    #[test]
    fn a_lacking_tool_is_noticed() {
        assert!(cargo_has("fmt"));
        assert!(!cargo_has("no-such-verb"));
    }

    #[test]
    fn times_are_for_people() {
        assert_eq!(seconds(Duration::from_millis(250)), "250 ms");
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }
}
