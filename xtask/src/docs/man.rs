// SPDX-License-Identifier: Apache-2.0

use clap::Command;
use clap_mangen::Man;
use shared::error::ShownError;

use super::page::Page;

/// Subcommands that a page of their own tells nothing about.
const WITHOUT_PAGE: [&str; 2] = ["help", "completion"];

/// A manual page for every command and subcommand.
pub fn pages() -> Result<Vec<Page>, ShownError> {
    let programs = [
        ("kubectl-etcd-health", kubectl_etcd_health::command()),
        ("kubectl-etcd-replace", kubectl_etcd_replace::command()),
        ("docker-inspect-run", docker_inspect_run::command()),
    ];
    let mut pages = Vec::new();
    for (name, mut command) in programs {
        command.build();
        add(name, command, &mut pages).map_err(|error| {
            ShownError::failed(format!("the manual page of {name} cannot be made")).caused_by(error)
        })?;
    }
    Ok(pages)
}

fn add(name: &str, command: Command, pages: &mut Vec<Page>) -> std::io::Result<()> {
    let shown = |one: &&Command| !one.is_hide_set() && !WITHOUT_PAGE.contains(&one.get_name());
    for subcommand in command.get_subcommands().filter(shown) {
        let page = format!("{name}-{}", subcommand.get_name());
        add(&page, subcommand.clone(), pages)?;
    }
    // The title of the page is its name for `man`; the usage line keeps the words to type.
    let usage = command.get_bin_name().unwrap_or(name).to_owned();
    let named = command
        .name(name.to_owned())
        .display_name(name)
        .bin_name(usage);
    let mut text = Vec::new();
    Man::new(named).source("kubectl-etcd").render(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    pages.push(Page::new("docs/man", &format!("{name}.1"), text));
    Ok(())
}
