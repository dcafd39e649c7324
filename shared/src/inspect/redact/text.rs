// SPDX-License-Identifier: Apache-2.0

//! Secrets inside free text: shell commands, lists of options, URLs, JSON.

use serde_json::Value;

use super::MASK;
use super::names::is_secret;
use super::value::mask_json;

/// Text within text within text: nobody writes deeper, and no input may take the stack.
const DEEPEST: usize = 16;

/// `text` with the values of `name=value`, `--name value`, `"name": value` and the passwords in
/// URLs masked where the names look secret. Rather too much than too little.
pub fn mask_text(text: &str) -> String {
    masked(text, 0)
}

pub(super) fn masked(text: &str, depth: usize) -> String {
    if depth > DEEPEST || text.contains("PRIVATE KEY-----") {
        return MASK.to_owned();
    }
    let trimmed = text.trim_start();
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        let new = mask_json(&value, depth + 1);
        return if new == value {
            text.to_owned()
        } else {
            new.to_string()
        };
    }
    let text = mask_urls(text);
    let mut out = String::with_capacity(text.len());
    let mut is_next_secret = false;
    for piece in pieces(&text) {
        let (word, gap) = piece;
        let (open, bare, close) = unquoted(word);
        if word.is_empty() {
            // Two separators in a row.
        } else if is_next_secret && !bare.starts_with('-') {
            // `Authorization: Bearer …`
            is_next_secret = ["bearer", "basic", "token"].contains(&bare.to_lowercase().as_str());
            let shown = if is_next_secret { bare } else { MASK };
            out.extend([open, shown, close]);
        } else {
            let option = bare.starts_with('-') && !bare.contains('=') && is_secret(bare);
            let header = bare.strip_suffix(':').is_some_and(is_secret);
            is_next_secret = option || header;
            out.push_str(open);
            match bare.split_once('=') {
                _ if !open.is_empty() => out.push_str(&masked(bare, depth + 1)),
                Some((name, value)) if !value.is_empty() && is_secret(name) => {
                    out.extend([name, "=", MASK]);
                }
                Some((name, value)) => {
                    out.extend([name, "=", &masked(value, depth + 1)]);
                }
                None => out.push_str(bare),
            }
            out.push_str(close);
        }
        out.push_str(gap);
    }
    out
}

/// Words with the separator behind each; a quoted piece is within its word.
fn pieces(text: &str) -> Vec<(&str, &str)> {
    let is_gap = |c: char| c.is_whitespace() || ",;&|?()".contains(c);
    let mut found = Vec::new();
    let mut begin = 0;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"')
                && text.get(at + 1..).is_some_and(|t| t.contains(c)) =>
            {
                quote = Some(c);
            }
            None if is_gap(c) => {
                let end = at + c.len_utf8();
                found.push((
                    text.get(begin..at).unwrap_or_default(),
                    text.get(at..end).unwrap_or_default(),
                ));
                begin = end;
            }
            None => {}
        }
    }
    found.push((text.get(begin..).unwrap_or_default(), ""));
    found
}

/// The quotes around a word, and the word.
fn unquoted(word: &str) -> (&str, &str, &str) {
    for quote in ['\'', '"'] {
        let inner = word
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            let close = word.len().saturating_sub(1);
            return (
                word.get(..1).unwrap_or_default(),
                inner,
                word.get(close..).unwrap_or_default(),
            );
        }
    }
    ("", word, "")
}

/// `scheme://user:password@host` with the password masked, wherever it stands.
fn mask_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.extend([before, "://"]);
        let end = after
            .find(|c: char| c.is_whitespace() || "/?#'\"<>".contains(c))
            .unwrap_or(after.len());
        let authority = after.get(..end).unwrap_or_default();
        match authority.rsplit_once('@') {
            Some((user, host)) if user.contains(':') => {
                let name = user.split(':').next().unwrap_or_default();
                out.extend([name, ":", MASK, "@", host]);
            }
            _ => out.push_str(authority),
        }
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::mask_text;

    #[test]
    fn secrets_inside_text_are_masked() {
        for (text, masked) in [
            (
                "mysql --password=hunter2 -u me",
                "mysql --password=REDACTED -u me",
            ),
            (
                "run --token hunter2 --port 1",
                "run --token REDACTED --port 1",
            ),
            (
                "sh -c 'exec x --password=\"hunter 2\" -v'",
                "sh -c 'exec x --password=REDACTED -v'",
            ),
            (
                "username=u,password=hunter2,vers=3",
                "username=u,password=REDACTED,vers=3",
            ),
            (
                "-Ddb.password=hunter2 -Xmx1g",
                "-Ddb.password=REDACTED -Xmx1g",
            ),
            (
                "postgres://me:hunter2@db/x?sslkey=a",
                "postgres://me:REDACTED@db/x?sslkey=a",
            ),
            (
                "a http://u:hunter2@h b http://v:hunter2@h",
                "a http://u:REDACTED@h b http://v:REDACTED@h",
            ),
            (
                "curl -H \"Authorization: Bearer hunter2\" http://x",
                "curl -H \"Authorization: Bearer REDACTED\" http://x",
            ),
            (
                r#"{"db":{"password":"hunter2","port":1}}"#,
                r#"{"db":{"password":"REDACTED","port":1}}"#,
            ),
            ("it's DB_TOKEN=hunter2", "it's DB_TOKEN=REDACTED"),
            ("a=b c=d", "a=b c=d"),
            ("", ""),
            ("  two  blanks ", "  two  blanks "),
            ("-----BEGIN RSA PRIVATE KEY-----\nhunter2", "REDACTED"),
        ] {
            assert_eq!(mask_text(text), masked);
        }
    }

    #[test]
    fn no_text_takes_the_stack_or_panics() {
        for text in [
            "=".repeat(1 << 20),
            "'a=\"".repeat(10_000),
            "é'=ü".to_owned(),
            "[".repeat(1 << 16),
        ] {
            mask_text(&text);
        }
    }
}
