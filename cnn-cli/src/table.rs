//! Tables of plain text: names to the left, numbers to the right.

use std::fmt::Write as _;

/// A table in the making.
pub struct Table<const COLUMNS: usize> {
    header: [&'static str; COLUMNS],
    numeric: [bool; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// Its columns: a heading, and whether numbers stand in it.
    pub fn new(columns: [(&'static str, bool); COLUMNS]) -> Self {
        Self {
            header: columns.map(|(heading, _)| heading),
            numeric: columns.map(|(_, numeric)| numeric),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }

    /// The text, every line ending in a line end.
    pub fn text(&self) -> String {
        let header = self.header.map(str::to_owned);
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            let cells = self.rows.iter().chain([&header]).map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        });
        let mut out = String::new();
        for row in [&header].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, width), numeric) in row.iter().zip(widths).zip(self.numeric) {
                let _ = if numeric {
                    write!(line, "{cell:>width$}  ")
                } else {
                    write!(line, "{cell:<width$}  ")
                };
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new([("a", false), ("number", true), ("b", false)]);
        table.row(["long".to_owned(), "1".to_owned(), String::new()]);
        table.row(["x".to_owned(), "1234567".to_owned(), "y".to_owned()]);
        assert_eq!(table.text(), "a      number  b\nlong        1\nx     1234567  y\n");
    }
}
