// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Command;
use clap_complete::ArgValueCandidates;
use shared::completion::{attach, members, of_access, value_of};

/// The command tree with what its values can be.
pub fn command(tree: Command, words: &[OsString]) -> Command {
    let kubeconfig = value_of(words, "--kubeconfig").map(PathBuf::from);
    let context = value_of(words, "--context");
    attach(tree, &|id| match id {
        "name" => {
            let (kubeconfig, context) = (kubeconfig.clone(), context.clone());
            Some(ArgValueCandidates::new(move || {
                members(kubeconfig.clone(), context.clone())
            }))
        }
        _ => of_access(id, words),
    })
}
