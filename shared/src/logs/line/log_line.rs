// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How urgent the writer of a line thought it was. Ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// capnslog `D` and `T`, zap `debug`.
    Debug,
    /// capnslog `I`, zap `info`.
    Info,
    /// capnslog `N`.
    Notice,
    /// capnslog `W`, zap `warn`.
    Warning,
    /// capnslog `E`, zap `error`.
    Error,
    /// zap `panic` and `dpanic`, and a Go panic: the process ends with code 2.
    Panic,
    /// capnslog `C`, zap `fatal`: the process ends (capnslog also logs panics so).
    Fatal,
}

/// The format a line is written in, once its wrappers are off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `2021-07-30 06:56:50.766417 E | rafthttp: …`: 3.3, and 3.4 unless told otherwise.
    Capnslog,
    /// Go's own log package: raft in 3.4's capnslog mode, gRPC, net/http.
    GoLog,
    /// One JSON object a line: 3.4 with `--logger=zap`, 3.5 and later.
    ZapJson,
    /// Tab-separated: `--log-format=console`, 3.5 and later.
    ZapConsole,
    /// The first lines of a Go crash: `panic: …`, `fatal error: …`, `[signal …`.
    GoPanic,
    /// A line of the goroutine traces that follow a crash.
    GoTrace,
    /// Anything else.
    Plain,
}

impl Format {
    /// Whether only a program with a logger of etcd's kind writes such lines.
    pub fn is_structured(self) -> bool {
        matches!(
            self,
            Self::Capnslog | Self::GoLog | Self::ZapJson | Self::ZapConsole
        )
    }

    /// Whether zap wrote the line.
    pub fn is_zap(self) -> bool {
        matches!(self, Self::ZapJson | Self::ZapConsole)
    }
}

/// What a container runtime or supervisor put around the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrapper {
    /// Docker's json-file driver: `{"log":"…\n","stream":"stderr","time":"…"}`.
    DockerJson,
    /// The CRI log file of containerd and CRI-O: `<time> stderr F <line>`.
    Cri,
    /// `journalctl`: `Nov 22 07:32:27 host etcd[123]: <line>`.
    Journald,
    /// k0s: a logrus line with etcd's line in its `msg`.
    K0s,
    /// `docker logs --timestamps`, `kubectl logs --timestamps` or `--prefix`, docker compose.
    Prefix,
}

/// A line of a log, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// The line as it stood in the log, bytes that are no UTF-8 replaced.
    pub raw: String,
    /// When it was written. capnslog and Go's log name no zone: UTC is assumed.
    pub time: Option<Timestamp>,
    /// Its level, where the format has one.
    pub level: Option<Level>,
    /// The package (capnslog, Go log) or caller (zap).
    pub source: Option<String>,
    /// The message without level, time and source.
    pub message: String,
    /// zap's other fields; a value that is no string is kept as compact JSON.
    pub fields: BTreeMap<String, String>,
    /// The format.
    pub format: Format,
    /// The innermost wrapper that was taken off.
    pub wrapper: Option<Wrapper>,
}

impl LogLine {
    /// The first of `names` that is a field of this line.
    pub fn field(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.fields.get(*name).map(String::as_str))
    }

    /// Whether the process cannot live on after this line.
    pub fn is_terminal(&self) -> bool {
        self.format == Format::GoPanic
            || self.level.is_some_and(|level| level >= Level::Panic)
                && self.format != Format::GoTrace
    }
}
