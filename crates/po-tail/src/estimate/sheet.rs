//! All measures of tail risk of a series at once.

use po_core::{Compounding, Confidence, Quantile, Risk, RiskError, RiskMeasure};

use super::entropic::entropic;
use super::weighted::{check_probabilities, check_series};
use super::{TailModel, TailRisk, TailScratch};
use crate::{Error, GpdMethod, Threshold};

/// What a model says of a series, or why it says nothing.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Error, TailModel, TailSheet};
///
/// let models = [TailModel::Historical, TailModel::StudentT];
/// let sheet = TailSheet::of_models(&[0.01, -0.02], Confidence::new(0.9)?, &models)?;
/// assert_eq!(sheet.models[0].risk.as_ref().map(|risk| risk.var), Ok(0.02));
/// let too_few = Error::TooFew { what: "the series of returns", needed: 5, actual: 2 };
/// assert_eq!(sheet.models[1].risk, Err(too_few));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ModelRow {
    /// The model.
    pub model: TailModel,
    /// Its estimate.
    pub risk: Result<TailRisk, Error>,
}

/// What a measure says of a series, or why it says nothing.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Risk};
/// use po_tail::{MeasureRow, TailSheet};
///
/// let sheet = TailSheet::of_models(&[0.01, -0.02], Confidence::new(0.9)?, &[])?;
/// let worst = MeasureRow { measure: Risk::WorstRealisation, risk: Ok(0.02) };
/// assert!(sheet.measures.contains(&worst));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureRow {
    /// The measure.
    pub measure: Risk,
    /// The risk.
    pub risk: Result<f64, RiskError>,
}

/// The tail risk of one series, by every model and every measure.
///
/// A model that refuses the series leaves its reason in its row, and the others are there all the same.
///
/// # Shapes and units
/// T simple returns, the oldest first; losses positive, per period; drawdowns of returns that add up.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Risk};
/// use po_tail::{TailModel, TailSheet};
///
/// let returns = [0.02, -0.04, 0.01, -0.01, 0.03, 0.01, -0.02, 0.02];
/// let sheet = TailSheet::of(&returns, Confidence::new(0.75)?)?;
/// assert_eq!(sheet.models[0].model, TailModel::Historical);
/// assert!((sheet.models[0].risk.as_ref().unwrap().cvar - 0.03).abs() < 1e-16);
/// let worst = sheet.measures.iter().find(|row| row.measure == Risk::WorstRealisation).unwrap();
/// assert_eq!(worst.risk, Ok(0.04));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TailSheet {
    /// β.
    pub confidence: Confidence,
    /// T.
    pub observations: usize,
    /// A row for each model.
    pub models: Vec<ModelRow>,
    /// A row for each measure of the series itself.
    pub measures: Vec<MeasureRow>,
}

impl TailSheet {
    /// The sheet of a series, by all models that need no setting, and peaks over the default threshold.
    ///
    /// # Errors
    /// [`InputError::Empty`](po_core::InputError::Empty) for no return;
    /// [`RiskError::NotFinite`] for one that is none.
    pub fn of(returns: &[f64], confidence: Confidence) -> Result<Self, Error> {
        let evt = TailModel::Evt { threshold: Threshold::default(), method: GpdMethod::default() };
        let models = [
            TailModel::Historical,
            TailModel::Normal,
            TailModel::StudentT,
            TailModel::CornishFisher,
            TailModel::CornishFisherMatched,
            evt,
        ];
        Self::of_models(returns, confidence, &models)
    }

    /// The sheet of a series, by some models.
    ///
    /// # Errors
    /// As [`TailSheet::of`].
    pub fn of_models(returns: &[f64], confidence: Confidence, models: &[TailModel]) -> Result<Self, Error> {
        check_series(returns)?;
        let mut scratch = TailScratch::default();
        let row = |model: &TailModel| {
            let risk = model.estimate_into(returns, confidence, &mut scratch);
            ModelRow { model: *model, risk }
        };
        let models = models.iter().map(row).collect();
        let row = |measure: Risk| {
            let risk = measure.risk_into(returns, &mut scratch.risk);
            MeasureRow { measure, risk }
        };
        let measures = measures(confidence).map(row).into();
        Ok(Self { confidence, observations: returns.len(), models, measures })
    }
}

fn measures(confidence: Confidence) -> [Risk; 16] {
    let compounding = Compounding::Uncompounded;
    let threshold = 0.0;
    [
        Risk::Var { confidence, quantile: Quantile::Lower },
        Risk::Cvar { confidence },
        Risk::Evar { confidence },
        Risk::TailGini { confidence },
        Risk::WorstRealisation,
        Risk::StandardDeviation,
        Risk::SemiDeviation,
        Risk::Mad,
        Risk::FirstLowerPartialMoment { threshold },
        Risk::DownsideDeviation { threshold },
        Risk::MaximumDrawdown { compounding },
        Risk::AverageDrawdown { compounding },
        Risk::UlcerIndex { compounding },
        Risk::DrawdownAtRisk { confidence, quantile: Quantile::Lower, compounding },
        Risk::Cdar { confidence, compounding },
        Risk::Edar { confidence, compounding },
    ]
}

/// The tail risk of scenarios that have probabilities.
///
/// # Shapes and units
/// T returns and T probabilities, zero or more, that add up to one but for 1e-9; losses positive.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::ScenarioSheet;
///
/// let (returns, probabilities) = ([0.02, -0.10, 0.01, -0.05], [0.45, 0.02, 0.45, 0.08]);
/// let sheet = ScenarioSheet::of(&returns, &probabilities, Confidence::new(0.95)?)?;
/// assert!((sheet.cvar - 0.07).abs() < 1e-15);
/// assert_eq!(sheet.worst, 0.10);
/// assert!(sheet.cvar < sheet.evar && sheet.evar < sheet.worst);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ScenarioSheet {
    /// Value at risk.
    pub var: f64,
    /// Conditional value at risk.
    pub cvar: f64,
    /// Entropic value at risk (Ahmadi-Javid 2012, definition 3.1).
    pub evar: f64,
    /// The greatest loss of a scenario that can happen.
    pub worst: f64,
}

impl ScenarioSheet {
    /// The sheet of some scenarios.
    ///
    /// # Errors
    /// As [`TailModel::estimate_weighted`].
    pub fn of(returns: &[f64], probabilities: &[f64], confidence: Confidence) -> Result<Self, Error> {
        check_series(returns)?;
        check_probabilities(returns, probabilities)?;
        let TailRisk { var, cvar } =
            TailModel::Historical.estimate_weighted(returns, probabilities, confidence)?;
        let possible = returns.iter().zip(probabilities).filter(|(_, p)| **p > 0.0);
        let worst = possible.fold(f64::NEG_INFINITY, |worst, (value, _)| worst.max(0.0 - value));
        Ok(Self { var, cvar, evar: entropic(returns, probabilities, confidence), worst })
    }
}
