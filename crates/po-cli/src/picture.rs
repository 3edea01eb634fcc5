//! What pictures and pages have in common.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::args::Output;
use crate::error::{Error, SettingsError};

pub(crate) const INK: RGBColor = RGBColor(31, 41, 55);
pub(crate) const FAINT: RGBColor = RGBColor(107, 114, 128);
pub(crate) const GRID: RGBColor = RGBColor(229, 231, 235);

/// Colours that can be told apart by those who see few.
pub(crate) const COLOURS: [RGBColor; 5] = [
    RGBColor(37, 99, 235),
    RGBColor(217, 84, 16),
    RGBColor(5, 150, 105),
    RGBColor(147, 51, 160),
    RGBColor(180, 130, 0),
];

/// Sizes of text, in pixels.
const TITLE: f64 = 22.0;
pub(crate) const TEXT: f64 = 13.0;
pub(crate) const SMALL: f64 = 11.0;

/// Mean width of a character of a sans-serif font, in units of its size, rather too wide than too narrow.
pub(crate) const WIDTH: f64 = 0.6;

/// The backend divides sizes by this.
const BACKEND: f64 = 1.24;

/// The backend knows whole pixels only, so a picture is drawn this much larger and shown smaller.
pub(crate) const SCALE: u32 = 8;

pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Where a text stands beside its place, and whether it is turned to run upwards.
#[derive(Clone, Copy)]
pub(crate) struct Placed {
    horizontal: HPos,
    upwards: bool,
}

impl Placed {
    /// To the right of its place.
    pub(crate) const RIGHT: Self = Self::level(HPos::Left);
    /// To the left of its place.
    pub(crate) const LEFT: Self = Self::level(HPos::Right);
    /// In the middle of its place.
    pub(crate) const MIDDLE: Self = Self::level(HPos::Center);
    /// Turned, and beginning at its place.
    pub(crate) const UPWARDS: Self = Self { upwards: true, ..Self::RIGHT };

    const fn level(horizontal: HPos) -> Self {
        Self { horizontal, upwards: false }
    }
}

/// Draws a picture of some width and height; the reason if it cannot be.
pub(crate) fn svg(size: (u32, u32), draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> Result<String, String> {
    layered(size, "", "", draw)
}

/// Draws a picture between elements that lie beneath it and elements that lie above, both in the pixels of the backend.
pub(crate) fn layered(
    (width, height): (u32, u32),
    beneath: &str,
    above: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String, String> {
    let mut text = String::new();
    {
        let canvas = SVGBackend::with_string(&mut text, (width * SCALE, height * SCALE)).into_drawing_area();
        canvas.fill(&WHITE).and_then(|()| draw(&canvas)).map_err(|error| error.to_string())?;
        canvas.present().map_err(|error| error.to_string())?;
    }
    let large = format!("width=\"{}\" height=\"{}\"", width * SCALE, height * SCALE);
    let mut text = text.replacen(&large, &format!("width=\"{width}\" height=\"{height}\""), 1);
    // The first element is the background.
    let ground = text.find("/>").map_or(0, |end| end + "/>".len());
    text.insert_str(ground, &format!("\n{}", beneath.trim_end()));
    let end = text.rfind("</svg>").unwrap_or(text.len());
    text.insert_str(end, above);
    Ok(text)
}

/// A place in the pixels of the backend.
pub(crate) fn scaled((x, y): (f64, f64)) -> (i32, i32) {
    let scale = f64::from(SCALE);
    ((x * scale).round() as i32, (y * scale).round() as i32)
}

/// Writes a line of text beside a place.
pub(crate) fn write(
    canvas: &Canvas<'_>,
    words: &str,
    at: (f64, f64),
    (size, colour): (f64, RGBColor),
    placed: Placed,
) -> Drawn {
    let turned = if placed.upwards { FontTransform::Rotate270 } else { FontTransform::None };
    let at_side = Pos::new(placed.horizontal, VPos::Center);
    let style = style(size, colour, at_side, FontStyle::Normal).transform(turned);
    canvas.draw(&Text::new(words.to_owned(), scaled(at), style))
}

/// How a text looks, and on which side of its place it stands.
pub(crate) fn style(size: f64, colour: RGBColor, side: Pos, weight: FontStyle) -> TextStyle<'static> {
    FontDesc::new(FontFamily::SansSerif, size * BACKEND * f64::from(SCALE), weight).color(&colour).pos(side)
}

/// The title, and beneath it what the picture is of, one line each.
pub(crate) fn heading(canvas: &Canvas<'_>, title: &str, lines: &[String]) -> Drawn {
    let bold = style(TITLE, INK, Pos::new(HPos::Left, VPos::Top), FontStyle::Bold);
    canvas.draw(&Text::new(title.to_owned(), scaled((24.0, 18.0)), bold))?;
    for (index, line) in lines.iter().enumerate() {
        write(canvas, line, (24.0, 56.0 + 18.0 * index as f64), (TEXT, FAINT), Placed::RIGHT)?;
    }
    Ok(())
}

/// A straight line.
pub(crate) fn line(canvas: &Canvas<'_>, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn {
    canvas.draw(&PathElement::new([scaled(from), scaled(to)], colour.stroke_width(SCALE)))
}

/// How wide a text is, rather too wide than too narrow: capitals take more room, and those of the far east most.
pub(crate) fn extent(text: &str, size: f64) -> f64 {
    let width = |character: char| match character {
        'm' | 'w' | 'M' | 'W' | '@' => 0.95,
        '\u{1100}'.. => 1.05,
        _ if character.is_uppercase() => 0.74,
        _ => 0.64,
    };
    size * text.chars().map(width).sum::<f64>()
}

/// A text, cut if it is longer than so many characters.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

/// Refuses a file whose ending says nothing that can be drawn.
pub(crate) fn check(path: Option<&Path>) -> Result<(), SettingsError> {
    match path {
        Some(path) if !is_page(path) && !has_extension(path, &["svg"]) => {
            Err(SettingsError::BadPlot { path: path.display().to_string() })
        }
        _ => Ok(()),
    }
}

/// Writes a picture, or the page around it, into a file.
pub(crate) fn save(
    path: &Path,
    picture: Result<String, String>,
    page: impl FnOnce(&str) -> String,
) -> Result<(), Error> {
    let name = path.display().to_string();
    let picture = picture.map_err(|reason| Error::Write { target: name.clone(), reason, closed: false })?;
    let text = if is_page(path) { page(&picture) } else { picture };
    std::fs::write(path, text).map_err(Error::write(&name))
}

/// A picture, or the page around it, as it is written.
pub(crate) fn written(
    output: Output,
    picture: Result<String, String>,
    page: impl FnOnce(&str) -> String,
) -> Result<String, Error> {
    let target = "the picture".to_owned();
    let picture = picture.map_err(|reason| Error::Write { target, reason, closed: false })?;
    Ok(if output == Output::Html { page(&picture) } else { picture })
}

fn is_page(path: &Path) -> bool {
    has_extension(path, &["html", "htm"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let own = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    extensions.contains(&own.as_str())
}
