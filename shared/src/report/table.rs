// SPDX-License-Identifier: Apache-2.0

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Object as _};
use tabled::settings::{Padding, Style};

/// A table as kubectl prints one: upper-case headers, three spaces, no borders, no trailing blanks.
pub fn table(headers: Option<&[&str]>, rows: &[Vec<String>]) -> String {
    let mut builder = Builder::default();
    if let Some(headers) = headers {
        builder.push_record(headers.iter().copied());
    }
    for row in rows {
        builder.push_record(row.iter().map(String::as_str));
    }
    if builder.count_records() == 0 {
        return String::new();
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 3, 0, 0));
    table.modify(
        Columns::last().not(Columns::first()),
        Padding::new(0, 0, 0, 0),
    );
    let text = table.to_string();
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_like_kubectl() {
        let rows = [
            vec!["a".to_owned(), "x y".to_owned()],
            vec!["long-name".to_owned(), String::new()],
        ];
        assert_eq!(
            table(Some(&["NAME", "STATUS"]), &rows),
            "NAME        STATUS\na           x y\nlong-name\n"
        );
        assert_eq!(table(None, &[]), "");
    }
}
