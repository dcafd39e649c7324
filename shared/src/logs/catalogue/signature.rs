// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::VersionRange;
use crate::logs::matching::Pattern;

/// How bad a signature is. Ordered from harmless to deadly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Info,
    /// A request was refused; the member is well.
    Refused,
    /// Needs a look.
    Warning,
    /// Something does not work.
    Error,
    /// The whole cluster is affected.
    Critical,
    /// An offline tool refused or faulted a file.
    Offline,
    /// The member cannot run.
    Fatal,
}

impl Severity {
    /// Its name as it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Refused => "refused",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Offline => "offline",
            Self::Fatal => "fatal",
        }
    }
}

/// The kinds of writer a text comes from, which decides where it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextKind {
    /// etcd's or a library's error text, the same in every format: in messages and fields.
    Any,
    /// Messages of 3.3 and of 3.4 without zap.
    Capnslog,
    /// zap's constant `msg`: the whole of it.
    ZapMsg,
    /// Lines that no logger wrote, such as Go panics.
    Plain,
    /// A text of Go, the kernel or a container runtime: in messages and fields.
    Os,
}

/// What makes lines seen before it history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverWhen {
    /// The member serves clients.
    Ready,
    /// A leader is elected.
    Leader,
    /// The peer concerned is connected.
    Peer,
    /// The alarm was disarmed.
    Disarm,
}

/// One text of a signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The text with typed gaps.
    #[serde(
        rename = "text",
        deserialize_with = "pattern",
        serialize_with = "pattern_text"
    )]
    pub pattern: Pattern,
    /// Where it is looked for.
    pub kind: TextKind,
    /// The releases that hold it; none for texts of Go, the kernel and runtimes.
    #[serde(rename = "in")]
    pub versions: Option<VersionRange>,
    /// It must be all of the message or field (behind `panic: ` or `Error: `).
    #[serde(default)]
    pub whole: bool,
    /// It only wraps a reason: where the line also matches another signature, that one counts.
    #[serde(default)]
    pub wrapper: bool,
    /// If the line has an `error`, that must contain this.
    pub when_error: Option<String>,
    /// Only lines that contain one of these count, if there are any.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Lines that contain one of these do not count.
    #[serde(default)]
    pub except: Vec<String>,
}

/// One entry of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Its name, stable for ever.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// Its place in the order of diagnosis: of several signatures the lowest rank is the cause.
    pub rank: u8,
    /// What it is, as a short clause without a full stop.
    pub title: String,
    /// The same with captured values in braces, used where all of them were captured.
    pub cause: Option<String>,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub remedy: String,
    /// The command that does it; `{member}` is the member's name.
    pub command: Option<String>,
    /// It is usually the consequence of another, often of another member's trouble.
    #[serde(default)]
    pub echo: bool,
    /// A later start does not end it.
    #[serde(default)]
    pub persists: bool,
    /// Fewer lines than this are only noted.
    #[serde(default = "one")]
    pub at_least: u32,
    /// While it lasts it is written again at least this often: seconds.
    pub repeats_seconds: Option<u32>,
    /// Signatures that, seen in the same life, are the cause of this one.
    #[serde(default)]
    pub explained_by: Vec<String>,
    /// What ends it.
    #[serde(default = "ready")]
    pub over_when: Vec<OverWhen>,
    /// Issues (`etcd#10722`), sources, documents.
    pub references: Vec<String>,
    /// The texts.
    pub texts: Vec<Text>,
    /// The letter of its group; filled in when the catalogue is read.
    #[serde(skip_deserializing)]
    pub group: char,
}

/// A group as its data file holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// `A` to `J`.
    #[serde(rename = "group")]
    pub letter: char,
    /// What its signatures are about.
    pub title: String,
    /// The signatures.
    pub signatures: Vec<Signature>,
}

fn one() -> u32 {
    1
}

fn ready() -> Vec<OverWhen> {
    vec![OverWhen::Ready]
}

pub(super) fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pattern, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}

fn pattern_text<S: Serializer>(pattern: &Pattern, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&pattern.readable())
}
