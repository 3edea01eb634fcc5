//! The greatest value of a function with one summit.

/// Where a function that rises and then falls is greatest, by the golden section, to so many halvings of the interval.
pub(super) fn summit(mut value: impl FnMut(f64) -> f64, mut from: f64, mut to: f64, steps: usize) -> f64 {
    let golden = 0.5 * (5_f64.sqrt() - 1.0);
    let (mut a, mut b) = (to - golden * (to - from), from + golden * (to - from));
    let (mut at_a, mut at_b) = (value(a), value(b));
    for _ in 0..steps {
        if at_a >= at_b {
            (to, b, at_b) = (b, a, at_a);
            a = to - golden * (to - from);
            at_a = value(a);
        } else {
            (from, a, at_a) = (a, b, at_b);
            b = from + golden * (to - from);
            at_b = value(b);
        }
    }
    0.5 * (from + to)
}
