// SPDX-License-Identifier: Apache-2.0

use std::process::ExitCode;

use shared::error::Kind;

/// The documented exit codes (`docs/inspect-run.md`).
///
/// 0 done, 1 failed, 2 wrong usage, 3 refused, 5 stopped by the user.
pub fn code(kind: Kind) -> ExitCode {
    ExitCode::from(match kind {
        Kind::Unknown | Kind::Failed => 1,
        Kind::Usage => 2,
        Kind::Refused => 3,
        Kind::Interrupted => 5,
    })
}
