// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use crate::logs::catalogue::{Catalogue, Signature, Text, TextKind};
use crate::logs::line::{Format, LogLine};
use crate::logs::matching::Captures;

/// zap's field names for what the texts of capnslog hold in their gaps.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "peer",
        &[
            "remote-peer-id",
            "peer-id",
            "remote-member-id",
            "remote-peer-id-from",
            "from",
            "removed-remote-peer-id",
            "removed-member-id",
            "remote-peer-server-name",
        ],
    ),
    ("member", &["local-member-id"]),
    ("cluster", &["cluster-id"]),
    ("remote_cluster", &["remote-peer-cluster-id"]),
    ("local_cluster", &["local-member-cluster-id"]),
    ("name", &["name"]),
    ("data_dir", &["data-dir"]),
    (
        "version",
        &[
            "etcd-version",
            "local-server-version",
            "local-member-server-version",
        ],
    ),
    ("signal", &["signal"]),
    ("alarm", &["alarm"]),
    ("took", &["took", "time spent"]),
    ("drift", &["clock-drift"]),
    ("path", &["path"]),
    ("url", &["address"]),
    ("reason", &["error"]),
];

/// What the gaps of `text` held if `line`, written by etcd `version`, has it.
pub(super) fn find(text: &Text, line: &LogLine, version: Option<[u16; 3]>) -> Option<Captures> {
    if let (Some(range), Some(version)) = (text.versions, version)
        && !range.may_hold(version)
    {
        return None;
    }
    if let (Some(needed), Some(error)) = (&text.when_error, line.fields.get("error"))
        && !error.contains(needed.as_str())
    {
        return None;
    }
    let captures = places(text, line).find_map(|place| {
        if text.kind == TextKind::ZapMsg {
            return text.pattern.find_whole(place);
        }
        if text.whole {
            let bare = ["panic: ", "Error: "]
                .iter()
                .find_map(|head| place.strip_prefix(head));
            return text.pattern.find_whole(bare.unwrap_or(place));
        }
        text.pattern.find(place)
    })?;
    let has_one_of = |words: &[String]| {
        let mut all = std::iter::once(&line.message).chain(line.fields.values());
        all.any(|place| words.iter().any(|word| place.contains(word.as_str())))
    };
    if has_one_of(&text.except) || !text.needs.is_empty() && !has_one_of(&text.needs) {
        return None;
    }
    Some(captures)
}

/// Where in `line` a text of this kind can stand.
fn places<'l>(text: &Text, line: &'l LogLine) -> Box<dyn Iterator<Item = &'l str> + 'l> {
    let message = std::iter::once(line.message.as_str());
    match (text.kind, line.format) {
        (_, Format::GoTrace) => Box::new(std::iter::empty()),
        (TextKind::Any | TextKind::Os, _) => {
            Box::new(message.chain(line.fields.values().map(String::as_str)))
        }
        // zap's messages are constant: a longer one is another. A panic repeats it bare.
        (TextKind::ZapMsg, Format::GoPanic) => {
            Box::new(line.message.strip_prefix("panic: ").into_iter())
        }
        (TextKind::ZapMsg, format) if format.is_zap() => Box::new(message),
        (TextKind::ZapMsg, _) => Box::new(std::iter::empty()),
        (TextKind::Capnslog, Format::ZapJson | Format::ZapConsole) => Box::new(std::iter::empty()),
        (TextKind::Capnslog, _) | (TextKind::Plain, Format::GoPanic | Format::Plain) => {
            Box::new(message)
        }
        (TextKind::Plain, _) => Box::new(std::iter::empty()),
    }
}

impl Catalogue {
    /// Every text of every signature that `line` has, wrappers included, as (signature, number
    /// of the text). `version` is that of the etcd that wrote it, if known.
    pub fn texts_in(&self, line: &LogLine, version: Option<[u16; 3]>) -> Vec<(&Signature, usize)> {
        self.signatures()
            .iter()
            .flat_map(|signature| {
                signature
                    .texts
                    .iter()
                    .enumerate()
                    .map(move |text| (signature, text))
            })
            .filter(|(_, (_, text))| find(text, line, version).is_some())
            .map(|(signature, (number, _))| (signature, number))
            .collect()
    }
}

/// What the gaps held, and what zap's fields say under the same names.
pub(super) fn captured(captures: Captures, line: &LogLine) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = captures.into_iter().collect();
    for (name, fields) in FIELDS {
        if let Some(value) = line.field(fields)
            && !value.is_empty()
        {
            all.entry((*name).to_owned())
                .or_insert_with(|| value.to_owned());
        }
    }
    all
}
