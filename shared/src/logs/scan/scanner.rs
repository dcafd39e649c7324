// SPDX-License-Identifier: Apache-2.0

use std::io::BufRead;

use super::life::{Life, Tallies};
use super::lines::read_line;
use super::partial::Joiner;
use super::start::check_first_bytes;
use super::types::{Evidence, Identity, LogStats, Scan};
use crate::logs::catalogue::{Catalogue, Searched, Severity};
use crate::logs::error::LogError;
use crate::logs::format::parse_unwrapped;
use crate::logs::line::{Format, LogLine, shown};
use crate::logs::wrapper::{Peeled, unwrap_line};

/// Structured lines after which it is settled that this is a log of etcd's kind.
const SETTLED: u64 = 32;
/// Functions kept of a crash.
const FUNCTIONS: usize = 8;

impl Catalogue {
    /// Reads a log to its end, in memory that does not grow with it. `version` is etcd's, used
    /// until the log says it itself.
    ///
    /// # Errors
    /// The reader's, and what is no log of etcd.
    pub fn scan_reader(
        &self,
        mut reader: impl BufRead,
        version: Option<[u16; 3]>,
    ) -> Result<Scan, LogError> {
        check_first_bytes(reader.fill_buf().map_err(LogError::Read)?)?;
        let mut scanner = Scanner::new(self, version);
        let mut line = Vec::new();
        let mut last = Vec::new();
        while let Some(read) = read_line(&mut reader, &mut line).map_err(LogError::Read)? {
            scanner.stats.bytes += read.bytes;
            scanner.stats.cut_lines += u64::from(read.cut);
            scanner.take(&line);
            if line.len() > 1 {
                std::mem::swap(&mut line, &mut last);
            }
        }
        scanner.note_last_time(&last);
        scanner.finish()
    }

    /// The same for lines that are in memory already, such as the tail of a container's log.
    ///
    /// # Errors
    /// What is no log of etcd.
    pub fn scan<'l>(
        &self,
        lines: impl IntoIterator<Item = &'l str>,
        version: Option<[u16; 3]>,
    ) -> Result<Scan, LogError> {
        let mut scanner = Scanner::new(self, version);
        let mut last = "";
        for line in lines {
            scanner.stats.bytes += line.len() as u64 + 1;
            scanner.take(line.as_bytes());
            last = line;
        }
        scanner.note_last_time(last.as_bytes());
        scanner.finish()
    }
}

/// The state of one reading.
pub(super) struct Scanner<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) given: Option<[u16; 3]>,
    pub(super) stats: LogStats,
    pub(super) identity: Identity,
    pub(super) life: Life,
    previous: Option<Life>,
    history: Tallies,
    joiner: Joiner,
    structured: u64,
    pub(super) matched: bool,
    /// The crash whose functions are being collected.
    pub(super) tracing: bool,
    buffer: Vec<usize>,
}

impl<'c> Scanner<'c> {
    fn new(catalogue: &'c Catalogue, given: Option<[u16; 3]>) -> Self {
        Self {
            catalogue,
            given,
            stats: LogStats::default(),
            identity: Identity::default(),
            life: Life::new(0, 1),
            previous: None,
            history: Tallies::default(),
            joiner: Joiner::default(),
            structured: 0,
            matched: false,
            tracing: false,
            buffer: Vec::new(),
        }
    }

    /// One line. Most are dismissed by their bytes alone.
    fn take(&mut self, raw: &[u8]) {
        self.stats.lines += 1;
        if self.joiner.concerns(raw) {
            let text = String::from_utf8_lossy(raw).into_owned();
            let Some(peeled) = self.joiner.join(&text) else {
                return;
            };
            let searched = self.candidates(peeled.text.as_bytes());
            self.look(&text, &peeled, &searched);
            return;
        }
        let searched = self.candidates(raw);
        let open = self.life.summary.terminal.is_some() && !self.life.terminal_closed;
        if searched.is_empty() && !self.tracing && !open && self.structured >= SETTLED {
            return;
        }
        let text = String::from_utf8_lossy(raw);
        self.look(&text, &unwrap_line(&text), &searched);
    }

    fn candidates(&mut self, raw: &[u8]) -> Vec<Searched> {
        let catalogue = self.catalogue;
        catalogue.candidates(raw, &mut self.buffer).collect()
    }

    fn look(&mut self, raw: &str, peeled: &Peeled<'_>, searched: &[Searched]) {
        if peeled.foreign {
            return;
        }
        let line = parse_unwrapped(raw, &peeled.text, peeled.wrapper, peeled.time);
        self.note_format(&line);
        if self.trace(&line) {
            return;
        }
        for searched in searched {
            if let Searched::Event(event, text) = *searched {
                self.event(event, text, &line);
            }
        }
        self.life.summary.last_line = self.stats.lines;
        let (found, deadly) = self.signatures(searched, &line);
        // While it is shutting down a member says all sorts of things.
        if self.life.summary.signal.is_some() && !line.is_terminal() {
            return;
        }
        let evidence = Evidence::new(self.stats.lines, &peeled.text, &line);
        self.terminal(&line, &evidence, &found, deadly);
        self.count(&line, &evidence, found);
    }

    fn note_format(&mut self, line: &LogLine) {
        self.stats.first_time = self.stats.first_time.or(line.time);
        self.stats.wrapper = self.stats.wrapper.or(line.wrapper);
        if line.format.is_structured() {
            self.structured += 1;
            self.stats.format = self.stats.format.or(Some(line.format));
        }
    }

    /// The time of the last line, which may have been dismissed unparsed.
    fn note_last_time(&mut self, last: &[u8]) {
        let time = crate::logs::parse_line(last).time;
        self.stats.last_time = time.or(self
            .life
            .summary
            .terminal
            .as_ref()
            .and_then(|t| t.evidence.time));
    }

    /// Collects the functions behind a crash; true if the line was only that.
    fn trace(&mut self, line: &LogLine) -> bool {
        if line.format != Format::GoTrace {
            if line.format.is_structured() {
                self.tracing = false;
            }
            return false;
        }
        if self.tracing
            && let Some(panic) = self.life.panics.last_mut()
        {
            let text = &line.message;
            if text.starts_with("goroutine ") && !panic.functions.is_empty()
                || panic.functions.len() >= FUNCTIONS
            {
                self.tracing = false;
            } else if !text.starts_with(['\t', ' ']) && !text.starts_with("goroutine ") {
                let name = text
                    .rsplit_once('(')
                    .map_or(text.as_str(), |(name, _)| name);
                panic
                    .functions
                    .push(shown(name.trim_start_matches("created by ")));
            }
        }
        true
    }

    /// Puts a finished life aside; the one before it becomes history.
    pub(super) fn retire(&mut self, life: Life) {
        self.stats.crashes += u64::from(life.summary.terminal.is_some());
        if let Some(old) = self.previous.replace(life) {
            self.history.absorb(old.over);
            self.history.absorb(old.now);
        }
    }

    fn finish(mut self) -> Result<Scan, LogError> {
        if self.stats.lines == 0 {
            return Err(LogError::Empty);
        }
        if self.structured == 0 && !self.matched {
            return Err(LogError::NotALog {
                lines: self.stats.lines,
            });
        }
        self.stats.crashes += u64::from(self.life.summary.terminal.is_some());
        // A log cut in the first lines of a further start says nothing about that start yet:
        // the life before it does.
        let undecided = self.life.summary.ready_line.is_none()
            && self.life.summary.terminal.is_none()
            && self.life.now.numbers().all(|number| {
                self.catalogue
                    .signatures()
                    .get(number)
                    .is_none_or(|s| s.persists || s.severity < Severity::Warning)
            });
        let crashed_before = self
            .previous
            .as_ref()
            .is_some_and(|life| life.summary.terminal.is_some());
        let restarting = undecided && crashed_before;
        if restarting && let Some(previous) = self.previous.take() {
            self.life = previous;
        } else if let Some(old) = self.previous.take() {
            self.history.absorb(old.over);
            self.history.absorb(old.now);
        }
        let life = self.life;
        let catalogue = self.catalogue;
        let mut hits: Vec<_> = life.now.hits(catalogue, false).collect();
        hits.extend(life.over.hits(catalogue, true));
        Ok(Scan {
            life: life.summary,
            hits,
            earlier: self.history.hits(catalogue, true).collect(),
            panics: life.panics,
            identity: self.identity,
            restarting,
            stats: self.stats,
        })
    }
}
