// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use super::matches::{captured, find};
use super::scanner::Scanner;
use super::types::{Evidence, PanicSeen, Terminal};
use crate::logs::catalogue::{Searched, Severity, Signature};
use crate::logs::line::{Format, Level, LogLine, shown};
use crate::logs::matching::Captures;

/// Signatures up to this rank end the process whatever the level of their line.
const DEADLY_RANK: u8 = 20;
/// Crashes kept of a life.
const PANICS: usize = 4;
/// Foreign cluster ids kept.
const CLUSTERS: usize = 8;

/// A signature found in a line.
pub(super) struct Found {
    pub(super) signature: usize,
    captures: Captures,
    wrapper: bool,
}

impl Scanner<'_> {
    /// The signatures in a line, and whether one of them ends the process.
    pub(super) fn signatures(&self, searched: &[Searched], line: &LogLine) -> (Vec<Found>, bool) {
        let version = self.life.version.or(self.given);
        let mut found: Vec<Found> = Vec::new();
        for searched in searched {
            let Searched::Signature(signature, text) = *searched else {
                continue;
            };
            let Some(text) = self
                .catalogue
                .signatures()
                .get(signature)
                .and_then(|s| s.texts.get(text))
            else {
                continue;
            };
            let Some(captures) = find(text, line, version) else {
                continue;
            };
            match found.iter_mut().find(|found| found.signature == signature) {
                Some(known) => {
                    known.captures.extend(captures);
                    known.wrapper &= text.wrapper;
                }
                None => found.push(Found {
                    signature,
                    captures,
                    wrapper: text.wrapper,
                }),
            }
        }
        let deadly = found.iter().any(|found| self.is_deadly(found.signature));
        // A wrapper around a known reason is not a finding of its own: the reason decides.
        if found.iter().any(|found| !found.wrapper) {
            found.retain(|found| !found.wrapper);
        }
        (found, deadly)
    }

    /// Whether a signature ends the process whatever the level of its line.
    fn is_deadly(&self, signature: usize) -> bool {
        let signature = self.catalogue.signatures().get(signature);
        signature.is_some_and(|s| s.severity == Severity::Fatal && s.rank <= DEADLY_RANK)
    }

    /// Notes lines after which the process cannot live on.
    pub(super) fn terminal(
        &mut self,
        line: &LogLine,
        evidence: &Evidence,
        found: &[Found],
        deadly: bool,
    ) {
        if !line.is_terminal() && !deadly {
            if line.format.is_structured() {
                self.life.terminal_closed = true;
            }
            return;
        }
        if line.format == Format::GoPanic {
            self.tracing = true;
            if self.life.panics.len() < PANICS {
                self.life.panics.push(PanicSeen {
                    evidence: evidence.clone(),
                    functions: Vec::new(),
                });
            }
        }
        if self.life.terminal_closed {
            self.life.terminal_closed = false;
            // etcd 3.5.30 ends with "listener failed" once it knows that it was removed: what
            // explains nothing does not replace what does, within one life.
            let explained = |t: &Terminal| !t.ids.is_empty() && found.is_empty();
            if !self.life.summary.terminal.as_ref().is_some_and(explained) {
                self.life.summary.terminal = None;
            }
        }
        let terminal = self.life.summary.terminal.get_or_insert_with(|| Terminal {
            evidence: evidence.clone(),
            error: line.fields.get("error").map(|error| shown(error)),
            format: line.format,
            panicked: false,
            fatal: false,
            ids: Vec::new(),
        });
        terminal.panicked |= line.format == Format::GoPanic;
        terminal.fatal |= line.level == Some(Level::Fatal);
        for found in found {
            let id = self
                .catalogue
                .signatures()
                .get(found.signature)
                .map(|s| s.id.clone());
            if let Some(id) = id.filter(|id| !terminal.ids.contains(id)) {
                terminal.ids.push(id);
            }
        }
    }

    pub(super) fn count(&mut self, line: &LogLine, evidence: &Evidence, found: Vec<Found>) {
        let numbers: Vec<usize> = found.iter().map(|found| found.signature).collect();
        let said: Vec<_> = found
            .into_iter()
            .map(|found| (found.signature, captured(found.captures, line)))
            .collect();
        // Whom a line is about, one text says for all of its signatures.
        let peer = said.iter().find_map(|(_, said)| said.get("peer").cloned());
        let life = &mut self.life;
        let known = |number: &usize| self.catalogue.signatures().get(*number);
        let lags = numbers
            .iter()
            .filter_map(known)
            .any(|s| life.lags(s, peer.as_deref(), line.time));
        let lost = |s: &Signature| s.group == 'H' && s.repeats_seconds.is_none();
        if let Some(peer) = &peer
            && numbers.iter().filter_map(known).any(lost)
        {
            life.connected.remove(peer);
        }
        for (number, said) in said {
            self.matched = true;
            let signature: Option<&Signature> = self.catalogue.signatures().get(number);
            if let Some(signature) = signature {
                self.note_ids(signature, &said);
            }
            let said = said
                .into_iter()
                .map(|(name, value)| (name, shown(&value)))
                .collect();
            let tallies = if lags {
                &mut self.life.over
            } else {
                &mut self.life.now
            };
            let tally = tallies.get_or(number, evidence);
            tally.add(evidence.clone(), said, peer.clone());
            tally
                .together
                .extend(numbers.iter().copied().filter(|other| *other != number));
        }
    }

    fn note_ids(&mut self, signature: &Signature, said: &BTreeMap<String, String>) {
        let foreign = &mut self.identity.foreign_cluster_ids;
        if let Some(cluster) = said.get("remote_cluster")
            && foreign.len() < CLUSTERS
            && !foreign.contains(cluster)
        {
            foreign.push(cluster.clone());
        }
        if let Some(own) = said.get("local_cluster") {
            self.identity.cluster_id = Some(own.clone());
        }
        let removed = match signature.id.as_str() {
            "removed-stream" => said.get("peer").cloned(),
            "member-removed" => said
                .get("member")
                .cloned()
                .or_else(|| self.identity.member_id.clone()),
            _ => None,
        };
        if removed.is_some() {
            self.identity.removed_member_id = removed;
        }
    }
}
