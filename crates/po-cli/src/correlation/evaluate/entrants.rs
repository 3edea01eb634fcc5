//! Which estimators are compared.

use clap::ValueEnum;
use po_engine::correlation::evaluate::{Entrant, Schedule, Window};
use po_engine::correlation::{AdaptiveEwma, AdaptiveEwmaParams, Decay, Error, Ewma, EwmaParams};
use po_engine::nearest_name;

use crate::args::CovarianceKind;
use crate::covariance::{Estimator, Moving, ending, estimator};
use crate::error::SettingsError;

/// A fit of dynamic correlations to more assets takes minutes in all.
const MOST_OF_DCC: usize = 30;

/// Half-lives of exponential weights that are tried beside the default.
const HALF_LIVES: [f64; 2] = [30.0, 90.0];

/// An estimator that takes part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Choice {
    kind: CovarianceKind,
    /// Of exponential weights; none for the default.
    half_life: Option<f64>,
}

/// Estimators that do not take part, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LeftOut {
    pub(super) names: Vec<String>,
    pub(super) reason: String,
}

/// The estimators of `--entrants`.
pub(super) fn parse(texts: &[String]) -> Result<Vec<Choice>, SettingsError> {
    let mut choices: Vec<Choice> = Vec::with_capacity(texts.len());
    for text in texts {
        let choice = Choice::parse(text.trim())?;
        if choices.contains(&choice) {
            let reason = "stands there twice, expected each estimator once";
            return Err(SettingsError::BadEntrants { text: choice.name(), reason });
        }
        choices.push(choice);
    }
    if choices.len() < 2 {
        let reason = "leaves nothing to compare, expected at least 2 estimators";
        return Err(SettingsError::BadEntrants { text: texts.join(","), reason });
    }
    Ok(choices)
}

/// The estimators that suit so many assets, with so many observations in the first fit, and those that do not.
pub(super) fn suitable(assets: usize, first_fit: usize) -> (Vec<Choice>, Vec<LeftOut>) {
    use CovarianceKind as Kind;
    let singular = assets >= first_fit;
    let long = assets > MOST_OF_DCC;
    let of = |kind| Choice { kind, half_life: None };
    let (mut chosen, mut rough, mut slow, mut short) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let ewmas = HALF_LIVES.map(|half_life| Choice { kind: Kind::Ewma, half_life: Some(half_life) });
    for choice in [of(Kind::Sample), of(Kind::Ewma)].into_iter().chain(ewmas).chain(
        [
            Kind::AdaptiveEwma,
            Kind::LedoitWolf,
            Kind::ConstantCorrelation,
            Kind::SingleFactor,
            Kind::Oas,
            Kind::Nonlinear,
            Kind::Denoised,
            Kind::Gerber,
            Kind::Spearman,
            Kind::Dcc,
            Kind::DccNonlinear,
        ]
        .map(of),
    ) {
        match choice.kind {
            Kind::Sample | Kind::Gerber | Kind::Spearman if singular => rough.push(choice.name()),
            Kind::Dcc if long => slow.push(choice.name()),
            Kind::Ewma | Kind::AdaptiveEwma if choice.weighed() <= assets as f64 => short.push(choice.name()),
            _ => chosen.push(choice),
        }
    }
    let reasons = [
        (rough, format!("singular for {assets} assets and {first_fit} observations in the first fit")),
        (short, format!("weighed so, the past is worth fewer observations than the {assets} assets")),
        (slow, format!("takes long for more than {MOST_OF_DCC} assets")),
    ];
    let left_out = reasons.into_iter().filter(|(names, _)| !names.is_empty());
    (chosen, left_out.map(|(names, reason)| LeftOut { names, reason }).collect())
}

impl Choice {
    fn parse(text: &str) -> Result<Self, SettingsError> {
        let bad = |reason| SettingsError::BadEntrants { text: text.to_owned(), reason };
        let (name, half_life) = text.split_once('=').map_or((text, None), |(name, of)| (name, Some(of)));
        let kind = CovarianceKind::from_str(name, false).map_err(|_| {
            let known: Vec<String> =
                CovarianceKind::value_variants().iter().map(|kind| kind.name()).collect();
            let nearest = nearest_name(name, known.iter().map(String::as_str)).map(str::to_owned);
            SettingsError::UnknownEntrant { name: name.to_owned(), nearest, known: known.join(", ") }
        })?;
        let Some(half_life) = half_life else { return Ok(Self { kind, half_life: None }) };
        if kind != CovarianceKind::Ewma {
            return Err(bad("has a number, expected one for ewma only: its half-life, such as ewma=30"));
        }
        let half_life: Option<f64> =
            half_life.parse().ok().filter(|half_life| (0.01..=1e9).contains(half_life));
        let half_life =
            half_life.ok_or_else(|| bad("has no half-life, expected from 0.01 to 1e9, such as ewma=30"))?;
        Ok(Self { kind, half_life: Some(half_life) })
    }

    /// As it is chosen on the command line.
    pub(super) fn name(self) -> String {
        let name = self.kind.name();
        self.half_life.map_or(name.clone(), |half_life| format!("{name}={half_life}"))
    }

    /// How many observations with equal weights tell as much as the exponential ones.
    ///
    /// ```text
    /// (Σ_t λ^t)² / Σ_t λ^2t = (1 + λ) / (1 - λ)
    /// ```
    fn weighed(self) -> f64 {
        let decay = match self.kind {
            // Of the decays that are mixed, the middle one stands for all.
            CovarianceKind::AdaptiveEwma => {
                let candidates = AdaptiveEwmaParams::default().candidates;
                candidates.get(candidates.len() / 2).copied()
            }
            _ => self.half_life.map(Decay::HalfLife),
        };
        let factor = decay.unwrap_or(EwmaParams::default().volatility).factor();
        (1.0 + factor) / (1.0 - factor)
    }

    /// Whether its fits take far longer than those of others.
    pub(super) fn takes_long(self) -> bool {
        use CovarianceKind::{Dcc, DccNonlinear, Kendall, MinimumDeterminant};
        matches!(self.kind, Dcc | DccNonlinear | Kendall | MinimumDeterminant)
    }

    /// The flags of other commands that choose it.
    pub(super) fn flags(self) -> String {
        let half_life = self.half_life.map_or(String::new(), |half_life| format!(" --half-life {half_life}"));
        format!("--covariance {}{half_life}", self.kind.name())
    }

    /// The estimator, about to start.
    pub(super) fn entrant(self, schedule: Schedule, assets: usize) -> Result<Entrant<'static>, Error> {
        let name = self.name();
        match estimator(self.kind, self.half_life)? {
            Estimator::Whole(whole) => Entrant::refitted(name, whole, schedule),
            Estimator::Moving(Moving::Ewma(volatility)) => {
                let params = EwmaParams { volatility, ..EwmaParams::default() };
                Ok(Entrant::streaming(name, Ewma::new(params, assets)?))
            }
            Estimator::Moving(Moving::Adaptive) => {
                Ok(Entrant::streaming(name, AdaptiveEwma::new(AdaptiveEwmaParams::default(), assets)?))
            }
            Estimator::Moving(Moving::Dcc(dcc)) => Entrant::filtered(name, schedule, move |returns| {
                let fit = dcc.fit(returns)?;
                fit.filter(returns).map(|filter| (filter, ending(&fit)))
            }),
        }
    }
}

/// The schedule of `--every` and `--window`.
pub(super) fn schedule(every: Option<usize>, window: Option<usize>) -> Schedule {
    let default = Schedule::default();
    Schedule {
        window: window.map_or(Window::Expanding, Window::Rolling),
        every: every.unwrap_or(default.every),
    }
}
