// SPDX-License-Identifier: Apache-2.0
/// The longest piece of a log line that is shown, in characters.
const SHOWN_CHARS: usize = 400;

/// Names whose values are never shown, compared in lower case.
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "authorization",
    "bearer",
    "private-key",
    "access-key",
];

/// `text` as it may be printed: one line of bounded length, without control characters (a log
/// must not steer the terminal), and without what looks like a password or key.
pub(crate) fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(SHOWN_CHARS)
        .map(|c| if c == '\t' { ' ' } else { c })
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        out.push('…');
    }
    if let Some(at) = out.find("-----BEGIN") {
        out.truncate(at);
        out.push_str("[removed]");
    }
    hide_values(&hide_user_info(&out))
}

/// Removes `user:password@` from URLs.
fn hide_user_info(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | ',' | ')' | ']'))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if user.contains(':') => {
                out.push_str("[removed]@");
                out.push_str(host);
            }
            _ => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Removes the value after `password=`, `"secret":` and the like.
fn hide_values(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(found) = next_secret(&lower, done) {
        let (name_end, value_start) = found;
        let (Some(keep), Some(value)) = (text.get(done..value_start), text.get(value_start..))
        else {
            break;
        };
        let length = value
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '&' | ')'))
            .unwrap_or(value.len());
        out.push_str(keep);
        if length > 0 {
            out.push_str("[removed]");
        }
        done = (value_start + length).max(name_end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The end of the next secret's name at or after `from`, and where its value begins.
fn next_secret(lower: &str, from: usize) -> Option<(usize, usize)> {
    let rest = lower.get(from..)?;
    SECRET_NAMES
        .iter()
        .flat_map(|name| rest.match_indices(name).map(|(at, name)| at + name.len()))
        .filter_map(|end| {
            let after = rest.get(end..)?;
            let trimmed = after.trim_start_matches(['\\', '"', '\'']);
            let trimmed = trimmed.strip_prefix(['=', ':'])?;
            let value = trimmed.trim_start_matches([' ', '\\', '"', '\'']);
            Some((from + end, from + end + (after.len() - value.len())))
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_control_characters_do_not_pass() {
        assert_eq!(
            shown("dial https://root:hunter2@10.0.0.1:2379/x"),
            "dial https://[removed]@10.0.0.1:2379/x"
        );
        assert_eq!(
            shown(r#"{"user":"root","password":"hunter2","a":1}"#),
            r#"{"user":"root","password":"[removed]","a":1}"#
        );
        assert_eq!(
            shown("--password=hunter2 --name=m1"),
            "--password=[removed] --name=m1"
        );
        assert_eq!(shown("a\u{1b}[31mred\u{7}"), "a\u{fffd}[31mred\u{fffd}");
        assert_eq!(
            shown("key -----BEGIN EC PRIVATE KEY----- abc"),
            "key [removed]"
        );
    }

    #[test]
    fn ordinary_text_passes_unchanged() {
        let line = "failed to reach the peerURL(https://10.0.0.3:2380) of member 7b57c1f4d5e77649";
        assert_eq!(shown(line), line);
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN_CHARS + 1);
    }
}
