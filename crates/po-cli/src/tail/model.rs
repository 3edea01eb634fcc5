//! A model of a tail, by the name it has on the command line.

use std::fmt;
use std::str::FromStr;

use po_engine::nearest_name;

/// What volatility returns are divided by before their tail is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Exponential weights.
    Ewma,
    /// GARCH(1,1).
    Garch,
    /// GARCH with a further effect of falls.
    Gjr,
}

/// How the tail is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Historical,
    AgeWeighted,
    Normal,
    StudentT,
    CornishFisher,
    Evt,
}

/// A tail, of the returns as they come or of the residuals of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) filter: Option<Filter>,
    pub(crate) shape: Shape,
}

const FILTERS: [(&str, Filter); 4] =
    [("ewma", Filter::Ewma), ("garch", Filter::Garch), ("gjr", Filter::Gjr), ("filtered", Filter::Gjr)];

const SHAPES: [(&str, Shape); 6] = [
    ("historical", Shape::Historical),
    ("age-weighted", Shape::AgeWeighted),
    ("normal", Shape::Normal),
    ("student-t", Shape::StudentT),
    ("cornish-fisher", Shape::CornishFisher),
    ("evt", Shape::Evt),
];

impl Model {
    /// The models that are tested unless others are named.
    pub(crate) const TESTED: [Self; 11] = [
        Self::plain(Shape::Historical),
        Self::plain(Shape::AgeWeighted),
        Self::plain(Shape::Normal),
        Self::plain(Shape::StudentT),
        Self::plain(Shape::CornishFisher),
        Self::plain(Shape::Evt),
        Self::filtered(Filter::Ewma, Shape::Historical),
        Self::filtered(Filter::Garch, Shape::Historical),
        Self::filtered(Filter::Gjr, Shape::Historical),
        Self::filtered(Filter::Garch, Shape::Evt),
        Self::filtered(Filter::Gjr, Shape::Evt),
    ];

    const fn plain(shape: Shape) -> Self {
        Self { filter: None, shape }
    }

    const fn filtered(filter: Filter, shape: Shape) -> Self {
        Self { filter: Some(filter), shape }
    }

    /// Whether it is fitted by a search, so that fitting it to each observation anew would take long.
    pub(crate) fn is_searched(self) -> bool {
        matches!(self.filter, Some(Filter::Garch | Filter::Gjr))
            || matches!(self.shape, Shape::StudentT | Shape::Evt)
    }

    /// What it is, for people.
    pub(crate) fn words(self) -> String {
        let shape = match self.shape {
            Shape::Historical => "the sample itself",
            Shape::AgeWeighted => "the sample, recent periods counting more",
            Shape::Normal => "a normal distribution",
            Shape::StudentT => "Student's t distribution",
            Shape::CornishFisher => "the expansion of Cornish and Fisher",
            Shape::Evt => "a generalised Pareto tail",
        };
        match self.filter {
            None => shape.to_owned(),
            Some(filter) => {
                let filter = match filter {
                    Filter::Ewma => "exponentially weighted volatility",
                    Filter::Garch => "GARCH volatility",
                    Filter::Gjr => "GJR-GARCH volatility",
                };
                format!("{shape} of returns over their {filter}, times that of the next period")
            }
        }
    }
}

impl Default for Model {
    /// The conditional extreme-value model of `McNeil` and Frey (2000), with the effect of falls of Glosten, Jagannathan
    /// and Runkle (1993).
    fn default() -> Self {
        Self::filtered(Filter::Gjr, Shape::Evt)
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shape = |name: &str| SHAPES.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape);
        if let Some(shape) = shape(text) {
            return Ok(Self::plain(shape));
        }
        let filter = |(name, filter): &(&str, Filter)| {
            let rest = text.strip_prefix(name)?.strip_prefix('-')?;
            shape(rest).map(|shape| Self::filtered(*filter, shape))
        };
        FILTERS.iter().find_map(filter).filter(|model| model.is_sound()).ok_or_else(|| {
            let known: Vec<String> = names().collect();
            match nearest_name(text, known.iter().map(String::as_str)) {
                Some(nearest) => format!("it is unknown, did you mean {nearest:?}?"),
                None => format!(
                    "it is unknown, expected one of {}, with ewma-, garch- or gjr- in front if volatility moves",
                    SHAPES.map(|(name, _)| name).join(", ")
                ),
            }
        })
    }
}

impl Model {
    /// Residuals of a volatility that forgets need no weights that forget.
    fn is_sound(self) -> bool {
        self.filter.is_none() || self.shape != Shape::AgeWeighted
    }
}

/// All names.
fn names() -> impl Iterator<Item = String> {
    let plain = SHAPES.iter().map(|(shape, _)| (*shape).to_owned());
    let filtered = FILTERS.iter().flat_map(|(filter, _)| {
        let sound = SHAPES.iter().filter(|(_, shape)| *shape != Shape::AgeWeighted);
        sound.map(move |(shape, _)| format!("{filter}-{shape}"))
    });
    plain.chain(filtered)
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `filtered` is another name of its filter, and stands after it.
        let filter = FILTERS.iter().find(|(_, filter)| Some(*filter) == self.filter);
        let shape = SHAPES.iter().find(|(_, shape)| *shape == self.shape).map_or("", |(name, _)| name);
        match filter {
            Some((filter, _)) => f.pad(&format!("{filter}-{shape}")),
            None => f.pad(shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_a_model() {
        for name in names() {
            let model: Model = name.parse().unwrap();
            assert_eq!(model.to_string(), name.replace("filtered", "gjr"));
        }
        assert_eq!("filtered-evt".parse(), Ok(Model::default()));
        assert!(Model::TESTED.contains(&Model::default()));
    }

    #[test]
    fn a_slip_is_told() {
        assert_eq!("gjr-evd".parse::<Model>(), Err("it is unknown, did you mean \"gjr-evt\"?".to_owned()));
        assert!("ewma-age-weighted".parse::<Model>().is_err());
    }
}
