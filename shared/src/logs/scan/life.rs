// SPDX-License-Identifier: Apache-2.0

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::types::{Evidence, Hit, LifeSummary, PanicSeen};
use crate::logs::catalogue::{Catalogue, OverWhen, Signature};

/// Peers kept per signature.
const PEERS: usize = 32;
/// etcd's prober asks a peer every four seconds; what it reports may be older by an answer's time.
const LAG: SignedDuration = SignedDuration::from_secs(6);
/// Times kept per signature.
const RECENT: usize = 8;

/// The lines of one signature in one life.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) first: Evidence,
    pub(super) last: Evidence,
    pub(super) captured: BTreeMap<String, String>,
    pub(super) peers: BTreeSet<String>,
    /// Whether some lines name no peer.
    pub(super) anonymous: bool,
    pub(super) together: BTreeSet<usize>,
    pub(super) recent: VecDeque<Timestamp>,
}

impl Tally {
    pub(super) fn new(evidence: Evidence) -> Self {
        Self {
            count: 0,
            first: evidence.clone(),
            last: evidence,
            captured: BTreeMap::new(),
            peers: BTreeSet::new(),
            anonymous: false,
            together: BTreeSet::new(),
            recent: VecDeque::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        evidence: Evidence,
        captured: BTreeMap<String, String>,
        peer: Option<String>,
    ) {
        self.count += 1;
        if let Some(time) = evidence.time {
            if self.recent.len() == RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(time);
        }
        self.last = evidence;
        self.captured.extend(captured);
        match peer {
            Some(peer) if self.peers.len() < PEERS => {
                self.peers.insert(peer);
            }
            Some(_) => {}
            None => self.anonymous = true,
        }
    }

    /// Adds what came after.
    fn merge(&mut self, later: Self) {
        self.count += later.count;
        self.last = later.last;
        self.captured.extend(later.captured);
        self.peers.extend(later.peers.into_iter().take(PEERS));
        self.anonymous |= later.anonymous;
        self.together.extend(later.together);
        self.recent.extend(later.recent);
        while self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    fn hit(self, catalogue: &Catalogue, signature: usize, over: bool) -> Option<Hit> {
        let id = |number: usize| catalogue.signatures().get(number).map(|s| s.id.clone());
        Some(Hit {
            id: id(signature)?,
            count: self.count,
            first: self.first,
            last: self.last,
            captured: self.captured,
            peers: self.peers.into_iter().collect(),
            together_with: self.together.into_iter().filter_map(id).collect(),
            over,
            recent: self.recent.into(),
        })
    }
}

/// Tallies by the number of their signature.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(BTreeMap<usize, Tally>);

impl Tallies {
    pub(super) fn get_or(&mut self, signature: usize, evidence: &Evidence) -> &mut Tally {
        self.0
            .entry(signature)
            .or_insert_with(|| Tally::new(evidence.clone()))
    }

    pub(super) fn merge(&mut self, signature: usize, tally: Tally) {
        match self.0.get_mut(&signature) {
            Some(known) => known.merge(tally),
            None => {
                self.0.insert(signature, tally);
            }
        }
    }

    pub(super) fn absorb(&mut self, other: Self) {
        for (signature, tally) in other.0 {
            self.merge(signature, tally);
        }
    }

    pub(super) fn hits(self, catalogue: &Catalogue, over: bool) -> impl Iterator<Item = Hit> {
        self.0
            .into_iter()
            .filter_map(move |(signature, tally)| tally.hit(catalogue, signature, over))
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.0.keys().copied()
    }
}

/// One run of the process while it is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    pub(super) summary: LifeSummary,
    /// How far its start got, by the steps of the start events.
    pub(super) step: u8,
    pub(super) now: Tallies,
    pub(super) over: Tallies,
    pub(super) panics: Vec<PanicSeen>,
    /// A line of ordinary business came after the terminal line.
    pub(super) terminal_closed: bool,
    pub(super) version: Option<[u16; 3]>,
    /// When each peer was last connected, unless it was lost since.
    pub(super) connected: BTreeMap<String, Timestamp>,
}

impl Life {
    pub(super) fn new(number: u64, line: u64) -> Self {
        Self {
            summary: LifeSummary {
                number,
                first_line: line,
                last_line: line,
                ..LifeSummary::default()
            },
            ..Self::default()
        }
    }

    /// Notes that `peer` is connected.
    pub(super) fn connect(&mut self, peer: &str, time: Option<Timestamp>) {
        if let Some(time) = time
            && (self.connected.len() < PEERS || self.connected.contains_key(peer))
        {
            self.connected.insert(peer.to_owned(), time);
        }
    }

    /// Whether a line of `signature` about `peer` may tell of the time before it connected.
    pub(super) fn lags(
        &self,
        signature: &Signature,
        peer: Option<&str>,
        time: Option<Timestamp>,
    ) -> bool {
        let probed = signature.group == 'H' && signature.repeats_seconds.is_some();
        let connected = peer.and_then(|peer| self.connected.get(peer));
        probed
            && connected
                .zip(time)
                .is_some_and(|(connected, time)| time.duration_since(*connected) <= LAG)
    }

    /// Moves to history what `event` ends; a peer's return ends only what names that peer, or
    /// names none.
    pub(super) fn end(&mut self, catalogue: &Catalogue, event: OverWhen, peer: Option<&str>) {
        let ends = |number: &usize| {
            let signature: Option<&Signature> = catalogue.signatures().get(*number);
            signature.is_some_and(|s| s.over_when.contains(&event) && !s.persists)
        };
        let concerned: Vec<usize> = self.now.numbers().filter(|number| ends(number)).collect();
        for number in concerned {
            let Some(tally) = self.now.0.get_mut(&number) else {
                continue;
            };
            if let Some(peer) = peer {
                let named = tally.peers.remove(peer);
                if !tally.peers.is_empty() || !named && !tally.anonymous {
                    continue;
                }
                if named {
                    // It is history now, but history should say about whom.
                    tally.peers.insert(peer.to_owned());
                }
            }
            if let Some(tally) = self.now.0.remove(&number) {
                self.over.merge(number, tally);
            }
        }
    }
}
