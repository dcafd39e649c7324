use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Command, ValueHint};
use clap_complete::ArgValueCandidates;
use shared::completion::{contexts, docker_hosts, endpoints, ids, value_of};

/// The command tree with what its values can be.
pub fn command(tree: Command, words: &[OsString]) -> Command {
    let kubeconfig = value_of(words, "--kubeconfig").map(PathBuf::from);
    tree.mut_arg("context", |arg| {
        arg.add(ArgValueCandidates::new(move || {
            contexts(kubeconfig.clone())
        }))
    })
    .mut_arg("endpoints", |arg| {
        arg.add(ArgValueCandidates::new(endpoints))
    })
    .mut_arg("docker_host", |arg| {
        arg.add(ArgValueCandidates::new(docker_hosts))
    })
    .mut_subcommand("explain", |explain| {
        explain.mut_arg("id", |arg| arg.add(ArgValueCandidates::new(ids)))
    })
    .mut_subcommand("logs", |logs| {
        logs.mut_arg("file", |arg| arg.value_hint(ValueHint::FilePath))
    })
}
