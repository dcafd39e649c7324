// SPDX-License-Identifier: Apache-2.0

//! The exit codes, as `docs/replace.md` lists them.

use shared::error::Kind;

/// Replaced and verified; for the commands that only show or tidy: done.
pub const DONE: u8 = 0;
/// It failed; what to do next is printed (usually `resume`).
pub const FAILED: u8 = 1;
/// The command line is wrong, an unknown context or name included.
pub const USAGE: u8 = 2;
/// Refused: going on could lose data or quorum. Nothing was changed.
pub const REFUSED: u8 = 3;
/// Planned only: `--dry-run`, or no terminal to ask on and no `--yes`.
pub const PLANNED: u8 = 4;
/// Stopped by Ctrl-C.
pub const STOPPED: u8 = 5;

/// The code of an error.
pub fn of_error(kind: Kind) -> u8 {
    match kind {
        Kind::Usage => USAGE,
        Kind::Refused => REFUSED,
        Kind::Interrupted => STOPPED,
        Kind::Unknown | Kind::Failed => FAILED,
    }
}
