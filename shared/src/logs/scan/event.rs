// SPDX-License-Identifier: Apache-2.0

use super::life::Life;
use super::matches::{captured, find};
use super::scanner::Scanner;
use crate::logs::catalogue::{EventKind, OverWhen, version_numbers};
use crate::logs::line::{LogLine, shown};

impl Scanner<'_> {
    /// What a line with a text of `event` does to the life that is being read.
    pub(super) fn event(&mut self, event: usize, text: usize, line: &LogLine) {
        let catalogue = self.catalogue;
        let Some(event) = catalogue.event(event) else {
            return;
        };
        let Some(text) = event.texts.get(text) else {
            return;
        };
        let Some(captures) = find(text, line, None) else {
            return;
        };
        self.matched = true;
        let said = captured(captures, line);
        let peer = said.get("peer").map(String::as_str);
        match event.event {
            EventKind::Start => self.start(event.step),
            EventKind::Ready => {
                self.life.end(catalogue, OverWhen::Ready, None);
                self.life.summary.ready_line = Some(self.stats.lines);
                self.life.summary.terminal = None;
            }
            EventKind::Leader => self.life.end(catalogue, OverWhen::Leader, None),
            EventKind::PeerActive | EventKind::PeerRemoved => {
                if let Some(peer) = peer {
                    self.life.connect(peer, line.time);
                }
                self.life.end(catalogue, OverWhen::Peer, peer.or(Some("")));
            }
            EventKind::Disarmed => self.life.end(catalogue, OverWhen::Disarm, None),
            EventKind::Shutdown => {
                let signal = said.get("signal").map_or("unknown", String::as_str);
                self.life.summary.signal = Some(shown(signal));
            }
            EventKind::Identity => {}
        }
        if matches!(event.event, EventKind::Start | EventKind::Identity) {
            let identity = &mut self.identity;
            for (name, slot) in [
                ("name", &mut identity.name),
                ("member", &mut identity.member_id),
                ("cluster", &mut identity.cluster_id),
                ("data_dir", &mut identity.data_dir),
                ("version", &mut identity.version),
            ] {
                if let Some(value) = said.get(name) {
                    *slot = Some(shown(value));
                }
            }
            if let Some(version) = said.get("version").and_then(|v| version_numbers(v)) {
                self.life.version = Some(version);
            }
        }
    }

    /// A line of a start: the next of the same start, or the first of a new one.
    fn start(&mut self, step: u8) {
        let life = &self.life;
        let lived = life.summary.ready_line.is_some() || life.summary.terminal.is_some();
        if life.step > 0 && step > life.step && !lived {
            self.life.step = step;
            return;
        }
        let begun = life.step > 0 || lived || life.summary.last_line > 1 && self.stats.lines > 1;
        self.stats.starts += 1;
        let mut fresh = Life::new(self.stats.starts, self.stats.lines);
        fresh.step = step;
        let old = std::mem::replace(&mut self.life, fresh);
        if begun {
            self.retire(old);
        }
    }
}
