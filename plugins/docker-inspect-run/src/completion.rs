use clap::CommandFactory as _;
use shared::docker::{Engine, ListFilter};

use crate::args::Cli;

/// Candidates for the last word in the protocol of docker's completion: one a line, then a
/// directive (4: no file names). Never an error: a shell would show it in the middle of a line.
pub async fn complete(words: &[String], engine: Option<Engine>) -> String {
    let begun = words.last().map(String::as_str).unwrap_or_default();
    let mut lines = if begun.starts_with('-') {
        options()
    } else {
        containers(engine).await
    };
    lines.retain(|line| line.starts_with(begun));
    lines.push(":4".to_owned());
    lines.join("\n")
}

fn options() -> Vec<String> {
    let command = Cli::command();
    let visible = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set());
    visible
        .filter_map(|argument| {
            let long = argument.get_long()?;
            let help = argument
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            Some(format!(
                "--{long}\t{}",
                help.lines().next().unwrap_or_default()
            ))
        })
        .collect()
}

async fn containers(engine: Option<Engine>) -> Vec<String> {
    let Some(engine) = engine else {
        return Vec::new();
    };
    let filter = ListFilter {
        all: true,
        ..ListFilter::default()
    };
    let list = engine.list_containers(&filter).await.unwrap_or_default();
    let mut lines: Vec<String> = list
        .iter()
        .filter_map(|container| {
            let name = container
                .pointer("/Names/0")?
                .as_str()?
                .trim_start_matches('/')
                .to_owned();
            let image = container.get("Image").and_then(|image| image.as_str());
            Some(format!("{name}\t{}", image.unwrap_or_default()))
        })
        .collect();
    lines.sort();
    lines
}
