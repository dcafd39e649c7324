// SPDX-License-Identifier: Apache-2.0
/// The line of a log's end that says why it ended: the panic's or fatal one, else the last.
pub fn last_words<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lines: Vec<&str> = lines.into_iter().map(str::trim).collect();
    let says_why = |line: &&&str| {
        line.starts_with("panic:")
            || line.starts_with("fatal error:")
            || line.contains("\"level\":\"fatal\"")
            || line.contains("\"level\":\"panic\"")
            || line.contains(" C | ")
    };
    lines
        .iter()
        .rev()
        .find(says_why)
        .or_else(|| lines.iter().rev().find(|line| !line.is_empty()))
        .map(|line| (*line).to_owned())
}
