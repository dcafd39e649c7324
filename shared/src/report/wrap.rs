// SPDX-License-Identifier: Apache-2.0
/// Narrower than this a terminal is taken for one that does not tell its width.
const LEAST: usize = 40;

/// The room that text may take: a terminal's width, or no limit where the output is read by a
/// program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room(Option<usize>);

impl Room {
    /// So many columns; no limit for `None`.
    pub fn of(columns: Option<usize>) -> Self {
        Self(columns.filter(|columns| *columns >= LEAST))
    }

    /// Whether a line of so many columns has room.
    pub fn takes(self, columns: usize) -> bool {
        self.0.is_none_or(|room| columns <= room)
    }

    /// The text broken at blanks into lines that fit beside an indentation of so many columns. What
    /// has no blank stays whole: a path or an address in two halves cannot be copied.
    pub fn lines(self, text: &str, indentation: usize) -> Vec<String> {
        let Some(room) = self.0.map(|room| room.saturating_sub(indentation)) else {
            return text.lines().map(str::to_owned).collect();
        };
        text.lines().flat_map(|line| broken(line, room)).collect()
    }
}

fn broken(line: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split(' ') {
        let wide = current.chars().count() + 1 + word.chars().count();
        if current.is_empty() {
            current.push_str(word);
        } else if wide <= room {
            current.push(' ');
            current.push_str(word);
        } else {
            lines.push(std::mem::replace(&mut current, word.to_owned()));
        }
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_blanks_and_long_words_stay_whole() {
        let room = Room::of(Some(40));
        let text = "the database refers to one page twice: https://example.org/a/very/long/address/of/a/page ends";
        assert_eq!(
            room.lines(text, 10),
            [
                "the database refers to one",
                "page twice:",
                "https://example.org/a/very/long/address/of/a/page",
                "ends"
            ]
        );
        assert_eq!(room.lines("one\ntwo", 0), ["one", "two"]);
    }

    #[test]
    fn without_a_terminal_nothing_is_broken() {
        let text = "word ".repeat(100);
        // A width of 0 is what a terminal says that does not know.
        for columns in [None, Some(0)] {
            let lines = Room::of(columns).lines(&text, 10);
            assert_eq!(lines.len(), 1);
            assert_eq!(lines[0], text);
        }
    }
}
