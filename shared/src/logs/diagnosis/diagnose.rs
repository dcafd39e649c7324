// SPDX-License-Identifier: Apache-2.0

use jiff::SignedDuration;

use super::finding::{finding, unlisted};
use super::order::{SLOWNESS, cause, follows};
use super::types::{ExitKind, ExitNote, Finding, LogDiagnosis, MemberState, Verdict, Window};
use crate::logs::catalogue::{Catalogue, Severity, Signature};
use crate::logs::scan::{Hit, LifeSummary, Scan};

/// Slowness that ended longer than this before the log's end is only noted.
const STALE: SignedDuration = SignedDuration::from_hours(24);
/// Leader changes and elections within this time are unrest even if a leader was found each time.
const UNREST: SignedDuration = SignedDuration::from_mins(15);

type Found<'d> = (&'d Signature, &'d Hit);

impl Catalogue {
    /// Decides what the log is about. A pure function: the same scan, the same diagnosis.
    pub fn diagnose(&self, scan: &Scan) -> LogDiagnosis {
        let (mut current, mut noted, mut earlier) = (Vec::new(), Vec::new(), Vec::new());
        for (signature, hit) in self.pairs(&scan.hits) {
            if hit.over && !is_unrest(signature, hit, scan) || has_ceased(signature, hit, scan) {
                earlier.push((signature, hit));
            } else if is_minor(signature, hit, scan) {
                noted.push((signature, hit));
            } else {
                current.push((signature, hit));
            }
        }

        let identity = &scan.identity;
        let show = |found: &[Found<'_>]| -> Vec<Finding> {
            let mut found = found.to_vec();
            found.sort_by_key(|(signature, _)| {
                (signature.rank, std::cmp::Reverse(signature.severity))
            });
            found
                .iter()
                .map(|(signature, hit)| finding(signature, hit, identity))
                .collect()
        };

        let cause_id = cause_of(&current, scan);
        let cause = match &cause_id {
            Some(id) => current
                .iter()
                .find(|(s, _)| s.id == *id)
                .map(|(s, hit)| finding(s, hit, identity)),
            None => scan.life.terminal.as_ref().map(unlisted),
        };
        let cause_signature = cause_id.as_deref().and_then(|id| self.get(id));
        let ended_with = |id: &String| {
            scan.life
                .terminal
                .as_ref()
                .is_some_and(|t| t.ids.contains(id))
        };
        let is_echo = |(signature, hit): &Found<'_>| match cause_signature {
            None => signature.echo,
            Some(cause) => {
                follows(signature, cause)
                    || hit.together_with.contains(&cause.id)
                    || ended_with(&cause.id) && ended_with(&signature.id)
            }
        };
        let (echoes, others): (Vec<_>, Vec<_>) = current
            .iter()
            .copied()
            .filter(|(signature, _)| Some(&signature.id) != cause_id.as_ref())
            .partition(|found| is_echo(found));

        let verdict = verdict(cause.as_ref(), &current);
        let mut earlier = show(&earlier);
        merge_earlier(&mut earlier, show(&self.pairs(&scan.earlier)));
        LogDiagnosis {
            verdict,
            state: state(&scan.life),
            cause,
            echoes: show(&echoes),
            others: show(&others),
            noted: show(&noted),
            earlier,
            panics: scan.panics.clone(),
            exit: exit(scan),
            identity: identity.clone(),
            window: Window {
                life: scan.life.number,
                first_line: scan.life.first_line,
                restarting: scan.restarting,
                stats: scan.stats.clone(),
            },
        }
    }

    fn pairs<'d>(&'d self, hits: &'d [Hit]) -> Vec<Found<'d>> {
        hits.iter()
            .filter_map(|hit| Some((self.get(&hit.id)?, hit)))
            .collect()
    }
}

/// The cause: first what the end of the process says, then the lowest rank of all.
fn cause_of(current: &[Found<'_>], scan: &Scan) -> Option<String> {
    let all: Vec<&Signature> = current.iter().map(|(signature, _)| *signature).collect();
    match &scan.life.terminal {
        Some(terminal) => {
            let last: Vec<&Signature> = all
                .iter()
                .copied()
                .filter(|s| terminal.ids.contains(&s.id))
                .collect();
            cause(&last, &all)
        }
        None => cause(&all, &all),
    }
}

/// Whether lines that come back all the time have not come for long.
fn has_ceased(signature: &Signature, hit: &Hit, scan: &Scan) -> bool {
    let Some(repeats) = signature.repeats_seconds else {
        return false;
    };
    let ended_with_it = scan
        .life
        .terminal
        .as_ref()
        .is_some_and(|t| t.ids.contains(&signature.id));
    let patience = SignedDuration::from_secs(i64::from(repeats) * 4);
    !ended_with_it
        && scan
            .stats
            .last_time
            .zip(hit.last.time)
            .is_some_and(|(end, last)| end.duration_since(last) > patience)
}

/// Whether something that ended each time came back so often that it is not over.
fn is_unrest(signature: &Signature, hit: &Hit, scan: &Scan) -> bool {
    if signature.id != "raft-lostleader" {
        return false;
    }
    let needed = signature.at_least as usize;
    let (Some(end), Some(last)) = (scan.stats.last_time, hit.recent.last()) else {
        return false;
    };
    let Some(first) = hit
        .recent
        .len()
        .checked_sub(needed)
        .and_then(|at| hit.recent.get(at))
    else {
        return false;
    };
    last.duration_since(*first) <= UNREST && end.duration_since(*last) <= UNREST
}

/// Whether a current hit is too small, too rare or too old to be a finding.
fn is_minor(signature: &Signature, hit: &Hit, scan: &Scan) -> bool {
    let stale = || {
        signature.rank >= SLOWNESS
            && scan
                .stats
                .last_time
                .zip(hit.last.time)
                .is_some_and(|(end, last)| end.duration_since(last) > STALE)
    };
    signature.severity == Severity::Info || hit.count < u64::from(signature.at_least) || stale()
}

fn verdict(cause: Option<&Finding>, current: &[Found<'_>]) -> Verdict {
    let of = |severity: Severity| match severity {
        Severity::Info => Verdict::Sound,
        Severity::Refused | Severity::Warning => Verdict::Warning,
        Severity::Error | Severity::Critical | Severity::Offline | Severity::Fatal => {
            Verdict::Damaged
        }
    };
    // An echo weighs only where it is the best explanation there is.
    let loud = current
        .iter()
        .filter(|(signature, _)| !signature.echo)
        .map(|(s, _)| of(s.severity));
    loud.chain(cause.map(|cause| of(cause.severity)))
        .max()
        .unwrap_or(Verdict::Sound)
}

fn state(life: &LifeSummary) -> MemberState {
    if life.terminal.is_some() {
        MemberState::Crashed
    } else if life.signal.is_some() {
        MemberState::Stopped
    } else if life.ready_line.is_some() {
        MemberState::Serving
    } else if life.number > 0 {
        MemberState::Starting
    } else {
        MemberState::Running
    }
}

fn exit(scan: &Scan) -> Option<ExitNote> {
    let note = |kind, code, text: &str| {
        Some(ExitNote {
            kind,
            code,
            text: text.to_owned(),
        })
    };
    if let Some(terminal) = &scan.life.terminal {
        let ids = |id: &str| terminal.ids.iter().any(|known| known == id);
        if ids("oom") {
            return note(
                ExitKind::Killed,
                Some(137),
                "it was killed from outside (exit code 137)",
            );
        }
        if ids("member-removed") && terminal.fatal {
            return note(
                ExitKind::Removed,
                Some(1),
                "it left because it was removed (exit code 1)",
            );
        }
        if ids("member-removed") {
            return note(
                ExitKind::Removed,
                Some(0),
                "it left because it was removed, with exit code 0: a restart policy \"on-failure\" leaves it down",
            );
        }
        return if terminal.panicked {
            note(ExitKind::Panic, Some(2), "it panicked (exit code 2)")
        } else {
            note(
                ExitKind::Fatal,
                Some(1),
                "it gave up with a fatal error (exit code 1)",
            )
        };
    }
    let signal = scan.life.signal.as_ref()?;
    Some(ExitNote {
        kind: ExitKind::Signal,
        code: None,
        text: format!("it was told to stop (signal {signal})"),
    })
}

/// Adds findings of older lives to those that ended in the last one.
fn merge_earlier(known: &mut Vec<Finding>, older: Vec<Finding>) {
    for finding in older {
        match known.iter_mut().find(|other| other.id == finding.id) {
            Some(other) => {
                other.count += finding.count;
                other.first = finding.first;
            }
            None => known.push(finding),
        }
    }
}
