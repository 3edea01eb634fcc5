//! The overlay: the smallest change of weights after which their losses keep a cap.

use jiff::civil::DateTime;
use po_engine::convex::{Constraints, Net};
use po_engine::tail::{
    Coverage, Day, Episode, OverlayDecision, OverlayInput, Scenarios, Stress, StressMode, TailOverlay,
    TailOverlayParams,
};
use po_engine::{Allocator, Confidence, InputError, Weights};

use crate::args::{AllocateArgs, LimitArgs};
use crate::error::{Error, SettingsError};
use crate::problem::Problem;
use crate::share::confidence;

/// The greatest return of a stress.
const MOST: f64 = 1.0;

/// What an overlay made of weights.
#[derive(Clone, Debug)]
pub(crate) struct Overlaid {
    pub(crate) cap: f64,
    pub(crate) confidence: Confidence,
    /// The weights before.
    pub(crate) before: Weights,
    pub(crate) decision: OverlayDecision,
    pub(crate) scenarios: usize,
    /// What the scenarios are, in words.
    pub(crate) subject: String,
}

impl Overlaid {
    /// How much less is invested than before.
    pub(crate) fn cash_raised(&self) -> f64 {
        self.before.net() - self.decision.solution.weights.net()
    }
}

/// Refuses what lacks another flag, or cannot be kept.
pub(crate) fn check(args: &AllocateArgs) -> Result<(), SettingsError> {
    let given = &args.overlay;
    if given.overlay.is_none() {
        return match given.stress {
            Some(_) => Err(SettingsError::Needs {
                what: "--stress",
                flag: "--overlay, such as --overlay 'tail:cvar<=10%'",
            }),
            None => Ok(()),
        };
    }
    let limits = &args.limits;
    let bounded = [("--bounds", limits.bounds.is_some()), ("--group-bounds", limits.group_bounds.is_some())];
    match bounded.iter().find(|(_, is_given)| *is_given && args.sides.short.is_some()) {
        Some(&(flag, _)) => {
            let reason = "with --short they are about the sizes of positions, which it does not know";
            Err(SettingsError::NotWithOverlay { flag, reason })
        }
        None => Ok(()),
    }
}

/// Brings the weights under the cap, if there is one; warnings go to the observations.
pub(crate) fn overlay(
    args: &AllocateArgs,
    problem: &mut Problem,
    weights: &Weights,
) -> Result<Option<Overlaid>, Error> {
    let Some(cap) = args.overlay.overlay.map(|cap| cap.0) else { return Ok(None) };
    let (scenarios, subject) = scenarios(args.overlay.stress.as_deref().unwrap_or_default(), problem)?;
    let constraints = constraints(&args.limits, problem, weights)?;
    let universe = problem.universe();
    let confidence = confidence(args).map_err(Error::input(universe))?;
    let params = TailOverlayParams { cap, confidence, constraints, ..TailOverlayParams::default() };
    let input = OverlayInput::new(weights, &scenarios);
    let decision = TailOverlay::new(params).and_then(|overlay| overlay.allocate(input));
    let decision = decision.map_err(Error::tail(universe))?;
    let (before, scenarios) = (weights.clone(), scenarios.len());
    Ok(Some(Overlaid { cap, confidence, before, decision, scenarios, subject }))
}

/// The constraints that are stated, beneath which cash may be raised unless the sum of the weights is limited.
fn constraints(
    limits: &LimitArgs,
    problem: &Problem,
    weights: &Weights,
) -> Result<Option<Constraints>, Error> {
    let stated = [&limits.bounds, &limits.group_bounds, &limits.constraint].into_iter().any(Option::is_some);
    if !stated && limits.constraints.is_none() {
        return Ok(None);
    }
    let mut constraints = problem.constraints(limits)?;
    if constraints.turnover.is_some() {
        let (flag, reason) =
            ("a limit on turnover", "it is about trades from --current, and the overlay trades after them");
        return Err(SettingsError::NotWithOverlay { flag, reason }.into());
    }
    if constraints.budget == Net::default() && !limits_net(limits) {
        constraints.budget = Net { lower: 0.0, upper: 1.0 };
    }
    let short =
        constraints.bounds.as_ref().is_some_and(|bounds| bounds.lower().iter().any(|lower| *lower < 0.0));
    if short && constraints.gross.is_none() {
        constraints.gross = Some(weights.gross().max(1.0));
    }
    Ok(Some(constraints))
}

/// Whether a constraint in words is about the sum of the weights, even one that says nothing new.
fn limits_net(limits: &LimitArgs) -> bool {
    let texts = limits.constraint.as_deref().unwrap_or_default();
    texts.iter().any(|text| text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "net"))
}

/// The scenarios, and what they are in words.
fn scenarios(texts: &[String], problem: &mut Problem) -> Result<(Scenarios, String), Error> {
    let (episodes, words): (Vec<_>, Vec<_>) =
        texts.iter().map(|text| (text, Episode::named(text))).partition(|(_, episode)| episode.is_ok());
    let words: Vec<(&String, Option<String>)> = words
        .into_iter()
        .map(|(text, episode)| match episode {
            Err(InputError::UnknownName { nearest, .. }) => (text, nearest),
            _ => (text, None),
        })
        .collect();
    let mut episodes = episodes.into_iter().filter_map(|(_, episode)| episode.ok());
    let episode = episodes.next();
    if episodes.next().is_some() {
        let flag = "one episode at a time";
        return Err(SettingsError::Needs { what: "--stress", flag }.into());
    }
    let returns = &problem.observations.returns;
    let (mut scenarios, mut subject) = match &episode {
        None => (Scenarios::equal(returns.clone()), "the observations".to_owned()),
        Some(episode) => {
            let universe = problem.universe();
            let days: Result<Vec<Day>, InputError> = problem.observations.dates.iter().map(day).collect();
            let days = days.map_err(Error::input(universe))?;
            let (scenarios, coverage) = episode.scenarios(returns, &days).map_err(Error::tail(universe))?;
            if let Coverage::Partly { first, last } = coverage {
                problem.observations.warnings.push(format!(
                    "of {:?} ({} to {}) the data have {first} to {last} only",
                    episode.name(),
                    episode.from(),
                    episode.to()
                ));
            }
            (scenarios, format!("the days of {:?}", episode.name()))
        }
    };
    if !words.is_empty() {
        let universe = problem.universe();
        for (text, nearest) in &words {
            let bad = |nearest: Option<String>, reason: String| SettingsError::BadStress {
                text: (*text).clone(),
                nearest,
                reason,
            };
            let stress = Stress::parse([text], universe);
            let stress = stress.map_err(|error| bad(nearest.clone(), error.named(universe)))?;
            // Who writes 10 for a return means ten per cent.
            if let Some(gain) = stress.shocks().iter().flatten().find(|shock| **shock > MOST) {
                let reason =
                    format!("it would be a gain of {} %, expected one of at most 100 %", 100.0 * gain);
                return Err(bad(None, reason).into());
            }
        }
        let stress = Stress::parse(words.iter().map(|(text, _)| text), universe);
        let stressed = stress.and_then(|stress| stress.apply(&scenarios, StressMode::Shift));
        scenarios = stressed.map_err(Error::tail(universe))?;
        let told: Vec<String> = words.iter().map(|(text, _)| format!("{text:?}")).collect();
        subject += &format!(", each with {}", told.join(" and "));
    }
    Ok((scenarios, subject))
}

fn day(date: &DateTime) -> Result<Day, InputError> {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    Day::new(u16::try_from(date.year()).unwrap_or_default(), part(date.month()), part(date.day()))
}
