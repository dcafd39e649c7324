// SPDX-License-Identifier: Apache-2.0

//! The exit codes, as the README lists them.

use shared::error::Kind;
use shared::model::Verdict;

/// Every member is healthy (`logs`, `db`: sound).
pub const HEALTHY: u8 = 0;
/// It could not be told (`logs`, `db`: unreadable).
pub const UNKNOWN: u8 = 1;
/// The command line is wrong, an unknown context included.
pub const USAGE: u8 = 2;
/// Something needs a look.
pub const WARNING: u8 = 3;
/// Works with less than it should have (`logs`, `db`: damaged).
pub const DEGRADED: u8 = 4;
/// No quorum.
pub const QUORUM_LOST: u8 = 5;

/// The code of a verdict.
pub fn of_verdict(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Healthy => HEALTHY,
        Verdict::Unknown => UNKNOWN,
        Verdict::Warning => WARNING,
        Verdict::Degraded => DEGRADED,
        Verdict::QuorumLost => QUORUM_LOST,
    }
}

/// The code of an error.
pub fn of_error(kind: Kind) -> u8 {
    match kind {
        Kind::Usage => USAGE,
        Kind::Unknown | Kind::Failed | Kind::Refused | Kind::Interrupted => UNKNOWN,
    }
}
