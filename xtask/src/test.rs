//! `cargo xtask test`: examples, doctests and tests of the whole workspace.
//!
//! The test runner comes last, so that its summary is the last thing one reads.

use std::time::Instant;

use cargo_metadata::Message;

use crate::shell::{CommandLine, Failure, Outcome, cargo_has, complain, say, since};

/// Run the examples, the doctests and the tests, with all features.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Arguments for the test runner, such as a filter; with any, only the runner is run.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let runner = runner(cargo_has("nextest")).args(args.args.clone());
    if args.args.is_empty() {
        examples()?;
        CommandLine::cargo("test --doc --workspace --all-features").run()?;
    }
    runner.run()
}

fn runner(nextest: bool) -> CommandLine {
    if nextest {
        CommandLine::cargo("nextest run --workspace --all-features")
    } else {
        // Every target but the benches and the doctests.
        CommandLine::cargo("test --workspace --all-features --lib --bins --tests --examples")
    }
}

/// An example that cargo has built.
#[derive(Debug, PartialEq)]
struct Example {
    package: String,
    name: String,
    executable: String,
}

/// Builds all examples at once, so that they share the features and the artefacts of the tests, and runs each.
/// An example asserts its numbers: to run is to pass.
fn examples() -> Outcome {
    let build = CommandLine::cargo(
        "build --quiet --workspace --all-features --examples --message-format json-render-diagnostics",
    );
    say(&format!("  $ {build}"));
    let output = build.capture()?;
    if !output.status.success() {
        complain(String::from_utf8_lossy(&output.stderr).trim_end());
        return Err(Failure::Check("the examples do not build".to_owned()));
    }
    for example in built(&output.stdout) {
        let start = Instant::now();
        let again = format!("cargo run -p {} --example {} --all-features", example.package, example.name);
        let output = CommandLine::new(&example.executable, [""; 0]).capture()?;
        if !output.status.success() {
            complain(String::from_utf8_lossy(&output.stdout).trim_end());
            complain(String::from_utf8_lossy(&output.stderr).trim_end());
            return Err(Failure::Check(format!(
                "example {} of {} failed: {}; run it alone: {again}",
                example.name, example.package, output.status
            )));
        }
        say(&format!("  example {} of {}: ok, {}", example.name, example.package, since(start)));
    }
    Ok(())
}

/// The examples named in cargo's messages.
fn built(messages: &[u8]) -> Vec<Example> {
    Message::parse_stream(messages)
        .filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) if artifact.target.is_example() => {
                // A crate's folder bears its name.
                let folder = artifact.manifest_path.parent().and_then(|folder| folder.file_name());
                Some(Example {
                    package: folder.unwrap_or_default().to_owned(),
                    name: artifact.target.name,
                    executable: artifact.executable?.into_string(),
                })
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_leaves_out_benches_and_doctests() {
        assert_eq!(runner(true).to_string(), "cargo nextest run --workspace --all-features");
        assert_eq!(
            runner(false).to_string(),
            "cargo test --workspace --all-features --lib --bins --tests --examples"
        );
    }

    #[test]
    fn examples_are_read_from_the_messages_of_cargo() {
        let artifact = |kind: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///r/crates/po-hrp#0.1.0","manifest_path":"/r/crates/po-hrp/Cargo.toml","target":{{"kind":["{kind}"],"crate_types":["bin"],"name":"hrp","src_path":"/r/hrp.rs","edition":"2024","doc":false,"doctest":false,"test":false}},"profile":{{"opt_level":"1","debuginfo":0,"debug_assertions":true,"overflow_checks":true,"test":false}},"features":[],"filenames":[],"executable":{executable},"fresh":true}}"#
            )
        };
        let messages = format!(
            "{}\n{}\n{{\"reason\":\"build-finished\",\"success\":true}}\n",
            artifact("lib", "null"),
            artifact("example", "\"/t/examples/hrp\"")
        );
        let expected = Example {
            package: "po-hrp".to_owned(),
            name: "hrp".to_owned(),
            executable: "/t/examples/hrp".to_owned(),
        };
        assert_eq!(built(messages.as_bytes()), [expected]);
    }
}
