// SPDX-License-Identifier: Apache-2.0

use std::io::{self, BufRead, Read as _};

/// The longest part of a line that is looked at, in bytes. etcd's longest lines (a panic with a
/// stack, a member list) are far below.
pub(super) const LINE_BYTES: usize = 256 * 1024;

/// One line of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineRead {
    /// Bytes taken from the reader, line feed included.
    pub(super) bytes: u64,
    /// The line was longer than [`LINE_BYTES`] and lost its end.
    pub(super) cut: bool,
}

/// Reads one line without its line feed into `line`, however long it is in bounded memory.
/// `None` at the end.
pub(super) fn read_line(
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
) -> io::Result<Option<LineRead>> {
    line.clear();
    let mut bytes = reader.take(LINE_BYTES as u64).read_until(b'\n', line)? as u64;
    if bytes == 0 {
        return Ok(None);
    }
    let mut cut = false;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else {
        loop {
            let chunk = reader.fill_buf()?;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(chunk.len(), |at| at + 1);
            cut |= end.map_or(used, |at| at) > 0;
            reader.consume(used);
            bytes += used as u64;
            if end.is_some() || used == 0 {
                break;
            }
        }
    }
    Ok(Some(LineRead { bytes, cut }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_line_is_cut_and_the_next_one_is_whole() {
        let mut text = vec![b'x'; 3 * LINE_BYTES];
        text.extend_from_slice(b"\nshort\n\nlast");
        let mut reader = io::BufReader::with_capacity(1000, &text[..]);
        let mut line = Vec::new();
        let first = read_line(&mut reader, &mut line).unwrap().unwrap();
        assert_eq!(
            (line.len(), first.cut, first.bytes),
            (LINE_BYTES, true, 3 * LINE_BYTES as u64 + 1)
        );
        for expected in ["short", "", "last"] {
            assert!(!read_line(&mut reader, &mut line).unwrap().unwrap().cut);
            assert_eq!(line, expected.as_bytes());
        }
        assert_eq!(read_line(&mut reader, &mut line).unwrap(), None);
    }
}
