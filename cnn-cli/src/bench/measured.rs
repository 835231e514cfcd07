//! What a bench program says, understood.

use crate::error::Error;
use std::path::Path;

/// What was measured, in seconds.
#[derive(Debug, PartialEq)]
pub struct Measured {
    /// Multiply-adds a second of one core.
    pub peak: f64,
    /// The whole network on the wall: least and median.
    pub wall: (f64, f64),
    /// In processor time, where the platform tells it.
    pub processor: Option<(f64, f64)>,
    /// Each step of the plan, on the wall, at least.
    pub steps: Vec<f64>,
}

impl Measured {
    /// Reads the lines of the program; there must be as many steps as the plan has.
    pub fn read(text: &str, steps: usize, program: &Path) -> Result<Self, Error> {
        let understood = understood(text).filter(|measured| measured.steps.len() == steps);
        understood.ok_or_else(|| {
            let why = format!("it said `{}`", text.trim().replace('\n', "; "));
            Error::Runner { program: program.to_owned(), why }
        })
    }

    /// The time of one run that shares are taken of: of the processor on one thread, where a
    /// neighbour on the same core does not count; on several of the wall.
    pub fn least(&self, threads: usize) -> f64 {
        match self.processor {
            Some((least, _)) if threads == 1 => least,
            Some(_) | None => self.wall.0,
        }
    }
}

fn understood(text: &str) -> Option<Measured> {
    let mut lines = text.lines();
    let mut line = |word: &str| -> Option<Vec<f64>> {
        let numbers = lines.next()?.strip_prefix(word)?;
        numbers.split_whitespace().map(|number| number.parse().ok()).collect()
    };
    let peak = line("peak")?;
    let whole = line("whole")?;
    let seconds = |nanoseconds: f64| nanoseconds * 1e-9;
    let pair = |at: usize| Some((seconds(*whole.get(at)?), seconds(*whole.get(at + 1)?)));
    Some(Measured {
        peak: *peak.first()?,
        wall: pair(0)?,
        processor: pair(2),
        steps: line("steps")?.into_iter().map(seconds).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Measured;
    use std::path::Path;

    #[test]
    fn the_program_s_lines_are_seconds() {
        let text = "peak 5e10\nwhole 2000 3000 1000 1500\nsteps 500 250\n";
        let measured = Measured::read(text, 2, Path::new("p")).expect("understood");
        assert_eq!((measured.peak, measured.steps.len()), (5e10, 2));
        assert!((measured.least(1) - 1e-6).abs() < 1e-15, "{measured:?}");
        assert!((measured.least(2) - 2e-6).abs() < 1e-15, "{measured:?}");
    }

    #[test]
    fn other_lines_are_told() {
        let refused = |text| Measured::read(text, 2, Path::new("p")).unwrap_err().to_string();
        assert_eq!(refused("peak 1\nwhole x"), "cannot run `p`: it said `peak 1; whole x`");
        let one_step = "peak 1\nwhole 1 1\nsteps 1\n";
        assert!(refused(one_step).ends_with("steps 1`"));
    }
}
