//! Loss and accuracy over the epochs.

use super::canvas::{Area, Drawn, FONT, picture};
use crate::train::{Epoch, History};
use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::element::{Circle, PathElement};
use plotters::series::LineSeries;
use plotters::style::{BLACK, Color, RGBColor, WHITE};
use std::io;
use std::path::Path;

const SIZE: (u32, u32) = (900, 420);

/// Blue and orange, which colour-blind eyes tell apart (Okabe and Ito 2008).
const TRAINING: RGBColor = RGBColor(0, 114, 178);
const VALIDATION: RGBColor = RGBColor(213, 94, 0);

/// Draws loss and accuracy side by side, of training and, where there was one, of validation.
///
/// # Errors
/// When the file cannot be written.
pub fn curves_png(history: &History, path: impl AsRef<Path>) -> io::Result<()> {
    let loss = [line(history, |e| Some(e.loss)), line(history, |e| e.val_loss)];
    let accuracy = [line(history, |e| Some(e.accuracy)), line(history, |e| e.val_accuracy)];
    picture(path.as_ref(), SIZE, |area| {
        let halves = area.split_evenly((1, 2));
        curve(&halves[0], "loss", &loss, None, SeriesLabelPosition::UpperRight)?;
        curve(&halves[1], "accuracy", &accuracy, Some(1.0), SeriesLabelPosition::LowerRight)
    })
}

/// The points of one number.
fn line(history: &History, number: impl Fn(&Epoch) -> Option<f64>) -> Vec<(i32, f64)> {
    let point = |epoch: &Epoch| Some((i32::try_from(epoch.epoch).ok()?, number(epoch)?));
    history.epochs.iter().filter_map(point).collect()
}

fn curve(
    area: &Area<'_>,
    name: &str,
    lines: &[Vec<(i32, f64)>; 2],
    top: Option<f64>,
    legend: SeriesLabelPosition,
) -> Drawn {
    let numbers = || lines.iter().flatten().map(|&(_, y)| y);
    let low = numbers().fold(f64::INFINITY, f64::min);
    let high = top.unwrap_or(numbers().fold(f64::NEG_INFINITY, f64::max));
    // A little room, and a range where all are equal or there are none.
    let (low, high) = if low < high { (low, high) } else { (high.min(1.0) - 1.0, high.max(1.0)) };
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
    let room = 0.05 * (high - low);
    let last = lines.iter().flatten().fold(2, |last, &(x, _)| last.max(x));
    let mut chart = ChartBuilder::on(area)
        .caption(name, (FONT, 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(1..last, low - room..high + room)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .x_labels(10)
        .y_label_formatter(&|y| format!("{y:.3}"))
        .label_style((FONT, 14))
        .axis_desc_style((FONT, 15))
        .light_line_style(WHITE)
        .draw()?;
    for (line, (label, colour)) in
        lines.iter().zip([("training", TRAINING), ("validation", VALIDATION)])
    {
        if line.is_empty() {
            continue;
        }
        chart
            .draw_series(LineSeries::new(line.iter().copied(), colour.stroke_width(2)))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(line.iter().map(|&point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(legend)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .label_font((FONT, 14))
        .draw()?;
    Ok(())
}
