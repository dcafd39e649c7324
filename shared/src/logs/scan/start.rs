// SPDX-License-Identifier: Apache-2.0

use crate::logs::error::LogError;

/// Refuses what is no text, judged by its first bytes. A few NUL bytes pass: after a power
/// failure a log has them in its middle.
pub(super) fn check_first_bytes(start: &[u8]) -> Result<(), LogError> {
    const MAGIC: &[(&[u8], &str, &str)] = &[
        (
            &[0x1f, 0x8b],
            "gzip-compressed data",
            "unpack it first: `zcat FILE | kubectl etcd-health logs -`",
        ),
        (
            &[0x28, 0xb5, 0x2f, 0xfd],
            "zstd-compressed data",
            "unpack it first: `zstdcat FILE | kubectl etcd-health logs -`",
        ),
        (
            &[0xfd, b'7', b'z', b'X', b'Z'],
            "xz-compressed data",
            "unpack it first: `xzcat FILE | kubectl etcd-health logs -`",
        ),
        (
            b"PK\x03\x04",
            "a zip archive",
            "unpack it first: `unzip -p FILE | kubectl etcd-health logs -`",
        ),
        (
            &[0xff, 0xfe],
            "text in UTF-16",
            "convert it first: `iconv -f UTF-16 -t UTF-8 FILE | kubectl etcd-health logs -`",
        ),
        (
            &[0xfe, 0xff],
            "text in UTF-16",
            "convert it first: `iconv -f UTF-16 -t UTF-8 FILE | kubectl etcd-health logs -`",
        ),
        (
            b"LPKSHHRH",
            "a binary journal",
            "export it first: `journalctl --file FILE | kubectl etcd-health logs -`",
        ),
    ];
    if start.is_empty() {
        return Err(LogError::Empty);
    }
    if let Some((_, what, remedy)) = MAGIC.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return Err(LogError::NotText { what, remedy });
    }
    let odd = start
        .iter()
        .filter(|byte| **byte < 0x20 && !matches!(**byte, b'\n' | b'\r' | b'\t' | 0x1b))
        .count();
    if odd * 10 > start.len() {
        return Err(LogError::NotText {
            what: "binary data",
            remedy: "give a log; a database file is checked by `kubectl etcd-health db FILE`",
        });
    }
    Ok(())
}
