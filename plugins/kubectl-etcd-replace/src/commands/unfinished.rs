// SPDX-License-Identifier: Apache-2.0

//! Which unfinished run is meant.

use clap::Parser;
use shared::access::args::AccessArgs;
use shared::error::ShownError;
use shared::replace::journal::{Run, load_all, runs_folder};

use crate::args::ReplaceArgs;

/// The name to look for and the flags to use: the ones given, else those of the run's beginning.
pub fn choose(
    name: Option<&str>,
    replace: &ReplaceArgs,
) -> Result<(String, ReplaceArgs), ShownError> {
    let runs = load_all(&runs_folder()?)?;
    let unfinished: Vec<&Run> = runs
        .iter()
        .filter(|run| run.is_unfinished())
        .filter(|run| {
            name.is_none_or(|name| run.member == name || run.named == name || run.run == name)
        })
        .collect();
    let (meant, run) = match (name, unfinished.as_slice()) {
        (_, [run]) => (run.member.clone(), Some(*run)),
        // Begun on another machine: the record on the node will tell.
        (Some(name), _) => (name.to_owned(), None),
        (None, []) => {
            return Err(ShownError::usage(
                "no replacement that was begun on this machine is unfinished",
            )
            .hinted("name the member where it was begun on another one: its record lies beside the data"));
        }
        (None, several) => {
            let names: Vec<_> = several
                .iter()
                .map(|run| format!("\"{}\"", run.member))
                .collect();
            return Err(ShownError::usage(format!(
                "several replacements are unfinished: {}",
                names.join(", ")
            ))
            .hinted("name one of them"));
        }
    };
    let mut replace = replace.clone();
    if !replace.access.any_given()
        && let Some(run) = run
    {
        replace.access = flags_of(run)?;
    }
    Ok((meant, replace))
}

#[derive(Parser)]
#[command(no_binary_name = true)]
struct Flags {
    #[command(flatten)]
    access: AccessArgs,
}

fn flags_of(run: &Run) -> Result<AccessArgs, ShownError> {
    let words: Vec<String> = run
        .access_flags
        .iter()
        .flat_map(|flag| shlex::split(flag).unwrap_or_default())
        .collect();
    Flags::try_parse_from(words)
        .map(|flags| flags.access)
        .map_err(|error| {
            ShownError::usage(format!(
                "the access flags in the journal \"{}\" are not understood",
                run.folder.display()
            ))
            .caused_by(error)
            .hinted("give them again on the command line")
        })
}

/// There is nothing to resume.
pub fn nothing(name: &str) -> ShownError {
    ShownError::usage(format!("no replacement of \"{name}\" is unfinished"))
        .hinted("begin one with `kubectl etcd-replace node NAME`")
}
