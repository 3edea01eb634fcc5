//! Where names go beside points, so that none covers another.

/// A rectangle in pixels: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// On which side of its point a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Right,
    Left,
    Above,
    Below,
    AboveLeft,
}

/// Taken places within a frame.
#[derive(Clone, Debug)]
pub(super) struct Places {
    frame: Area,
    taken: Vec<Area>,
}

/// Mean width of a character of a sans-serif font, in units of its size, rather too wide than too narrow.
const WIDTH: f64 = 0.6;

/// The squares that cover a line.
const STEP: f64 = 4.0;

/// Between a point and its name.
const GAP: f64 = 4.0;

impl Area {
    /// The square around a point.
    pub(super) fn around((x, y): (f64, f64), radius: f64) -> Self {
        Self { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }
}

impl Places {
    pub(super) fn new(frame: Area) -> Self {
        Self { frame, taken: Vec::new() }
    }

    /// Nothing else is put here.
    pub(super) fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    /// Nothing is put on a line.
    pub(super) fn take_line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / STEP).ceil().max(1.0);
        for step in 0..=steps as usize {
            let between = |a: f64, b: f64| a + step as f64 / steps * (b - a);
            self.take(Area::around((between(from.0, to.0), between(from.1, to.1)), STEP / 2.0));
        }
    }

    /// Finds a free place beside a point for lines of text of this size, and takes it.
    pub(super) fn find(
        &mut self,
        point: (f64, f64),
        radius: f64,
        lines: &[&str],
        size: f64,
        sides: &[Beside],
    ) -> Option<Beside> {
        let free = |side: &&Beside| {
            let area = side.area(point, radius, lines, size);
            self.frame.holds(&area) && !self.taken.iter().any(|taken| taken.meets(&area))
        };
        let side = *sides.iter().find(free)?;
        self.take(side.area(point, radius, lines, size));
        Some(side)
    }
}

impl Beside {
    /// All sides, the one that reads best first.
    pub(super) const ALL: [Self; 4] = [Self::Right, Self::Left, Self::Above, Self::Below];

    /// The rectangle of lines of text of this size beside a point of some radius.
    pub(super) fn area(self, (x, y): (f64, f64), radius: f64, lines: &[&str], size: f64) -> Area {
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let (width, height) = (WIDTH * size * widest as f64, 1.25 * size * lines.len() as f64);
        let gap = radius + GAP;
        let (left, top) = match self {
            Self::Right => (x + gap, y - height / 2.0),
            Self::Left => (x - gap - width, y - height / 2.0),
            Self::Above => (x - width / 2.0, y - gap - height),
            Self::Below => (x - width / 2.0, y + gap),
            Self::AboveLeft => (x + gap - width, y - gap - height),
        };
        Area { left, top, right: left + width, bottom: top + height }
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Beside, Places};

    const FRAME: Area = Area { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };

    #[test]
    fn a_name_takes_the_first_side_that_is_free() {
        let mut places = Places::new(FRAME);
        let mut find = || places.find((50.0, 50.0), 3.0, &["ABC"], 10.0, &Beside::ALL);
        assert_eq!(
            [(); 5].map(|()| find()),
            [Some(Beside::Right), Some(Beside::Left), Some(Beside::Above), Some(Beside::Below), None]
        );
    }

    #[test]
    fn a_name_stays_within_the_frame_and_off_what_is_taken() {
        let mut places = Places::new(FRAME);
        assert_eq!(places.find((98.0, 50.0), 3.0, &["ABC"], 10.0, &Beside::ALL), Some(Beside::Left));
        places.take(Area::around((20.0, 80.0), 10.0));
        assert_eq!(places.find((5.0, 80.0), 3.0, &["A"], 10.0, &[Beside::Right]), None);
        assert_eq!(places.find((50.0, 10.0), 3.0, &["A", "B"], 10.0, &[Beside::Above]), None);
    }
}
