// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;
use shared::docker::ListFilter;
use shared::docker::recreate::parse_kept;
use shared::error::ShownError;
use shared::output::Printer;

use crate::args::Cli;
use crate::{ask, gather, signals};

/// `--remove-old` without `--recreate`: removes the stopped containers that earlier runs kept.
pub async fn remove_old(cli: &Cli, printer: Printer) -> Result<(), ShownError> {
    if cli.input.containers.is_empty() {
        return Err(ShownError::usage("--remove-old needs the container's name"));
    }
    let engine = gather::engine(&cli.engine)?;
    let filter = ListFilter {
        all: true,
        ..ListFilter::default()
    };
    let mut kept = Vec::new();
    for container in engine.list_containers(&filter).await? {
        let name = container
            .pointer("/Names/0")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = name.trim_start_matches('/').to_owned();
        let stopped = container.get("State").and_then(Value::as_str) != Some("running");
        let wanted = parse_kept(&name).is_some_and(|(of, _)| cli.input.containers.contains(&of));
        if stopped && wanted {
            kept.push(name);
        }
    }
    kept.sort();
    if kept.is_empty() {
        printer.note("no old container is kept");
        return Ok(());
    }
    if !cli.act.yes {
        let stop = signals::stop_on_signal(printer);
        ask::confirm(&format!("Remove {}?", kept.join(", ")), printer, &stop).await?;
    }
    for name in kept {
        engine.remove_container(&name, false, false).await?;
        printer.data(&format!("container/{name} removed"));
    }
    Ok(())
}
