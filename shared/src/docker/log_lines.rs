// SPDX-License-Identifier: Apache-2.0

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::{Engine, EngineError};

/// Where a line was written; with a terminal everything is `Stdout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line of a container's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When the engine received it.
    pub time: Option<Timestamp>,
    /// Where it was written.
    pub stream: LogStream,
    /// The line without its end; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// More than any tail needs; a line can be as long as its program likes.
const LIMIT_BYTES: usize = 64 << 20;

impl Engine {
    /// The last `lines` lines of a container's log, not older than `since`.
    /// Works for stopped containers; log drivers that cannot be read are the engine's error.
    pub async fn logs_tail(
        &self,
        container: &str,
        lines: u32,
        since: Option<Timestamp>,
    ) -> Result<Vec<LogLine>, EngineError> {
        let docker = self.typed(self.deadline).await?;
        let mut options = LogsOptionsBuilder::default()
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .tail(&lines.to_string());
        if let Some(since) = since {
            options = options.since(i32::try_from(since.as_second()).unwrap_or(i32::MAX));
        }
        let container = super::engine::segment(container);
        let work = async {
            let mut assembler = Assembler::default();
            let mut parts = docker.logs(&container, Some(options.build()));
            while let Some(part) = parts.next().await {
                let (stream, bytes) = match part.map_err(|error| self.fault_of("logs", error))? {
                    LogOutput::StdErr { message } => (LogStream::Stderr, message),
                    LogOutput::StdOut { message }
                    | LogOutput::StdIn { message }
                    | LogOutput::Console { message } => (LogStream::Stdout, message),
                };
                assembler.add(stream, &bytes);
                if assembler.bytes > LIMIT_BYTES {
                    return Err(EngineError::TooLarge {
                        what: format!("the log of {container}"),
                        limit_bytes: LIMIT_BYTES as u64,
                    });
                }
            }
            Ok(assembler.finish())
        };
        self.within("logs", self.deadline, work).await
    }
}

/// Puts the engine's parts together: it cuts lines over 16 KiB into parts, each with its time.
#[derive(Default)]
struct Assembler {
    lines: Vec<LogLine>,
    /// Whether the newest line of stdout and of stderr still goes on, by its index.
    open: [Option<usize>; 2],
    bytes: usize,
}

impl Assembler {
    fn add(&mut self, stream: LogStream, part: &[u8]) {
        self.bytes += part.len();
        let text = String::from_utf8_lossy(part);
        for piece in text.split_inclusive('\n') {
            self.piece(stream, piece);
        }
    }

    fn piece(&mut self, stream: LogStream, piece: &str) {
        let ended = piece.ends_with('\n');
        let piece = piece.strip_suffix('\n').unwrap_or(piece);
        let piece = piece.strip_suffix('\r').unwrap_or(piece);
        let (time, text) = split_time(piece);
        let slot = usize::from(stream == LogStream::Stderr);
        let Some(open) = self.open.get_mut(slot) else {
            return;
        };
        match open.and_then(|index| self.lines.get_mut(index)) {
            Some(line) => line.text.push_str(text),
            None => {
                *open = Some(self.lines.len());
                self.lines.push(LogLine {
                    time,
                    stream,
                    text: text.to_owned(),
                });
            }
        }
        if ended {
            *open = None;
        }
    }

    fn finish(self) -> Vec<LogLine> {
        self.lines
    }
}

fn split_time(text: &str) -> (Option<Timestamp>, &str) {
    match text.split_once(' ') {
        Some((time, rest)) => match time.parse::<Timestamp>() {
            Ok(time) => (Some(time), rest),
            Err(_) => (None, text),
        },
        None => match text.parse::<Timestamp>() {
            Ok(time) => (Some(time), ""),
            Err(_) => (None, text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_per_stream() {
        let mut assembler = Assembler::default();
        assembler.add(LogStream::Stdout, b"2026-11-22T10:00:00.000000001Z begin ");
        assembler.add(LogStream::Stderr, b"2026-11-22T10:00:01Z other\r\n");
        assembler.add(LogStream::Stdout, b"2026-11-22T10:00:02Z end\n");
        assembler.add(LogStream::Stdout, b"2026-11-22T10:00:03Z \nno time\n");
        let texts: Vec<_> = assembler
            .finish()
            .into_iter()
            .map(|line| {
                (
                    line.time.map(|time| time.as_second() % 60),
                    line.stream,
                    line.text,
                )
            })
            .collect();
        assert_eq!(
            texts,
            [
                (Some(0), LogStream::Stdout, "begin end".to_owned()),
                (Some(1), LogStream::Stderr, "other".to_owned()),
                (Some(3), LogStream::Stdout, String::new()),
                (None, LogStream::Stdout, "no time".to_owned()),
            ]
        );
    }
}
