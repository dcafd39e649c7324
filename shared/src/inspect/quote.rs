// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

/// Quotes `word` so that a POSIX shell gives back exactly its bytes.
///
/// Control characters other than a newline, and characters that change the reading direction,
/// come from `printf`: a terminal that shows or pastes the text must not act on them.
/// A NUL cannot be in a word; the caller has taken it out.
pub fn quote(word: &str) -> String {
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with(['~', '=']) {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len() + 2);
    let mut run = String::new();
    let mut hidden = false;
    for c in word.chars() {
        if is_hidden(c) != hidden && !run.is_empty() {
            flush(&mut out, &run, hidden);
            run.clear();
        }
        hidden = is_hidden(c);
        run.push(c);
    }
    if !run.is_empty() || out.is_empty() {
        flush(&mut out, &run, hidden);
    }
    out
}

/// Quotes and joins words with blanks.
pub fn join<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(quote).collect::<Vec<_>>().join(" ")
}

fn flush(out: &mut String, run: &str, hidden: bool) {
    if hidden {
        out.push_str("\"$(printf '");
        for byte in run.bytes() {
            let _ = write!(out, "\\{byte:03o}");
        }
        out.push_str("')\"");
        return;
    }
    // Quotes stand alone between quoted pieces: 'a'\''b'.
    for (index, piece) in run.split('\'').enumerate() {
        if index > 0 {
            out.push_str("\\'");
        }
        if !piece.is_empty() || run.is_empty() {
            out.push('\'');
            out.push_str(piece);
            out.push('\'');
        }
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '_' | '-' | '.' | '/' | ':' | '=' | ',' | '+' | '@' | '%' | '^'
        )
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// What a shell makes of the quoted words, NUL between them.
    fn through_sh(words: &[String]) -> std::io::Result<Vec<u8>> {
        let line = join(words.iter().map(String::as_str));
        let out = Command::new("sh")
            .arg("-c")
            .arg(format!("printf '%s\\0' {line}"))
            .output()?;
        assert!(out.status.success() && out.stderr.is_empty(), "{line}");
        Ok(out.stdout)
    }

    fn as_given(words: &[String]) -> Vec<u8> {
        words
            .iter()
            .flat_map(|word| word.bytes().chain([0]))
            .collect()
    }

    #[test]
    fn hostile_words_come_back_as_they_are() -> std::io::Result<()> {
        let words: Vec<String> = [
            "",
            "'",
            "''",
            "a'b",
            "'a",
            "a'",
            "$(id)",
            "`id`",
            "\"",
            "\\",
            "\\n",
            "*",
            "~",
            "~root",
            "a b",
            "\n",
            "a\n",
            "\na\n",
            "\t",
            "\r\n",
            "\u{1b}[31m",
            "!x",
            "#x",
            "=ls",
            "{a,b}",
            "-n",
            "\u{202e}x",
            "\u{7f}",
            "é",
            "漢字",
            "%s\\0",
            "$'x'",
            "a\u{1}\nb",
            "&",
            "|;<>()",
        ]
        .map(str::to_owned)
        .to_vec();
        assert_eq!(through_sh(&words)?, as_given(&words));
        Ok(())
    }

    #[test]
    fn plain_words_stay_readable() {
        assert_eq!(
            join(["-p", "127.0.0.1:80:80/tcp", "a b"]),
            "-p 127.0.0.1:80:80/tcp 'a b'"
        );
        assert!(!quote("\u{1b}]0;x\u{7}").contains('\u{1b}'));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_words_come_back(words in prop::collection::vec("[^\\x00]{0,12}", 1..20)) {
            prop_assert_eq!(through_sh(&words)?, as_given(&words));
        }
    }
}
