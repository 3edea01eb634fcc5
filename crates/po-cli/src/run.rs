//! The whole program, from arguments to exit status.

use std::ffi::OsString;
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{CommandFactory, Parser};
use tracing::Dispatch;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::allocate::allocate;
use crate::args::{
    AllocateArgs, Cli, Command, CorrelationArgs, FrontierArgs, Output, TailArgs, TailBacktestArgs, TailBelow,
};
use crate::config::merged;
use crate::correlation::correlate;
use crate::demo::demo;
use crate::error::Error;
use crate::frontier::trace;
use crate::live::live;
use crate::report::{Form, refusal};
use crate::tail::{backtest, tail};

/// Exit status where the input or a flag is at fault.
const FAULT: u8 = 2;
/// Exit status where no portfolio answers the request.
const INFEASIBLE: u8 = 3;
/// Exit status where a result cannot be written.
const UNWRITTEN: u8 = 1;

/// Runs `po` with its arguments, the first of which is the name of the program.
///
/// Results go to `output`; errors and warnings go to `errors`. Both may carry colours, which `anstream` takes out
/// where they are not wanted.
pub fn run<I, T>(
    arguments: I,
    input: Box<dyn Read>,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, output, errors),
    };
    match traced(cli.verbose, || dispatch(cli.command, cli.verbose, input, output, errors)) {
        Ok(()) | Err(Error::Write { closed: true, .. }) => ExitCode::SUCCESS,
        Err(error) => {
            let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
            // Where even standard error is gone, the status still tells.
            let _ = writeln!(errors, "{red}error:{red:#} {error}");
            ExitCode::from(match error {
                Error::Write { .. } => UNWRITTEN,
                error if error.is_infeasible() => INFEASIBLE,
                _ => FAULT,
            })
        }
    }
}

fn dispatch(
    command: Command,
    verbose: u8,
    input: Box<dyn Read>,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<(), Error> {
    let text = match command {
        Command::Allocate(args) => {
            let args: AllocateArgs = merged(*args)?;
            let form = Form {
                output: args.report.output.unwrap_or_default(),
                sort: args.report.sort.unwrap_or_default(),
                explain: args.report.explain.unwrap_or(false),
            };
            let report = answered(allocate(&args, input), form.output, output)?;
            // JSON carries its warnings itself.
            if form.output != Output::Json || verbose > 0 {
                warn(&report.warnings, errors);
            }
            if let Some(path) = &args.report.plot {
                report.draw(path, form.sort)?;
            }
            report.written(form)?
        }
        Command::Frontier(args) => {
            let args: FrontierArgs = merged(*args)?;
            let form = args.report.output.unwrap_or_default();
            let frontier = answered(trace(&args, input), form, output)?;
            if form != Output::Json || verbose > 0 {
                warn(&frontier.warnings, errors);
            }
            if let Some(path) = &args.report.plot {
                frontier.draw(path)?;
            }
            frontier.written(form)?
        }
        Command::Correlation(args) => {
            let args: CorrelationArgs = merged(*args)?;
            let form = args.report.output.unwrap_or_default();
            let mut noted = Vec::new();
            let correlations = correlate(&args, input, &mut noted).inspect_err(|_| {
                // What was left out is often why there is no answer.
                warn(&noted, errors);
            })?;
            if form != Output::Json || verbose > 0 {
                warn(correlations.warnings(), errors);
            }
            if let Some(path) = &args.report.plot {
                correlations.draw(path)?;
            }
            correlations.written(form)?
        }
        Command::Tail(command) => {
            let mut noted = Vec::new();
            let (told, report) = match command.below {
                None => {
                    let args: TailArgs = merged(command.args)?;
                    (tail(&args, input, &mut noted), args.report)
                }
                Some(TailBelow::Backtest(args)) => {
                    let args: TailBacktestArgs = merged(*args)?;
                    (backtest(&args, input, &mut noted), args.report)
                }
            };
            let told = told.inspect_err(|_| warn(&noted, errors))?;
            let form = report.output.unwrap_or_default();
            if form != Output::Json || verbose > 0 {
                warn(told.warnings(), errors);
            }
            if let Some(path) = &report.plot {
                told.draw(path)?;
            }
            told.written(form)?
        }
        Command::Run(args) => return live(&args, input, output, errors),
        Command::Demo(args) => demo(&args)?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "po", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
        Command::Man => manual()?,
    };
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Error::write("standard output"))
}

/// An answer; that there is none is told to programs in their own form.
fn answered<T>(answer: Result<T, Error>, form: Output, output: &mut dyn Write) -> Result<T, Error> {
    if let Err(error) = &answer
        && form == Output::Json
        && error.is_infeasible()
    {
        let text = refusal(error)?;
        let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        written.map_err(Error::write("standard output"))?;
    }
    answer
}

pub(crate) fn warn(warnings: &[String], errors: &mut dyn Write) {
    let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    for warning in warnings {
        // A warning that nobody can read is no reason to stop.
        let _ = writeln!(errors, "{yellow}warning:{yellow:#} {warning}");
    }
}

/// Help and versions are results; all else that clap says is an error.
fn usage<'a>(error: &clap::Error, output: &'a mut dyn Write, errors: &'a mut dyn Write) -> ExitCode {
    let text = error.render().ansi().to_string();
    let to = if error.use_stderr() { errors } else { output };
    // A reader who has gone needs no message.
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAULT))
}

/// The manual page, with those of the commands below it.
fn manual() -> Result<String, Error> {
    let failed = Error::write("the manual page");
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(&failed)?;
    let tails = command.find_subcommand("tail").and_then(|tail| tail.find_subcommand("backtest"));
    let names = ["allocate", "frontier", "correlation", "tail", "run", "demo"];
    for below in names.into_iter().filter_map(|name| command.find_subcommand(name)).chain(tails) {
        let man = clap_mangen::Man::new(below.clone());
        man.render_description_section(&mut page).map_err(&failed)?;
        man.render_options_section(&mut page).map_err(&failed)?;
        man.render_extra_section(&mut page).map_err(&failed)?;
    }
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Runs with what is done told on standard error, as far as `-v` asks for it.
fn traced<T>(verbose: u8, run: impl FnOnce() -> T) -> T {
    let level = match verbose {
        0 => return run(),
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let coloured = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
        && std::io::stderr().is_terminal();
    let told = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(coloured)
        .with_target(false);
    let subscriber = if verbose < 3 {
        Dispatch::new(told.without_time().finish())
    } else {
        // How long each stage took is told where it ends.
        Dispatch::new(told.with_timer(()).with_span_events(FmtSpan::CLOSE).finish())
    };
    tracing::dispatcher::with_default(&subscriber, run)
}
