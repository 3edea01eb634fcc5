//! How the state of an estimator is written to a file and read back, bit for bit.

use po_core::{InputError, StreamingEstimator};

use super::{
    AdaptiveEwma, AdaptiveEwmaParams, BreakdownAlarm, BreakdownAlarmParams, Ewma, EwmaParams, FactorEwma,
    FactorEwmaParams,
};
use crate::Error;

/// Numbers as the integers that have their bits: not every text format reads a decimal number back as it was.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Bits(Vec<i64>);

impl Bits {
    pub(super) fn of<'a>(numbers: impl Iterator<Item = &'a mut f64>) -> Self {
        Self(numbers.map(|number| number.to_bits().cast_signed()).collect())
    }

    /// Refuses a file that claims more assets than it has numbers for, before room is made for them.
    fn check_room(&self, assets: usize) -> Result<(), InputError> {
        let (expected, actual) = (assets.saturating_mul(assets) / 2, self.0.len());
        if actual >= expected {
            return Ok(());
        }
        Err(InputError::LengthMismatch { what: "the state of the estimator", expected, actual })
    }

    /// Writes the numbers, which must be finite and as many as are asked for.
    pub(super) fn restore<'a>(self, numbers: impl Iterator<Item = &'a mut f64>) -> Result<(), InputError> {
        let actual = self.0.len();
        let mut bits = self.0.into_iter();
        let mut expected = 0;
        for number in numbers {
            expected += 1;
            if let Some(bits) = bits.next() {
                *number = f64::from_bits(bits.cast_unsigned());
                if !number.is_finite() {
                    let (name, expected) = ("a number of the state", "a finite number");
                    return Err(InputError::OutOfRange { name, value: *number, expected });
                }
            }
        }
        if actual == expected {
            return Ok(());
        }
        Err(InputError::LengthMismatch { what: "the state of the estimator", expected, actual })
    }
}

/// Refuses a state in which a weight or a variance is negative.
pub(super) fn check_least(value: f64) -> Result<(), InputError> {
    let (name, expected) = ("the least weight or variance of the state", "zero or more");
    if value >= 0.0 { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Ewma", deny_unknown_fields)]
pub(super) struct EwmaState {
    params: EwmaParams,
    assets: usize,
    bars: u64,
    state: Bits,
}

impl From<Ewma> for EwmaState {
    fn from(mut ewma: Ewma) -> Self {
        Self {
            params: ewma.params().clone(),
            assets: ewma.assets(),
            bars: ewma.bars(),
            state: Bits::of(ewma.numbers()),
        }
    }
}

impl TryFrom<EwmaState> for Ewma {
    type Error = Error;

    fn try_from(state: EwmaState) -> Result<Self, Error> {
        state.state.check_room(state.assets)?;
        let mut ewma = Self::new(state.params, state.assets)?;
        ewma.set_bars(state.bars);
        state.state.restore(ewma.numbers())?;
        check_least(ewma.least())?;
        Ok(ewma)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "AdaptiveEwma", deny_unknown_fields)]
pub(super) struct AdaptiveState {
    params: AdaptiveEwmaParams,
    assets: usize,
    bars: u64,
    state: Bits,
}

impl From<AdaptiveEwma> for AdaptiveState {
    fn from(mut adaptive: AdaptiveEwma) -> Self {
        let (params, bars) = (adaptive.params().clone(), adaptive.ewma().bars());
        Self { params, assets: adaptive.assets(), bars, state: Bits::of(adaptive.numbers()) }
    }
}

impl TryFrom<AdaptiveState> for AdaptiveEwma {
    type Error = Error;

    fn try_from(state: AdaptiveState) -> Result<Self, Error> {
        state.state.check_room(state.assets)?;
        let mut adaptive = Self::new(state.params, state.assets)?;
        state.state.restore(adaptive.numbers())?;
        check_least(adaptive.restore(state.bars))?;
        Ok(adaptive)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "FactorEwma", deny_unknown_fields)]
pub(super) struct FactorState {
    params: FactorEwmaParams,
    factors: usize,
    bars: u64,
    exposures: Vec<f64>,
    state: Bits,
}

impl From<FactorEwma> for FactorState {
    fn from(mut factor: FactorEwma) -> Self {
        let (params, factors, bars) = (factor.params().clone(), factor.factors(), factor.bars());
        let exposures = factor.exposures().to_vec();
        Self { params, factors, bars, exposures, state: Bits::of(factor.numbers()) }
    }
}

impl TryFrom<FactorState> for FactorEwma {
    type Error = Error;

    fn try_from(state: FactorState) -> Result<Self, Error> {
        // The exposures that were written as numbers are checked; the state has them to the bit.
        let mut factor = Self::new(state.params, state.factors, &state.exposures)?;
        state.state.restore(factor.numbers())?;
        check_least(factor.restore(state.bars))?;
        Ok(factor)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "BreakdownAlarm", deny_unknown_fields)]
pub(super) struct AlarmState {
    params: BreakdownAlarmParams,
    bars: u64,
    state: Bits,
}

impl From<BreakdownAlarm> for AlarmState {
    fn from(mut alarm: BreakdownAlarm) -> Self {
        Self { params: alarm.params().clone(), bars: alarm.bars(), state: Bits::of(alarm.numbers()) }
    }
}

impl TryFrom<AlarmState> for BreakdownAlarm {
    type Error = Error;

    fn try_from(state: AlarmState) -> Result<Self, Error> {
        let mut alarm = Self::new(state.params)?;
        state.state.restore(alarm.numbers())?;
        check_least(alarm.restore(state.bars))?;
        Ok(alarm)
    }
}
