// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Command;
use clap_complete::ArgValueCandidates;

/// Gives every argument of the tree, subcommands included, the candidates that `find` has for its
/// id.
pub fn attach(tree: Command, find: &dyn Fn(&str) -> Option<ArgValueCandidates>) -> Command {
    tree.mut_args(|arg| match find(arg.get_id().as_str()) {
        Some(candidates) => arg.add(candidates),
        None => arg,
    })
    .mut_subcommands(|subcommand| attach(subcommand, find))
}

/// The candidates of the flags that say how etcd is reached, by the flags' ids; the words before
/// the cursor tell which kubeconfig is meant.
#[cfg(feature = "diagnosis")]
pub fn of_access(id: &str, words: &[OsString]) -> Option<ArgValueCandidates> {
    use super::sources;

    let kubeconfig = super::value_of(words, "--kubeconfig").map(PathBuf::from);
    Some(match id {
        "context" => ArgValueCandidates::new(move || sources::contexts(kubeconfig.clone())),
        "endpoints" => ArgValueCandidates::new(sources::endpoints),
        "docker_host" => ArgValueCandidates::new(sources::docker_hosts),
        "docker_context" => ArgValueCandidates::new(sources::docker_contexts),
        _ => return None,
    })
}
