// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;

use clap::Command;
use clap_complete::ArgValueCandidates;
use shared::completion::{attach, ids, of_access};

/// The command tree with what its values can be.
pub fn command(tree: Command, words: &[OsString]) -> Command {
    attach(tree, &|id| match id {
        "id" => Some(ArgValueCandidates::new(ids)),
        _ => of_access(id, words),
    })
}
