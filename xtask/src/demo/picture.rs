// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;

use shared::error::ShownError;

/// How many characters fit into a line of the picture; longer ones are folded as a terminal does.
const WIDTH: usize = 132;

/// Writes what was on the screen as an SVG picture.
pub fn write(path: &Path, screen: &str) -> Result<(), ShownError> {
    let folded: String = screen.lines().map(folded).collect();
    let svg = anstyle_svg::Term::new().render_svg(&folded);
    fs::write(path, svg).map_err(|error| {
        ShownError::failed(format!("\"{}\" cannot be written", path.display())).caused_by(error)
    })
}

/// One line as lines of the screen's width. Escape sequences take no place.
fn folded(line: &str) -> String {
    let mut out = String::new();
    let (mut column, mut in_escape) = (0, false);
    for c in line.chars() {
        if c == '\x1b' {
            in_escape = true;
        }
        if !in_escape {
            if column == WIDTH {
                out.push('\n');
                column = 0;
            }
            column += 1;
        } else if c == 'm' {
            in_escape = false;
        }
        out.push(c);
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, folded};

    #[test]
    fn long_lines_are_folded_where_a_terminal_would() {
        let line = format!("\x1b[1m{}\x1b[0m", "x".repeat(WIDTH + 3));
        let lines: Vec<String> = folded(&line).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], "xxx\x1b[0m");
        assert_eq!(folded(""), "\n");
    }
}
