// SPDX-License-Identifier: Apache-2.0

//! Every signature of the catalogue against lines that were written apart from its patterns, or
//! taken from real runs: `data/signature-lines.tsv`.
#![allow(clippy::unwrap_used)] // helpers of tests, not only test functions

use std::collections::{BTreeMap, BTreeSet};

use shared::logs::{Catalogue, Format, TextKind, catalogue, parse_line};

const LINES: &str = include_str!("data/signature-lines.tsv");

struct Sample {
    must_match: bool,
    id: &'static str,
    format: &'static str,
    version: Option<[u16; 3]>,
    line: String,
}

fn samples() -> Vec<Sample> {
    LINES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.splitn(5, '\t');
            let mut next = || {
                columns
                    .next()
                    .unwrap_or_else(|| panic!("five columns: {line}"))
            };
            let (sign, id, format, version, text) = (next(), next(), next(), next(), next());
            let version = (version != "-").then(|| {
                let numbers: Vec<u16> = version.split('.').map(|n| n.parse().unwrap()).collect();
                numbers.try_into().unwrap()
            });
            Sample {
                must_match: sign == "+",
                id,
                format,
                version,
                line: text.replace("\\t", "\t"),
            }
        })
        .collect()
}

fn the_catalogue() -> &'static Catalogue {
    catalogue().unwrap_or_else(|error| panic!("{error}"))
}

fn format_name(format: Format) -> String {
    serde_json::to_value(format)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn ids(line: &[u8], version: Option<[u16; 3]>) -> BTreeSet<String> {
    let line = parse_line(line);
    the_catalogue()
        .texts_in(&line, version)
        .into_iter()
        .map(|(s, _)| s.id.clone())
        .collect()
}

#[test]
fn the_catalogue_is_complete_and_consistent() {
    let catalogue = the_catalogue();
    assert_eq!(catalogue.signatures().len(), 110);
    // 261 texts of the sources, and those that real runs and releases showed beside them.
    let texts: usize = catalogue.signatures().iter().map(|s| s.texts.len()).sum();
    assert!(texts >= 261, "{texts}");
    let ids: BTreeSet<&str> = catalogue
        .signatures()
        .iter()
        .map(|s| s.id.as_str())
        .collect();
    assert_eq!(ids.len(), 110, "an id is used twice");
    for signature in catalogue.signatures() {
        let id = &signature.id;
        assert!(!signature.references.is_empty(), "{id} has no reference");
        assert!(!signature.title.ends_with('.'), "{id}: a title is a clause");
        assert!(
            signature.meaning.ends_with('.') && signature.remedy.ends_with('.'),
            "{id}"
        );
        // Every value that the cause's sentence shows can be captured by some text, or is known
        // from the zap fields and the identity.
        let known = [
            "member",
            "peer",
            "cluster",
            "remote_cluster",
            "local_cluster",
            "version",
            "took",
            "drift",
            "reason",
            "path",
            "url",
            "alarm",
        ];
        let captured: BTreeSet<&str> = signature
            .texts
            .iter()
            .flat_map(|text| text.pattern.names())
            .chain(known)
            .collect();
        for name in signature
            .cause
            .iter()
            .flat_map(|cause| cause.split('{').skip(1))
        {
            let name = name.split('}').next().unwrap();
            assert!(captured.contains(name), "{id}: nothing captures {{{name}}}");
        }
    }
}

#[test]
fn every_positive_line_matches_in_the_format_it_is_listed_under() {
    let mut wrong = Vec::new();
    for sample in samples().iter().filter(|sample| sample.must_match) {
        let line = parse_line(sample.line.as_bytes());
        if format_name(line.format) != sample.format {
            wrong.push(format!(
                "{} is read as {:?}: {}",
                sample.id, line.format, sample.line
            ));
        }
        if !ids(sample.line.as_bytes(), sample.version).contains(sample.id) {
            wrong.push(format!("{} does not match {}", sample.id, sample.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_near_miss_matches() {
    let mut wrong = Vec::new();
    for sample in samples().iter().filter(|sample| !sample.must_match) {
        if ids(sample.line.as_bytes(), sample.version).contains(sample.id) {
            wrong.push(format!("{} matches {}", sample.id, sample.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_text_has_a_line_in_each_of_its_formats_and_every_signature_a_near_miss() {
    let mut seen: BTreeMap<(String, usize), BTreeSet<String>> = BTreeMap::new();
    let mut misses = BTreeSet::new();
    for sample in samples() {
        if !sample.must_match {
            misses.insert(sample.id);
            continue;
        }
        let line = parse_line(sample.line.as_bytes());
        for (signature, text) in the_catalogue().texts_in(&line, sample.version) {
            if signature.id == sample.id {
                let formats = seen.entry((signature.id.clone(), text)).or_default();
                formats.insert(sample.format.to_owned());
            }
        }
    }
    let mut missing = Vec::new();
    for signature in the_catalogue().signatures() {
        if !misses.contains(signature.id.as_str()) {
            missing.push(format!("{} has no near miss", signature.id));
        }
        for (number, text) in signature.texts.iter().enumerate() {
            let formats = seen
                .remove(&(signature.id.clone(), number))
                .unwrap_or_default();
            let any = |names: &[&str]| names.iter().any(|name| formats.contains(*name));
            let may = |version| text.versions.is_none_or(|range| range.may_hold(version));
            // A Go crash is the same in every format.
            let old = any(&["capnslog", "go-log", "go-panic"]);
            let new = any(&["zap-json", "zap-console", "go-panic"]);
            let complete = match text.kind {
                TextKind::Capnslog => any(&["capnslog"]),
                TextKind::ZapMsg => any(&["zap-json"]),
                TextKind::Plain => any(&["go-panic", "plain"]),
                // "Killed" and the lines of a crash stand on their own.
                TextKind::Any | TextKind::Os => {
                    (old || !may([3, 4, 23])) && (new || !may([3, 5, 16]))
                }
            };
            if !complete {
                missing.push(format!(
                    "{} text {number} \"{}\" has only {formats:?}",
                    signature.id,
                    text.pattern.readable()
                ));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_positive_line_matches_inside_every_wrapper() {
    let mut wrong = Vec::new();
    for sample in samples().iter().filter(|sample| sample.must_match) {
        let line = &sample.line;
        let json = serde_json::to_string(&format!("{line}\n")).unwrap();
        let quoted = serde_json::to_string(line).unwrap();
        for wrapped in [
            format!("{{\"log\":{json},\"stream\":\"stderr\",\"time\":\"2026-11-22T07:32:27.1Z\"}}"),
            format!("2026-11-22T07:32:27.123456789Z stderr F {line}"),
            format!("Nov 22 07:32:27 node-1 etcd[1234]: {line}"),
            format!("2026-11-22T07:32:27+0000 node-1 etcd[1234]: {line}"),
            format!("time=\"2026-11-22 07:32:27\" level=info msg={quoted} component=etcd"),
            format!("2026-11-22T07:32:27.123456789Z {line}"),
            format!("[pod/etcd-node-1/etcd] {line}"),
            format!("etcd-1  | {line}"),
        ] {
            if !ids(wrapped.as_bytes(), sample.version).contains(sample.id) {
                wrong.push(format!("{} does not match {wrapped}", sample.id));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The scanner dismisses most lines by their bytes alone; it must not dismiss one that matters.
#[test]
fn the_scanner_finds_in_a_whole_log_what_it_finds_in_a_line() {
    let catalogue = the_catalogue();
    let filler =
        "2026-11-22 07:32:26.000001 I | mvcc: finished scheduled compaction at 5 (took 1ms)\n";
    let mut wrong = Vec::new();
    for sample in samples().iter().filter(|sample| sample.must_match) {
        let alone = parse_line(sample.line.as_bytes());
        let raw = catalogue.texts_in(&alone, sample.version);
        let reasons: BTreeSet<&str> = raw
            .iter()
            .filter(|(s, text)| !s.texts[*text].wrapper)
            .map(|(s, _)| s.id.as_str())
            .collect();
        let log = format!("{}{}\n{filler}", filler.repeat(100), sample.line);
        let scan = catalogue
            .scan_reader(log.as_bytes(), sample.version)
            .unwrap();
        let found: BTreeSet<&str> = scan.hits.iter().map(|hit| hit.id.as_str()).collect();
        let expected = if reasons.is_empty() {
            BTreeSet::from([sample.id])
        } else {
            reasons
        };
        if found != expected {
            wrong.push(format!(
                "{found:?} instead of {expected:?}: {}",
                sample.line
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
