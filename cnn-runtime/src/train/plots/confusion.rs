//! The confusion matrix: a row a true class, a column a predicted one.

use super::canvas::{Area, Drawn, FONT, picture};
use crate::train::Confusion;
use plotters::element::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{BLACK, Color, FontTransform, IntoFont, RGBColor, TextStyle, WHITE};
use std::io;
use std::path::Path;

/// Pixels of a cell, with a number in it, and of one where there are too many classes for numbers.
const CELL: i32 = 44;
const SMALL_CELL: i32 = 4;

/// Matrices of more classes have small cells, without numbers and names.
const MOST_NUMBERS: usize = 40;

/// Matrices of more classes are not drawn: a picture has some millions of pixels at most.
const MOST_CLASSES: usize = 1000;

/// Room for names and titles.
const MARGIN: i32 = 120;

/// Characters of a name that are shown.
const NAME: usize = 14;

/// Draws a matrix. A cell is the darker, the larger its share of its row; the diagonal is right.
/// `names` are those of the classes, or none: then they are numbers.
///
/// # Errors
/// When the file cannot be written, there are more than 1000 classes, or not as many names.
pub fn confusion_png(
    confusion: &Confusion,
    names: &[&str],
    path: impl AsRef<Path>,
) -> io::Result<()> {
    let classes = confusion.classes();
    if classes > MOST_CLASSES {
        let text = format!("a picture has at most {MOST_CLASSES} classes, these are {classes}");
        return Err(io::Error::other(text));
    }
    if !names.is_empty() && names.len() != classes {
        let text = format!("{} names for {classes} classes", names.len());
        return Err(io::Error::other(text));
    }
    let cell = if classes > MOST_NUMBERS { SMALL_CELL } else { CELL };
    let side = (MARGIN + cell * classes as i32 + 24) as u32;
    picture(path.as_ref(), (side.max(260), side.max(200)), |area| {
        let middle = MARGIN + cell * classes as i32 / 2;
        let style = label(16, &BLACK, HPos::Center);
        area.draw(&Text::new("predicted", (middle, 14), style.clone()))?;
        let upright = (FONT, 16).into_font().transform(FontTransform::Rotate270);
        let upright = TextStyle::from(upright).pos(Pos::new(HPos::Center, VPos::Center));
        area.draw(&Text::new("true class", (14, middle), upright))?;
        for (truth, row) in confusion.rows().enumerate() {
            draw_row(area, truth, row, cell)?;
        }
        if classes <= MOST_NUMBERS {
            draw_names(area, names, classes)?;
        }
        Ok(())
    })
}

fn draw_row(area: &Area<'_>, truth: usize, row: &[u64], cell: i32) -> Drawn {
    let all = row.iter().sum::<u64>().max(1);
    for (predicted, &count) in row.iter().enumerate() {
        let share = count as f64 / all as f64;
        let (x, y) = (MARGIN + cell * predicted as i32, MARGIN + cell * truth as i32);
        let corners = [(x, y), (x + cell - 1, y + cell - 1)];
        area.draw(&Rectangle::new(corners, shade(share).filled()))?;
        if cell == CELL && count > 0 {
            let colour = if share > 0.5 { &WHITE } else { &BLACK };
            let middle = (x + cell / 2, y + cell / 2);
            area.draw(&Text::new(count.to_string(), middle, label(14, colour, HPos::Center)))?;
        }
    }
    Ok(())
}

fn draw_names(area: &Area<'_>, names: &[&str], classes: usize) -> Drawn {
    for class in 0..classes {
        let name = match names.get(class) {
            Some(name) => name.chars().take(NAME).collect(),
            None => class.to_string(),
        };
        let middle = MARGIN + CELL * class as i32 + CELL / 2;
        area.draw(&Text::new(name.clone(), (MARGIN - 6, middle), label(13, &BLACK, HPos::Right)))?;
        let upright = (FONT, 13).into_font().transform(FontTransform::Rotate270);
        let upright = TextStyle::from(upright).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (middle, MARGIN - 6), upright))?;
    }
    Ok(())
}

fn label<'a>(size: i32, colour: &'a RGBColor, side: HPos) -> TextStyle<'a> {
    TextStyle::from((FONT, size).into_font()).color(colour).pos(Pos::new(side, VPos::Center))
}

/// From near white to the blue of the curves.
fn shade(share: f64) -> RGBColor {
    let between = |light: f64, dark: f64| (light + (dark - light) * share).round() as u8;
    RGBColor(between(244.0, 0.0), between(246.0, 84.0), between(248.0, 150.0))
}
