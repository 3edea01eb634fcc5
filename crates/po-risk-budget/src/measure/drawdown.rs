//! Drawdowns of summed returns, and how their weights fall on the periods that made them.

/// Drawdowns from losses, in place: each is the last one plus the loss, and not below zero.
pub(crate) fn drawdowns(losses: &mut [f64]) {
    let mut drawdown = 0.0_f64;
    for loss in losses {
        drawdown = (drawdown + *loss).max(0.0);
        *loss = drawdown;
    }
}

/// Weights of drawdowns become weights of losses, in place: a loss counts in each drawdown until the next
/// peak.
pub(crate) fn spread(drawdowns: &[f64], weights: &mut [f64]) {
    let mut carried = 0.0;
    for (weight, &drawdown) in weights.iter_mut().zip(drawdowns).rev() {
        carried = if drawdown > 0.0 { carried + *weight } else { 0.0 };
        *weight = carried;
    }
}
