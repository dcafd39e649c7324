// SPDX-License-Identifier: Apache-2.0

use super::parse::Parsed;
use crate::logs::line::{Format, Level};

/// How the first lines of a Go crash begin. The message keeps these words: they are part of
/// what people search for.
const HEADS: &[&str] = &[
    "panic: ",
    "fatal error: ",
    "[signal ",
    "unexpected fault address ",
    "runtime: out of memory",
];

/// A Go crash and the goroutine traces behind it.
pub(super) fn parse(line: &str) -> Option<Parsed> {
    // A panic that is raised again while another unwinds is indented.
    let text = line.trim_start_matches('\t');
    if HEADS.iter().any(|head| text.starts_with(head)) {
        return Some(Parsed {
            level: Some(Level::Panic),
            ..Parsed::new(Format::GoPanic, text)
        });
    }
    is_trace(line).then(|| Parsed::new(Format::GoTrace, line))
}

/// Whether the line belongs to a goroutine trace: its head, a call, or a file below a call.
fn is_trace(line: &str) -> bool {
    if line.starts_with("goroutine ") && line.ends_with("]:") || line.starts_with("created by ") {
        return true;
    }
    if let Some(file) = line.strip_prefix('\t') {
        return file.contains(".go:") || file.contains(".s:");
    }
    // `go.etcd.io/bbolt.(*DB).freepages.func2(0xc0001, …)`
    line.ends_with(')')
        && line.split_once('(').is_some_and(|(name, _)| {
            !name.is_empty() && !name.contains(' ') && (name.contains('.') || name == "panic")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_told_from_text() {
        for line in [
            "goroutine 1 [running]:",
            "go.etcd.io/bbolt.(*DB).freepages.func2(0xc00013c240)",
            "\t/build/etcd/vendor/go.etcd.io/bbolt/db.go:1003 +0xed",
            "panic({0xe86920, 0xc000183a10})",
            "sync.(*Once).Do(...)",
            "created by go.etcd.io/bbolt.(*DB).freepages",
        ] {
            assert_eq!(
                parse(line).map(|p| p.format),
                Some(Format::GoTrace),
                "{line}"
            );
        }
        for line in ["Usage:", "exit (code 2)", "Killed", ""] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
