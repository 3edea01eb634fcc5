//! The equations of one step, with the slacks eliminated.

use super::{Interior, Model, Pair, Shape, Singular, axpy, dot};

impl Interior {
    /// The curvature that slacks and multipliers give the losses, and the factors of the normal equations.
    pub(super) fn bend(&mut self, model: &Model, shape: Shape) -> Result<(), Singular> {
        let (scenarios, assets) = (model.scenarios(), model.len());
        self.curvature.clear();
        self.curvature
            .extend(self.tail.both().zip(self.excess.both()).map(|((s, q), (u, v))| 1.0 / (s / q + u / v)));
        self.column_diagonal = 0.0;
        self.column.clear();
        if shape.drawdown {
            self.bend_drawdown();
        } else {
            self.column.resize(scenarios, -1.0);
            self.root.clear();
            self.root.extend(self.curvature.iter().map(|curvature| curvature.sqrt()));
        }
        let columns = assets + usize::from(shape.level);
        self.normal.tall.resize(scenarios * columns, 0.0);
        for (place, tall) in self.normal.tall.chunks_exact_mut(scenarios).enumerate() {
            let column = if place < assets { model.column(place) } else { &self.column };
            if shape.drawdown {
                forward(&self.root, &self.below, column, tall);
            } else {
                for ((tall, root), entry) in tall.iter_mut().zip(&self.root).zip(column) {
                    *tall = root * entry;
                }
            }
        }
        self.diagonal.clear();
        self.diagonal.extend(self.assets.both().map(|(x, g)| g / x));
        if shape.level {
            self.diagonal.push(self.column_diagonal);
        }
        self.normal.factor(&self.diagonal)
    }

    /// Drawdowns answer to all losses before them: `K = (A⁻¹ + E D⁻¹ E')⁻¹` with E the differences of
    /// neighbours, which is tridiagonal before it is inverted. Its root is found by sums of positive numbers
    /// alone.
    fn bend_drawdown(&mut self) {
        let Self { climb, depth, curvature, give, share, root, below, column, column_diagonal, .. } = self;
        give.clear();
        share.clear();
        for (&curvature, (d, n)) in curvature.iter().zip(depth.both()) {
            let held = n / d;
            give.push(1.0 / (curvature + held));
            share.push(curvature / (curvature + held));
            *column_diagonal += curvature * held / (curvature + held);
        }
        root.clear();
        below.clear();
        // What is left of a pivot without its own give; two gives side by side add like resistors.
        let mut left = 0.0;
        let (mut give_before, mut share_before) = (0.0, 0.0);
        for ((k, p), (&give, &share)) in climb.both().zip(give.iter().zip(share.iter())) {
            let parallel = if give_before > 0.0 { give_before * left / (left + give_before) } else { 0.0 };
            below.push(match root.last() {
                Some(root) => give_before / root,
                None => 0.0,
            });
            left = k / p + parallel;
            root.push((left + give).sqrt());
            column.push(share_before - share);
            (give_before, share_before) = (give, share);
        }
    }

    /// `curved = K side`, the curvature times what stands in `side`.
    fn curve(&mut self, shape: Shape) {
        let Self { side, curved, inner, curvature, root, below, .. } = self;
        curved.resize(side.len(), 0.0);
        if !shape.drawdown {
            for ((curved, curvature), side) in curved.iter_mut().zip(curvature.iter()).zip(side.iter()) {
                *curved = curvature * side;
            }
            return;
        }
        inner.resize(side.len(), 0.0);
        forward(root, below, side, inner);
        let mut after = 0.0;
        for place in (0..inner.len()).rev() {
            let next = below.get(place + 1).copied().unwrap_or(0.0);
            after = (inner[place] + next * after) / root[place];
            curved[place] = after;
        }
    }

    /// The step that the linearised equations ask for; what a solution of them misses is solved for
    /// `refinements` times.
    pub(super) fn direct(&mut self, model: &Model, shape: Shape, refinements: usize) -> Result<(), Singular> {
        let assets = model.len();
        let missed_sum = if shape.drawdown { self.set_climbs() } else { self.set_tails() };
        self.step.clear();
        self.step.resize(self.diagonal.len(), 0.0);
        self.correction.resize(self.diagonal.len(), 0.0);
        self.curve(shape);
        for _ in 0..=refinements {
            self.right.clear();
            self.total_weights.clear();
            self.total_weights.extend(self.base.iter().zip(&self.curved).map(|(base, curved)| base + curved));
            for place in 0..assets {
                let pair = &self.assets;
                let marginal = pair.missed[place] / pair.primal[place] + pair.dual[place];
                let held =
                    dot(model.column(place), &self.total_weights) + self.diagonal[place] * self.step[place];
                self.right.push(marginal - held);
            }
            if shape.level {
                let held = dot(&self.column, &self.curved) + self.diagonal[assets] * self.step[assets];
                self.right.push(-missed_sum - held);
            }
            self.normal.solve(&self.right, &mut self.correction)?;
            axpy(1.0, &self.correction, &mut self.step);
            // The weights of the scenarios answer to the losses that the step makes.
            for place in 0..assets {
                axpy(self.correction[place], model.column(place), &mut self.side);
            }
            if shape.level {
                axpy(self.correction[assets], &self.column, &mut self.side);
            }
            self.curve(shape);
        }
        self.level_step = if shape.level { self.step[assets] } else { 0.0 };
        let Pair { primal, dual, primal_step, dual_step, missed } = &mut self.assets;
        for place in 0..assets {
            primal_step[place] = self.step[place];
            dual_step[place] = (missed[place] - dual[place] * self.step[place]) / primal[place];
        }
        if shape.drawdown {
            model.losses(&self.step[..assets], &mut self.gained);
            self.direct_climbs();
        } else {
            self.tail.dual_step.copy_from_slice(&self.curved);
        }
        let (tail, excess) = (&mut self.tail, &mut self.excess);
        for place in 0..tail.primal.len() {
            let rise = tail.dual_step[place];
            tail.primal_step[place] = (tail.missed[place] - tail.primal[place] * rise) / tail.dual[place];
            excess.dual_step[place] = -rise;
            excess.primal_step[place] =
                (excess.missed[place] + excess.primal[place] * rise) / excess.dual[place];
        }
        Ok(())
    }

    /// What the equations of the tail of one scenario miss, as a loss.
    fn tail_side(&self, place: usize) -> f64 {
        self.tail.missed[place] / self.tail.dual[place]
            - self.excess.missed[place] / self.excess.dual[place]
            - self.missed_tail[place]
    }

    /// Sides where weights stand on losses; what the sum of the weights misses.
    fn set_tails(&mut self) -> f64 {
        let mut side = std::mem::take(&mut self.side);
        side.clear();
        side.extend((0..self.tail.primal.len()).map(|place| self.tail_side(place)));
        self.side = side;
        self.base.clone_from(&self.tail.dual);
        self.missed_sum
    }

    /// Sides where weights stand on drawdowns; what the sum of the weights misses.
    ///
    /// Weights of periods are measured from a base that already balances the force on each depth that is
    /// free, so that the large give of such a depth meets small forces only: otherwise large numbers would
    /// cancel.
    fn set_climbs(&mut self) -> f64 {
        let scenarios = self.tail.primal.len();
        let mut missed_sum = 1.0;
        self.base.resize(scenarios, 0.0);
        self.pulls.resize(scenarios, 0.0);
        let mut after = 0.0;
        for place in (0..scenarios).rev() {
            let weight = self.tail.dual[place] + self.curvature[place] * self.tail_side(place);
            let held = self.depth.missed[place] / self.depth.primal[place] + self.depth.dual[place];
            missed_sum -= weight;
            (self.base[place], self.pulls[place]) = if self.is_held(place) {
                let force = self.climb.dual[place] - after - weight + held;
                missed_sum -= self.share[place] * force;
                (self.climb.dual[place], self.give[place] * force)
            } else {
                (after + weight - held, 0.0)
            };
            after = self.base[place];
        }
        self.side.clear();
        let mut before = 0.0;
        for place in 0..scenarios {
            let (k, p) = (self.climb.primal[place], self.climb.dual[place]);
            let climb =
                (self.climb.missed[place] + k * (p - self.base[place])) / p - self.missed_climb[place];
            self.side.push(climb - (self.pulls[place] - before));
            before = self.pulls[place];
        }
        missed_sum
    }

    /// Whether a depth follows from the force on it rather than from the depth before it: of the two
    /// equations, the one that rounding hurts less.
    fn is_held(&self, place: usize) -> bool {
        self.give[place] <= self.climb.primal[place] / self.climb.dual[place]
    }

    /// The steps of depths and climbs, from the weights of the periods beyond their base in `curved`.
    fn direct_climbs(&mut self) {
        let mut before = 0.0;
        for place in 0..self.curved.len() {
            let (own, held) = (self.curved[place], self.is_held(place));
            let next = self.curved.get(place + 1).copied().unwrap_or(0.0);
            let weight = self.base[place] + own;
            let next_weight = self.base.get(place + 1).map_or(0.0, |base| base + next);
            let loss = self.gained[place] - self.missed_climb[place];
            let tail_side = self.tail_side(place);
            let (climb, depth) = (&mut self.climb, &mut self.depth);
            let (k, p) = (climb.primal[place], climb.dual[place]);
            climb.dual_step[place] = weight - p;
            // The slack of the equation that is not used is what keeps the linear equations.
            let depth_step = if held {
                let step =
                    self.pulls[place] + self.give[place] * (own - next) + self.share[place] * self.level_step;
                climb.primal_step[place] = step - before - loss;
                step
            } else {
                climb.primal_step[place] = (climb.missed[place] + k * (p - weight)) / p;
                before + loss + climb.primal_step[place]
            };
            let tail_step = self.curvature[place] * (depth_step - self.level_step + tail_side);
            depth.primal_step[place] = depth_step;
            depth.dual_step[place] = if held {
                (depth.missed[place] - depth.dual[place] * depth_step) / depth.primal[place]
            } else {
                self.tail.dual[place] + tail_step - (weight - next_weight) - depth.dual[place]
            };
            self.tail.dual_step[place] = tail_step;
            before = depth_step;
        }
    }
}

/// Solves `L y = b` for a bidiagonal L.
fn forward(root: &[f64], below: &[f64], side: &[f64], solution: &mut [f64]) {
    let mut before = 0.0;
    for (((solution, side), root), below) in solution.iter_mut().zip(side).zip(root).zip(below) {
        before = (side + below * before) / root;
        *solution = before;
    }
}
