//! The threshold that was chosen, and why.

use std::fmt;

use super::params::ThresholdParams;
use super::rule::Threshold;

/// How a threshold came to be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum ThresholdVerdict {
    /// It was asked for, and nothing was tested.
    #[default]
    Given,
    /// It is the lowest candidate that the stop rule does not reject.
    NotRejected,
    /// Every candidate was rejected: it is the highest of them, and the generalised Pareto distribution does
    /// not describe the excesses.
    AllRejected,
}

/// One candidate of an automatic choice.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ThresholdStep {
    /// The quantile of the losses that was asked for.
    pub quantile: f64,
    /// The threshold.
    pub threshold: f64,
    /// How many losses exceed it.
    pub exceedances: usize,
    /// The shape `ξ` that was fitted to the excesses.
    pub shape: f64,
    /// The scale that was fitted to the excesses.
    pub scale: f64,
    /// How far the excesses lie from the fit.
    pub statistic: f64,
    /// How probable so great a distance is when the fit is right.
    pub p_value: f64,
    /// What the stop rule compares with the significance.
    pub adjusted: f64,
    /// Whether the stop rule rejects the candidate.
    pub rejected: bool,
}

/// The threshold that was chosen from a sample of losses, with the account of the choice.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ThresholdChoice {
    /// The threshold: the tail is what lies above it, strictly.
    pub threshold: f64,
    /// How many losses exceed it.
    pub exceedances: usize,
    /// How many losses there are.
    pub observations: usize,
    /// The candidates that were tested, from the lowest threshold up; none for the simple rules.
    pub steps: Vec<ThresholdStep>,
    /// The rule that chose.
    pub rule: Threshold,
    /// How the threshold came to be chosen.
    pub verdict: ThresholdVerdict,
}

impl ThresholdChoice {
    /// The share of the losses that exceeds the threshold.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.exceedances as f64 / (self.observations as f64).max(1.0)
    }

    /// Why this threshold, in words and numbers; the same as its `Display`.
    #[must_use]
    pub fn explain(&self) -> String {
        self.to_string()
    }

    fn write_steps(&self, f: &mut fmt::Formatter<'_>, params: &ThresholdParams) -> fmt::Result {
        let ThresholdParams { significance, statistic, stop, .. } = params;
        let rejected = self.steps.iter().filter(|step| step.rejected).count();
        let tried = self.steps.len();
        write!(
            f,
            "; {tried} thresholds were tested by {statistic}, of which {stop} at {significance} rejects {rejected}"
        )?;
        match self.verdict {
            ThresholdVerdict::NotRejected => {
                // The stop rule weighs all tests together; a single low p-value above the choice stays visible.
                let kept = self.steps.iter().filter(|step| !step.rejected);
                let least = kept.map(|step| step.p_value).fold(1.0, f64::min);
                write!(f, ": the lowest of the others was taken, whose least p-value is {least:.4}")?;
            }
            ThresholdVerdict::AllRejected => f.write_str(
                ": all of them, so the highest was taken, and a generalised Pareto distribution does not fit there either",
            )?,
            ThresholdVerdict::Given => {}
        }
        for step in &self.steps {
            let ThresholdStep { quantile, threshold, exceedances, shape, .. } = step;
            let ThresholdStep { statistic, p_value, adjusted, .. } = step;
            let outcome = if step.rejected { "rejected" } else { "not rejected" };
            write!(
                f,
                "\n  quantile {quantile:.3}, threshold {threshold:.6}, {exceedances} exceedances, shape {shape:.3}: statistic {statistic:.3}, p-value {p_value:.4}, adjusted {adjusted:.4}, {outcome}"
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for ThresholdChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threshold, exceedances, observations, .. } = self;
        let share = 100.0 * self.share();
        write!(
            f,
            "threshold {threshold:.6}: {exceedances} of {observations} losses exceed it ({share:.1} %)"
        )?;
        match &self.rule {
            Threshold::Value(_) => f.write_str("; the value was asked for"),
            Threshold::Quantile(quantile) => write!(f, "; it is the {quantile} quantile, as asked for"),
            Threshold::Exceedances(count) => write!(f, "; {count} exceedances were asked for"),
            Threshold::Automatic(params) => self.write_steps(f, params),
        }
    }
}
