// SPDX-License-Identifier: Apache-2.0

//! A member's log tail through the log diagnosis, and what its signatures weigh here.

use crate::logs::{Finding as LogFinding, LogDiagnosis, MemberState, Severity, Signature};
use crate::model::MemberObservation;

/// Ranks of the log catalogue (docs/log-signatures.md): up to here a member's own trouble.
const OWN_TROUBLE: u8 = 49;
/// Signatures about other members' identity: a healthy member's complaints about a sick one.
const IDENTITY_OF_OTHERS: std::ops::RangeInclusive<u8> = 20..=25;
/// Signatures of refused connections: on a healthy member, somebody else's certificate.
const CONNECTIONS: std::ops::RangeInclusive<u8> = 40..=49;

/// What the end of a member's log says.
#[derive(Clone, Debug)]
pub struct LogReading {
    /// Where it was read from.
    pub source: String,
    /// What it says.
    pub diagnosis: LogDiagnosis,
}

impl LogReading {
    /// Reads the log of the member's process; `None` where there is none, or none of etcd.
    pub(super) fn of(member: &MemberObservation) -> Option<Self> {
        let tail = member.process.as_ref()?.log.value()?;
        let catalogue = crate::logs::catalogue().ok()?;
        let version = member.version().map(|v| {
            let part = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
            [part(v.major), part(v.minor), part(v.patch)]
        });
        let lines = tail.lines.iter().map(String::as_str);
        let scan = catalogue.scan(lines, version).ok()?;
        Some(Self {
            source: tail.source.clone(),
            diagnosis: catalogue.diagnose(&scan),
        })
    }

    /// What is wrong by this log, the cause first; echoes apart.
    pub(super) fn troubles(&self) -> impl Iterator<Item = &LogFinding> {
        self.diagnosis.cause.iter().chain(&self.diagnosis.others)
    }

    /// Everything the log holds against anybody now.
    pub(super) fn everything(&self) -> impl Iterator<Item = &LogFinding> {
        self.troubles().chain(&self.diagnosis.echoes)
    }

    /// Whether the process ended in the cause.
    pub(super) fn ended_in(&self, finding: &LogFinding) -> bool {
        self.diagnosis.state == MemberState::Crashed
            && self
                .diagnosis
                .cause
                .as_ref()
                .is_some_and(|cause| cause.id == finding.id)
    }

    /// Where a line stands, as evidence names it.
    pub(super) fn place(&self, finding: &LogFinding) -> String {
        if finding.count > 1 {
            format!("{}, {} times", self.source, finding.count)
        } else {
            self.source.clone()
        }
    }
}

/// The catalogue's entry of a finding; none for an end that the catalogue does not know.
pub(super) fn signature(finding: &LogFinding) -> Option<&'static Signature> {
    crate::logs::catalogue().ok()?.get(&finding.id)
}

/// Whether it is something a member says about others, or that only follows from them.
pub(super) fn is_complaint(finding: &LogFinding, member_is_healthy: bool) -> bool {
    let Some(signature) = signature(finding) else {
        return false;
    };
    let consequence = (50..=59).contains(&signature.rank);
    let about_others = member_is_healthy
        && (IDENTITY_OF_OTHERS.contains(&signature.rank) || CONNECTIONS.contains(&signature.rank));
    // A refused request says nothing about the member that refused it.
    let refused = signature.severity <= Severity::Refused;
    signature.echo || consequence || about_others || refused
}

/// Whether it says that the member's own files are damaged or gone.
pub(super) fn damages_data(finding: &LogFinding) -> bool {
    signature(finding).is_some_and(|s| {
        matches!(s.group, 'A'..='D') && s.severity >= Severity::Error && s.rank <= OWN_TROUBLE
    })
}
