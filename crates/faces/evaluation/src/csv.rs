//! CSV: UTF-8 with a mark, so that spreadsheets read it; what staff wrote is never a formula.

use axum::response::Response;

/// A file that grows line by line.
pub(crate) struct Csv(String);

impl Csv {
    /// A file with its heads.
    pub(crate) fn new<S: AsRef<str>>(heads: &[S]) -> Self {
        let mut csv = Self("\u{feff}".to_owned());
        csv.line(heads);
        csv
    }

    /// Adds a line.
    pub(crate) fn line<S: AsRef<str>>(&mut self, cells: &[S]) {
        for (at, text) in cells.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0.push_str(&cell(text.as_ref()));
        }
        self.0.push_str("\r\n");
    }

    /// The answer with a file name.
    pub(crate) fn answer(self, name: &str) -> Response {
        shell::attachment("text/csv; charset=utf-8", name, self.0)
    }
}

/// Quoted where it must be. A minus before digits is a number, not a formula.
fn cell(text: &str) -> String {
    let number = text.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']) && !number;
    if formula {
        return format!("\"'{}\"", text.replace('"', "\"\""));
    }
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (text, written) in [
            ("予約", "予約"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("-12.5", "-12.5"),
            ("-1+2", "\"'-1+2\""),
            ("＝SUM(A1)", "\"'＝SUM(A1)\""),
        ] {
            assert_eq!(cell(text), written);
        }
        let mut csv = Csv::new(&["年度", "円"]);
        csv.line(&["2025", "1"]);
        assert_eq!(csv.0, "\u{feff}年度,円\r\n2025,1\r\n");
    }
}
