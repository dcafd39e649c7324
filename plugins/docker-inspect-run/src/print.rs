// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;
use shared::error::ShownError;
use shared::inspect::{
    Changed, Changes, Loss, Request, RunSpec, ShellStyle, Source, Verb, argv, change_request,
    change_source, compose, mask_entry, mask_field, mask_text, redact, run_spec, shell,
};
use shared::output::Printer;

use crate::args::{Cli, Format};
use crate::visible::{json, visible};

/// One container on its way to text.
pub struct Prepared {
    /// What was asked for, with the changes.
    pub request: Request,
    /// The container's data with the changes.
    pub source: Source,
    /// What was changed.
    pub changed: Vec<Changed>,
}

/// Applies the changes. Pure.
pub fn prepare(
    mut source: Source,
    changes: &Changes,
    fresh_volumes: bool,
) -> Result<Prepared, ShownError> {
    let mut changed = change_source(&mut source, changes)?;
    let mut request = Request::from_source(&source);
    if fresh_volumes {
        request.fresh_volumes(&source);
    } else {
        request.keep_volumes();
    }
    changed.extend(change_request(&mut request, changes));
    Ok(Prepared {
        request,
        source,
        changed,
    })
}

/// Prints the commands of the containers.
pub fn print(cli: &Cli, sources: Vec<Source>, printer: Printer) -> Result<(), ShownError> {
    let changes = cli.change.changes()?;
    let many = cli.input.all || sources.len() != 1;
    let mut texts = Vec::new();
    let mut losses: Vec<(String, Loss)> = Vec::new();
    let mut requests = Vec::new();
    for source in sources {
        let engine = source.engine.clone();
        let Prepared {
            mut request,
            changed,
            ..
        } = prepare(source, &changes, cli.output.fresh_volumes)?;
        say_changes(&changed, printer);
        if cli.output.redact {
            let count = redact(&mut request);
            let values = if count == 1 { "value is" } else { "values are" };
            printer.note(&format!("{}: {count} {values} redacted", request.name));
        }
        let name = request.name.clone();
        if cli.output.output == Format::Compose {
            requests.push((request, engine));
            continue;
        }
        let mut spec = run_spec(&request, &engine);
        spec.redacted = cli.output.redact;
        let all_networks = engine.api.is_none() || engine.speaks(1, 44);
        let text = render(cli, &request, all_networks, &mut spec);
        losses.extend(spec.losses.into_iter().map(|loss| (name.clone(), loss)));
        texts.push(text);
    }
    let text = match cli.output.output {
        Format::Compose => {
            let engine = requests
                .first()
                .map(|(_, engine)| engine.clone())
                .unwrap_or_default();
            let requests: Vec<Request> = requests.into_iter().map(|(request, _)| request).collect();
            let (text, lost) = compose(&requests, &engine, cli.output.redact);
            losses.extend(lost.into_iter().map(|loss| ("compose".to_owned(), loss)));
            text
        }
        Format::Shell => texts.join(if cli.output.oneline { "\n" } else { "\n\n" }),
        Format::Argv | Format::Json if many => format!("[\n{}\n]", texts.join(",\n")),
        Format::Argv | Format::Json => texts.concat(),
    };
    let serious = losses.iter().filter(|(_, loss)| !loss.harmless).count();
    say_losses(&losses, printer);
    if cli.output.strict && serious > 0 {
        return Err(ShownError::failed(format!(
            "the command cannot say everything: {serious} fields, named above"
        ))
        .hinted("without `--strict` it is printed all the same"));
    }
    if !text.is_empty() {
        printer.exact(&text);
    }
    Ok(())
}

fn render(cli: &Cli, request: &Request, all_networks: bool, spec: &mut RunSpec) -> String {
    let verb = if cli.output.create {
        Verb::Create
    } else {
        Verb::Run
    };
    match cli.output.output {
        Format::Argv => json(&argv(spec, cli.output.create), false),
        Format::Json => {
            // The whole request: what a command cannot say is no loss to it.
            spec.losses.clone_from(&request.losses);
            json(&request.body(all_networks), true)
        }
        _ => {
            let style = ShellStyle {
                one_line: cli.output.oneline,
                verb,
            };
            spec.note_verb(verb);
            shell(spec, style)
        }
    }
}

/// Says on stderr what was changed. Secrets are masked always: who set one knows it, and the old
/// one is nobody's business.
pub fn say_changes(changed: &[Changed], printer: Printer) {
    for change in changed {
        let mask = |text: &str| match change.field.as_str() {
            "Config.Env" | "Config.Labels" => mask_entry(text),
            _ => mask_text(text),
        };
        let text = |value: &Option<String>| value.as_deref().map(|text| visible(&mask(text)));
        let line = match (text(&change.from), text(&change.to)) {
            (Some(from), Some(to)) => format!("{}: {from} -> {to}", change.field),
            (None, Some(to)) => format!("{}: added {to}", change.field),
            (Some(from), None) => format!("{}: removed {from}", change.field),
            (None, None) => continue,
        };
        printer.note(&format!("changed {line}"));
    }
}

/// Says on stderr what the command cannot say.
fn say_losses(losses: &[(String, Loss)], printer: Printer) {
    for (name, loss) in losses {
        let why = visible(&mask_text(&loss.why));
        let line = format!("{name}: {}: {why}", loss.field);
        if loss.harmless {
            printer.note(&format!("note: {line}"));
        } else {
            printer.warning(&line);
        }
    }
}

/// The value of a field for a person.
pub fn shown(field: &str, value: &Option<String>, redact: bool) -> String {
    value.as_deref().map_or_else(
        || "(absent)".to_owned(),
        |text| match serde_json::from_str::<Value>(text) {
            Ok(value) if redact => json(&mask_field(field, &value), false),
            Ok(value) => json(&value, false),
            Err(_) if redact => visible(&mask_text(text)),
            Err(_) => visible(text),
        },
    )
}
