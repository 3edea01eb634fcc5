//! What is held survives the bad bars of the past.

use std::iter::zip;

use po_convex::Costs;
use po_core::{Allocator, InputError, Returns, Status, Weights};
use po_tail::{OverlayCost, OverlayInput, TailOverlay, TailOverlayParams};

use crate::stream::{Context, EngineError, StageFailure};

/// Settings of the cap on the tail.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `overlay` | see [`TailOverlayParams`] | without constraints | the cap, the level of the tail, what a change is measured by |
/// | `window` | 500 | 1 or more | bars whose returns are remembered |
/// | `least` | 100 | 1 to `window` | bars that have to be complete before anything is capped |
///
/// The scenarios are those of the last bars in which every asset with a weight has a return of one bar; nothing is filled
/// in. While there are fewer than `least` of them, weights pass as they are: a short history is no failure, and has no
/// tail to speak of.
///
/// Only assets with a weight take part: what an earlier stage has dropped is not bought back, and needs no history.
/// What is held and cannot be traded now stays outside the cap. Weights are sold into cash, or into each other, without
/// leverage; with rates of trading costs for each asset, those are the rates of all assets.
///
/// The cap holds for the weights of this stage. A budget after it that allows an exposure above one may raise them, and
/// a no-trade band may leave what is held near them.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TailConfig {
    /// The cap, the level of the tail, what a change is measured by.
    pub overlay: TailOverlayParams,
    /// Bars whose returns are remembered.
    pub window: usize,
    /// Bars that have to be complete before anything is capped.
    pub least: usize,
}

impl Default for TailConfig {
    fn default() -> Self {
        Self { overlay: TailOverlayParams::default(), window: 500, least: 100 }
    }
}

impl TailConfig {
    fn check(&self, assets: usize) -> Result<(), InputError> {
        let out_of_range = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
        let Self { overlay, window, least } = self;
        if *window == 0 {
            return out_of_range("the window of the tail", 0.0, "1 or more");
        }
        if *least == 0 || least > window {
            return out_of_range("the least number of scenarios", *least as f64, "1 to the window");
        }
        if overlay.constraints.is_some() {
            let expected = "0 (none): assets come and go, and cash is where risk is sold to";
            return out_of_range("the constraints of the tail overlay", 1.0, expected);
        }
        if let OverlayCost::Trading(Costs::Each(rates)) = &overlay.cost {
            let (what, actual) = ("the list of trading costs", rates.len());
            if actual != assets {
                return Err(InputError::LengthMismatch { what, expected: assets, actual });
            }
            if let Some(asset) = rates.iter().position(|rate| !(rate.is_finite() && *rate >= 0.0)) {
                let (name, value, expected) =
                    ("the trading cost", rates[asset], "a finite number, zero or more");
                return Err(InputError::AssetOutOfRange { name, asset, value, expected });
            }
        }
        Ok(())
    }
}

/// The returns of the last bars: a ring.
///
/// # Shapes and units
/// A row of N returns for each bar; NaN where there is none.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::stream) struct TailMemory {
    /// The rows that were written, one after the other.
    returns: Vec<f64>,
    /// Where the next row goes once there is no more room.
    next: usize,
}

impl TailMemory {
    fn push(&mut self, returns: &[f64], window: usize) {
        let start = self.next * returns.len();
        match self.returns.get_mut(start..start + returns.len()) {
            Some(row) => row.copy_from_slice(returns),
            None => self.returns.extend_from_slice(returns),
        }
        self.next = (self.next + 1) % window;
    }

    /// Whether the numbers of a stored state fit each other.
    fn fits(&self, assets: usize, window: usize) -> bool {
        let rows = self.returns.len() / assets.max(1);
        self.returns.len() == rows * assets
            && rows <= window
            && self.next == if rows < window { rows } else { self.next.min(window.saturating_sub(1)) }
            && self.returns.iter().all(|value| !value.is_infinite())
    }
}

/// Sells as little as it takes for the mean of the worst bars to be no worse than the cap.
#[derive(Debug)]
pub(in crate::stream) struct TailStage {
    config: TailConfig,
    overlay: TailOverlay,
    pub(in crate::stream) memory: TailMemory,
    /// The assets with a weight, by their places in the problem and in the universe, and their weights.
    places: Vec<usize>,
    assets: Vec<usize>,
    weights: Vec<f64>,
    /// The rows that are complete.
    rows: Vec<usize>,
    scenarios: Vec<f64>,
}

impl TailStage {
    pub(in crate::stream) fn new(config: &TailConfig, assets: usize) -> Result<Self, EngineError> {
        config.check(assets)?;
        Ok(Self {
            config: config.clone(),
            overlay: TailOverlay::new(config.overlay.clone())?,
            memory: TailMemory { returns: Vec::new(), next: 0 },
            places: Vec::with_capacity(assets),
            assets: Vec::with_capacity(assets),
            weights: Vec::with_capacity(assets),
            rows: Vec::new(),
            scenarios: Vec::new(),
        })
    }

    /// Remembers the returns of one bar.
    pub(in crate::stream) fn observe(&mut self, returns: &[f64]) {
        self.memory.push(returns, self.config.window);
    }

    /// Goes on from returns that were stored, if they fit.
    pub(in crate::stream) fn take_over(&mut self, memory: TailMemory, assets: usize) -> bool {
        let fits = memory.fits(assets, self.config.window);
        if fits {
            self.memory = memory;
        }
        fits
    }

    /// Whoever comes back under this index is somebody else.
    pub(in crate::stream) fn forget(&mut self, asset: usize, assets: usize) {
        self.memory.returns.chunks_exact_mut(assets).for_each(|row| row[asset] = f64::NAN);
    }

    pub(in crate::stream) fn apply(
        &mut self,
        context: &Context<'_>,
        weights: &mut Weights,
    ) -> Result<(), StageFailure> {
        self.narrow(context, weights);
        if self.assets.is_empty() || self.rows.len() < self.config.least {
            return Ok(());
        }
        let Self { overlay, memory, config, places, assets, rows, scenarios, .. } = self;
        let universe = context.returns.len();
        scenarios.clear();
        for &asset in &*assets {
            scenarios.extend(rows.iter().map(|row| memory.returns[row * universe + asset]));
        }
        let returns = Returns::from_column_slice(rows.len(), assets.len(), scenarios)?;
        let held = Weights::new(self.weights.clone())?;
        let narrowed;
        let overlay = match &config.overlay.cost {
            OverlayCost::Trading(Costs::Each(rates)) => {
                let rates = assets.iter().map(|&asset| rates[asset]).collect();
                let cost = OverlayCost::Trading(Costs::Each(rates));
                narrowed = TailOverlay::new(TailOverlayParams { cost, ..config.overlay.clone() })?;
                &narrowed
            }
            _ => &*overlay,
        };
        // In fresh memory: a search that began from the last solution would go other ways in an engine that was restored.
        let decision =
            overlay.allocate(OverlayInput { weights: &held, returns: &returns, probabilities: &[] })?;
        let status = decision.solution.status;
        if status != Status::Converged {
            return Err(StageFailure::NotConverged(status));
        }
        self.weights.clear();
        self.weights.extend_from_slice(weights.as_slice());
        for (&place, &weight) in zip(&*places, decision.as_ref().as_slice()) {
            self.weights[place] = weight;
        }
        Ok(weights.assign(&self.weights)?)
    }

    /// Finds the assets with a weight, and the bars in which all of them have a return, the oldest first.
    fn narrow(&mut self, context: &Context<'_>, target: &Weights) {
        let Self { memory, places, assets, weights, rows, .. } = self;
        places.clear();
        assets.clear();
        weights.clear();
        for (place, (&asset, &weight)) in zip(context.investable.assets(), target.as_slice()).enumerate() {
            if weight != 0.0 {
                places.push(place);
                assets.push(asset);
                weights.push(weight);
            }
        }
        let universe = context.returns.len().max(1);
        let count = memory.returns.len() / universe;
        // Before the ring is full, the next row is the one after the last.
        let oldest = if memory.next < count { memory.next } else { 0 };
        rows.clear();
        rows.extend((0..count).map(|row| (oldest + row) % count).filter(|row| {
            let returns = &memory.returns[row * universe..];
            assets.iter().all(|&asset| !returns[asset].is_nan())
        }));
    }
}
