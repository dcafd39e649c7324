// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;

/// A Debian archive as this machine's own apt knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its URI.
    pub uri: String,
    /// The `signed-by` keyring, if one is named.
    pub signed_by: Option<String>,
}

impl Archive {
    /// The one-line source for another suite of the same archive.
    pub fn source_line(&self, kind: &str, suite: &str) -> String {
        let options = self
            .signed_by
            .as_ref()
            .map(|key| format!("[signed-by={key}] "))
            .unwrap_or_default();
        format!("{kind} {options}{} {suite} main\n", self.uri)
    }
}

/// Suites of Debian's main archive by name; a source with one of them is a Debian mirror.
const SUITES: &[&str] = &[
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "duke",
    "sid",
    "oldoldstable",
    "oldstable",
    "stable",
    "testing",
    "unstable",
];

/// The Debian archive of this machine's apt sources, if it has one.
pub fn load() -> Option<Archive> {
    let mut files = vec![Path::new("/etc/apt/sources.list").to_owned()];
    let parts = fs::read_dir("/etc/apt/sources.list.d")
        .into_iter()
        .flatten()
        .flatten();
    let mut parts: Vec<_> = parts.map(|entry| entry.path()).collect();
    parts.sort();
    files.extend(parts);
    files.iter().find_map(|file| {
        let text = fs::read_to_string(file).ok()?;
        match file.extension()?.to_str()? {
            "list" => parse_lines(&text),
            "sources" => parse_stanzas(&text),
            _ => None,
        }
    })
}

/// The first Debian archive of a one-line-style file (sources.list(5)).
pub fn parse_lines(text: &str) -> Option<Archive> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim_start();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(inside) => inside.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        let uri = words.next()?;
        let suite = words.next()?;
        let signed_by = options
            .split_whitespace()
            .find_map(|option| option.strip_prefix("signed-by="))
            .map(str::to_owned);
        archive(uri, suite, signed_by)
    })
}

/// The first Debian archive of a deb822-style file (sources.list(5)).
pub fn parse_stanzas(text: &str) -> Option<Archive> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines
        .split(|line| line.trim().is_empty())
        .find_map(|stanza| {
            let field = |name: &str| {
                stanza.iter().find_map(|line| {
                    let (key, value) = line.split_once(':')?;
                    key.eq_ignore_ascii_case(name)
                        .then(|| value.trim().to_owned())
                })
            };
            if field("Enabled").is_some_and(|value| value.eq_ignore_ascii_case("no")) {
                return None;
            }
            let uris = field("URIs")?;
            let suites = field("Suites")?;
            // An embedded key (a value that goes on in further lines) cannot be carried over.
            let signed_by = field("Signed-By").filter(|value| value.starts_with('/'));
            suites.split_whitespace().find_map(|suite| {
                archive(uris.split_whitespace().next()?, suite, signed_by.clone())
            })
        })
}

fn archive(uri: &str, suite: &str, signed_by: Option<String>) -> Option<Archive> {
    let known = SUITES.contains(&suite.trim_end_matches('/'));
    known.then(|| Archive {
        uri: uri.to_owned(),
        signed_by,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deb822_file_gives_the_main_archive_and_its_key() {
        let text = "Types: deb\n# note\nURIs: http://mirror.test/debian-security\n\
                    Suites: bookworm-security\nSigned-By: /k/a.gpg\n\n\
                    Types: deb\nURIs: http://mirror.test/debian\n\
                    Suites: bookworm bookworm-updates\nSigned-By: /k/b.gpg\n";
        let archive = parse_stanzas(text).unwrap();
        assert_eq!(archive.uri, "http://mirror.test/debian");
        assert_eq!(
            archive.source_line("deb", "sid"),
            "deb [signed-by=/k/b.gpg] http://mirror.test/debian sid main\n"
        );
    }

    #[test]
    fn a_line_of_another_distribution_is_not_taken_for_debian() {
        assert_eq!(
            parse_lines("deb http://mirror.test/ubuntu jammy main\n"),
            None
        );
        assert_eq!(
            parse_lines("# x\ndeb [arch=amd64 signed-by=/k.gpg] http://m.test/debian trixie main"),
            Some(Archive {
                uri: "http://m.test/debian".into(),
                signed_by: Some("/k.gpg".into())
            })
        );
    }
}
