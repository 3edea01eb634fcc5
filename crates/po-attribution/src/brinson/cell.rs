//! One segment while it is measured: contributions, from which everything follows without division.

use po_core::InputError;

use super::{BrinsonHoldings, BrinsonModel, Interaction, OffBenchmark, Segment, SegmentEffects};
use crate::Error;

/// A net weight at or below this share of the gross weight is what rounding leaves of zero.
const NETTED: f64 = 1e-12;

/// One side of a segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leg {
    pub(crate) weight: f64,
    pub(crate) contribution: f64,
    /// The sum of absolute weights, which tells a weight of zero from what rounding leaves of it.
    gross: f64,
    pub(crate) rate: Option<f64>,
}

impl Leg {
    fn given(
        weight: f64,
        rate: Option<f64>,
        side: &'static str,
        names: [&'static str; 2],
        segment: usize,
    ) -> Result<Self, Error> {
        if !weight.is_finite() {
            return Err(Error::SegmentNotFinite { what: names[0], segment, value: weight });
        }
        let contribution = match rate {
            Some(value) if !value.is_finite() => {
                return Err(Error::SegmentNotFinite { what: names[1], segment, value });
            }
            Some(rate) => weight * rate,
            None if weight == 0.0 => 0.0,
            None => return Err(Error::MissingReturn { side, segment, weight }),
        };
        Ok(Self { weight, contribution, gross: weight.abs(), rate })
    }

    fn add(&mut self, weight: f64, contribution: f64, gross: f64) {
        self.weight += weight;
        self.contribution += contribution;
        self.gross += gross;
    }

    /// The return, where there is one.
    fn settle(&mut self) {
        let held = self.weight.abs() > NETTED * self.gross;
        self.rate = held.then(|| self.contribution / self.weight);
    }

    /// Whether weights cancel and contributions do not.
    fn netted(&self) -> bool {
        self.rate.is_none() && self.contribution != 0.0
    }
}

/// Both sides of a segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) portfolio: Leg,
    pub(crate) benchmark: Leg,
}

/// What a segment is measured against, and what its parts are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// The return of the reference in the segment above.
    pub(crate) hurdle: f64,
    /// What is taken off the returns of segments in the formula of allocation.
    pub(crate) base: f64,
    /// By how much a weight of the reference is multiplied to be neutral, given the decisions above.
    pub(crate) scale: f64,
}

/// What a segment earned, before interaction finds its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) allocation: f64,
    /// With interaction: what the segment's contribution leaves after its share of the reference.
    pub(crate) selection: f64,
    pub(crate) interaction: f64,
    /// For the parts of the segment.
    pub(crate) inner: Frame,
}

impl Cell {
    pub(crate) fn given(segment: &Segment, number: usize) -> Result<Self, Error> {
        let Segment { portfolio_weight, portfolio_return, benchmark_weight, benchmark_return } = *segment;
        let names = ["the portfolio weight", "the portfolio return"];
        let portfolio = Leg::given(portfolio_weight, portfolio_return, "portfolio", names, number)?;
        let names = ["the benchmark weight", "the benchmark return"];
        let benchmark = Leg::given(benchmark_weight, benchmark_return, "benchmark", names, number)?;
        Ok(Self { portfolio, benchmark })
    }

    pub(crate) fn segment(&self) -> Segment {
        Segment {
            portfolio_weight: self.portfolio.weight,
            portfolio_return: self.portfolio.rate,
            benchmark_weight: self.benchmark.weight,
            benchmark_return: self.benchmark.rate,
        }
    }

    pub(crate) fn add(&mut self, part: &Self) {
        self.portfolio.add(part.portfolio.weight, part.portfolio.contribution, part.portfolio.gross);
        self.benchmark.add(part.benchmark.weight, part.benchmark.contribution, part.benchmark.gross);
    }

    pub(crate) fn settle(&mut self) {
        self.portfolio.settle();
        self.benchmark.settle();
    }

    /// A segment of a single asset has that asset's return on both sides, held or not.
    pub(crate) fn settle_asset(&mut self, value: f64) {
        let rate = Some(value).filter(|value| value.is_finite());
        self.portfolio.rate = rate;
        self.benchmark.rate = rate;
    }

    pub(crate) fn exchanged(&self) -> Self {
        Self { portfolio: self.benchmark, benchmark: self.portfolio }
    }

    /// The effects of one segment, so that allocation and selection add up to what its contributions say, whatever
    /// the returns are taken to be.
    ///
    /// ```text
    /// allocation = (w - k W) (b - base)
    /// selection  = (c - w b) - k (C - W b)       with interaction
    /// ```
    ///
    /// with contributions c, C, and k the scale of the frame. The second bracket is zero, save where the weights of
    /// the reference cancel and its contributions do not.
    pub(crate) fn measure(&self, frame: Frame, off_benchmark: OffBenchmark) -> Measured {
        let (portfolio, benchmark) = (&self.portfolio, &self.benchmark);
        let neutral = frame.scale * benchmark.weight;
        let rate = benchmark.rate.unwrap_or(match off_benchmark {
            OffBenchmark::Allocation if !benchmark.netted() => portfolio.rate.unwrap_or(frame.hurdle),
            _ => frame.hurdle,
        });
        let remainder = match benchmark.rate {
            Some(_) => 0.0,
            None => frame.scale * (benchmark.contribution - benchmark.weight * rate),
        };
        let selection = match portfolio.rate {
            // The difference first, so that equal returns leave no rounding error behind.
            Some(own) => portfolio.weight * (own - rate) - remainder,
            None => portfolio.contribution - portfolio.weight * rate - remainder,
        };
        let interaction = portfolio.rate.map_or(0.0, |own| (portfolio.weight - neutral) * (own - rate));
        let scale = match benchmark.rate {
            Some(_) if benchmark.weight != 0.0 => portfolio.weight / benchmark.weight,
            _ => frame.scale,
        };
        Measured {
            allocation: (portfolio.weight - neutral) * (rate - frame.base),
            selection,
            interaction,
            inner: Frame { hurdle: rate, base: rate, scale },
        }
    }

    /// The effects of one segment, with interaction where it belongs.
    pub(crate) fn effects(
        &self,
        frame: Frame,
        off_benchmark: OffBenchmark,
        interaction: Interaction,
    ) -> SegmentEffects {
        let measured = self.measure(frame, off_benchmark);
        let chosen = measured.selection - measured.interaction;
        let (allocation, selection, interaction) = match interaction {
            Interaction::Separate => (measured.allocation, chosen, measured.interaction),
            Interaction::Selection => (measured.allocation, measured.selection, 0.0),
            Interaction::Allocation => (measured.allocation + measured.interaction, chosen, 0.0),
        };
        SegmentEffects { allocation, selection, interaction }
    }
}

impl BrinsonModel {
    /// The frame of segments that are in no other, for a reference that earned `hurdle`.
    pub(crate) fn frame(self, hurdle: f64) -> Frame {
        let base = match self {
            Self::BrinsonHoodBeebower => 0.0,
            Self::BrinsonFachler => hurdle,
        };
        Frame { hurdle, base, scale: 1.0 }
    }
}

/// Adds up the assets of each segment; what neither side holds is passed over.
pub(crate) fn collect(
    holdings: &BrinsonHoldings<'_>,
    segment_of: &[usize],
    cells: &mut [Cell],
) -> Result<(), Error> {
    cells.fill(Cell::default());
    let BrinsonHoldings { portfolio, benchmark, returns } = *holdings;
    let mut sound = true;
    for (((&segment, &weight), &reference), &value) in
        segment_of.iter().zip(portfolio).zip(benchmark).zip(returns)
    {
        if weight == 0.0 && reference == 0.0 {
            continue;
        }
        let (own, other) = (weight * value, reference * value);
        sound &= (own + other).is_finite();
        let cell = &mut cells[segment];
        cell.portfolio.add(weight, own, weight.abs());
        cell.benchmark.add(reference, other, reference.abs());
    }
    if sound { Ok(()) } else { Err(unsound(holdings)) }
}

/// The first asset that is not sound; a sum that overflows is told of the first asset held.
#[cold]
fn unsound(holdings: &BrinsonHoldings<'_>) -> Error {
    let BrinsonHoldings { portfolio, benchmark, returns } = *holdings;
    let expected = "a finite number";
    for (asset, ((&weight, &reference), &value)) in portfolio.iter().zip(benchmark).zip(returns).enumerate() {
        let named =
            [("the portfolio weight", weight), ("the benchmark weight", reference), ("the return", value)];
        let held = weight != 0.0 || reference != 0.0;
        if let Some((name, value)) = named.into_iter().find(|(_, value)| held && !value.is_finite()) {
            return InputError::AssetOutOfRange { name, asset, value, expected }.into();
        }
        let (own, other) = (weight * value, reference * value);
        if held && !(own + other).is_finite() {
            return InputError::AssetOutOfRange {
                name: "the contribution",
                asset,
                value: own + other,
                expected,
            }
            .into();
        }
    }
    InputError::OutOfRange { name: "the return of the portfolio", value: f64::INFINITY, expected }.into()
}
