// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;

use clap::{Command, CommandFactory as _, Parser as _};
use clap_complete::{ArgValueCandidates, CompletionCandidate};
use shared::completion::{attach, within};
use shared::docker::{Engine, Environment, ListFilter, context_names};

use crate::args::Cli;
use crate::gather;

/// The answer to a TAB, in the protocol of docker's and kubectl's completion.
pub fn complete(words: &[OsString]) -> String {
    shared::completion::answer(command(words), words)
}

/// The command tree with what its values can be.
fn command(words: &[OsString]) -> Command {
    let words = words.to_vec();
    attach(Cli::command(), &|id| {
        let words = words.clone();
        Some(match id {
            "containers" | "diff" => ArgValueCandidates::new(move || containers(&words)),
            "context" => ArgValueCandidates::new(|| {
                let names = context_names(&Environment::from_process());
                names.into_iter().map(CompletionCandidate::new).collect()
            }),
            _ => return None,
        })
    })
}

/// The containers of the engine that the words before the cursor name.
fn containers(words: &[OsString]) -> Vec<CompletionCandidate> {
    let before = words.iter().take(words.len().saturating_sub(1));
    let argv = std::iter::once(OsString::from("docker-inspect-run")).chain(before.cloned());
    let engine = Cli::try_parse_from(argv)
        .ok()
        .and_then(|cli| gather::engine(&cli.engine).ok());
    let Some(engine) = engine else {
        return Vec::new();
    };
    within(list(&engine)).unwrap_or_default()
}

async fn list(engine: &Engine) -> Option<Vec<CompletionCandidate>> {
    let filter = ListFilter {
        all: true,
        ..ListFilter::default()
    };
    let list = engine.list_containers(&filter).await.ok()?;
    let mut named: Vec<(String, String)> = list
        .iter()
        .filter_map(|container| {
            let name = container.pointer("/Names/0")?.as_str()?;
            let image = container.get("Image").and_then(|image| image.as_str());
            let name = name.trim_start_matches('/').to_owned();
            Some((name, image.unwrap_or_default().to_owned()))
        })
        .collect();
    named.sort();
    let candidates = named
        .into_iter()
        .map(|(name, image)| CompletionCandidate::new(name).help(Some(image.into())));
    Some(candidates.collect())
}
