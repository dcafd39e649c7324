// SPDX-License-Identifier: Apache-2.0

use shared::error::ShownError;
use shared::inspect::{Difference, Source, diff, run_spec};
use shared::output::Printer;

use crate::args::Cli;
use crate::gather;
use crate::print::{prepare, shown};
use crate::visible::visible;

/// `--diff`: against another container, or against what the command would make.
pub async fn show(
    cli: &Cli,
    other: Option<&str>,
    sources: Vec<Source>,
    printer: Printer,
) -> Result<(), ShownError> {
    let mut sources = sources.into_iter();
    let (Some(source), None) = (sources.next(), sources.next()) else {
        return Err(ShownError::usage(
            "--diff compares one container with another one",
        ));
    };
    let changes = cli.change.changes()?;
    let left = source.clone();
    let prepared = prepare(source, &changes, cli.output.fresh_volumes)?;
    let mut lines = Vec::new();
    let as_line = |difference: &Difference| line(difference, cli.output.redact);
    match other {
        Some(other) => {
            let right = gather::other(cli, &left, other).await?;
            let differences = diff(&prepared.source, &right);
            lines.extend(differences.iter().map(as_line));
        }
        None => {
            // What the command makes is the changed container less what it cannot say.
            let differences = diff(&left, &prepared.source);
            lines.extend(differences.iter().map(as_line));
            let request = &prepared.request;
            for (field, from, to) in [
                (
                    "Config.Image",
                    left.container.pointer("/Config/Image"),
                    &request.image,
                ),
                ("Name", left.container.get("Name"), &request.name),
            ] {
                let from = from.and_then(|value| value.as_str()).unwrap_or_default();
                if from.trim_start_matches('/') != to {
                    lines.push(format!("{field}: {} -> {}", visible(from), visible(to)));
                }
            }
            for volume in request
                .anonymous_volumes
                .iter()
                .filter(|_| !cli.output.fresh_volumes)
            {
                lines.push(format!(
                    "Mounts[{}]: the same volume, now by its name {}",
                    visible(&volume.destination),
                    volume.name
                ));
            }
            let spec = run_spec(request, &prepared.source.engine);
            for loss in spec.losses {
                lines.push(format!("{}: {}", loss.field, visible(&loss.why)));
            }
        }
    }
    if lines.is_empty() {
        printer.note("no difference");
    } else {
        printer.exact(&lines.join("\n"));
    }
    Ok(())
}

fn line(difference: &Difference, redact: bool) -> String {
    let Difference { field, left, right } = difference;
    let [left, right] = [left, right].map(|value| shown(field, value, redact));
    format!("{}: {left} -> {right}", visible(field))
}
