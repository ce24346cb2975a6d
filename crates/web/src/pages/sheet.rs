//! Tables as files for spreadsheets.

/// Where lines stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At its beginning, where the mark stands by which spreadsheets know UTF-8.
    Beginning,
    /// Further down.
    Further,
}

/// What a spreadsheet would take for a formula begins so.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Lines as RFC 4180 has them. A cell that a spreadsheet would calculate is led by an apostrophe: what somebody
/// wrote into an order number must not run on the desk of whoever opens the file.
pub fn written(lines: &[Vec<String>], place: Place) -> Vec<u8> {
    let mut text = String::new();
    if place == Place::Beginning {
        text.push('\u{FEFF}');
    }
    for line in lines {
        for (n, cell) in line.iter().enumerate() {
            if n > 0 {
                text.push(',');
            }
            let guard = if cell.starts_with(FORMULA) { "'" } else { "" };
            text.push_str(&format!("\"{guard}{}\"", cell.replace('"', "\"\"")));
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_is_a_formula_and_every_cell_stays_one() {
        let cells = ["=1+1", "+1", "-1", "@x", "\t=1", "a,b", "say \"no\"", "", "x=1"];
        let line = cells.map(str::to_owned).to_vec();
        let text = String::from_utf8(written(&[line], Place::Beginning)).unwrap();
        assert_eq!(
            text,
            "\u{FEFF}\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"'\t=1\",\"a,b\",\"say \"\"no\"\"\",\"\",\"x=1\"\r\n"
        );
        assert_eq!(written(&[], Place::Further), b"");
    }
}
