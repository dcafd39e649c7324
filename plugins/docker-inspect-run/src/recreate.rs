// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use serde_json::Value;
use shared::docker::recreate::{
    InFlight, Leftover, Plan, Stop, dependents, leftovers, parse_in_flight, recover,
    recreate as act,
};
use shared::docker::{Engine, EngineError};
use shared::error::ShownError;
use shared::inspect::{Changes, Source};
use shared::output::Printer;

use crate::args::Cli;
use crate::print::{prepare, say_changes};
use crate::{alone, ask, gather, manager, signals};

/// `--recreate`.
pub async fn recreate(cli: &Cli, printer: Printer) -> Result<(), ShownError> {
    let [container] = cli.input.containers.as_slice() else {
        return Err(ShownError::usage("--recreate needs exactly one container"));
    };
    let changes = cli.change.changes()?;
    let engine = gather::engine(&cli.engine)?;
    let name = own_name(&engine, container).await?;
    let stop = signals::stop_on_signal(printer);
    let _alone = alone::take(&identity(&engine).await?, &name)?;
    put_earlier_run_right(&engine, &name, cli, printer, &stop).await?;
    let source = engine.source(&name).await?;
    manager::check(&source.container, printer)?;
    let plan = plan(cli, source.clone(), &changes, printer)?;
    refuse_references(&engine, &source, cli, printer).await?;
    describe(&plan, printer);
    if !cli.act.yes {
        ask::confirm(&format!("Make \"{}\" anew?", plan.name), printer, &stop).await?;
    }
    let done = act(&engine, &plan, &|step| printer.note(step), &stop).await?;
    for warning in &done.warnings {
        printer.warning(&crate::visible::visible(warning));
    }
    match &done.old {
        Some(old) => {
            printer.note(&format!(
                "the old container is kept, stopped, as \"{old}\"; remove it with `docker rm {old}`"
            ));
        }
        None => printer.note("the old container is removed"),
    }
    printer.data(&format!("container/{} recreated", plan.request.name));
    Ok(())
}

/// The container's name, also where an earlier run has renamed it.
async fn own_name(engine: &Engine, container: &str) -> Result<String, ShownError> {
    match engine.inspect_container(container).await {
        Ok(found) => {
            let name = found
                .get("Name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let name = name.trim_start_matches('/');
            Ok(parse_in_flight(name).map_or_else(|| name.to_owned(), |old| old.name))
        }
        Err(error @ EngineError::NotFound { .. }) => {
            match leftovers(engine, container).await?.is_empty() {
                true => Err(error.into()),
                false => Ok(container.to_owned()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// What tells an engine from others, however it is reached.
async fn identity(engine: &Engine) -> Result<String, ShownError> {
    let info = engine.info().await?;
    let id = info.get("ID").and_then(Value::as_str).unwrap_or_default();
    Ok(match id {
        "" => engine.host().to_owned(),
        id => id.to_owned(),
    })
}

/// An earlier run that broke off: the old container goes back to its place first.
async fn put_earlier_run_right(
    engine: &Engine,
    name: &str,
    cli: &Cli,
    printer: Printer,
    stop: &Stop,
) -> Result<(), ShownError> {
    let left = leftovers(engine, name).await?;
    let begun = left.iter().find_map(|one| match one {
        Leftover::InFlight(old) => Some(old),
        Leftover::Unused(_) => None,
    });
    match begun {
        _ if left.is_empty() => return Ok(()),
        None => printer.note(&format!(
            "an earlier run for \"{name}\" broke off: removing what it left"
        )),
        Some(old) => {
            let elsewhere = not_over(old, cli)?;
            printer.note(&format!(
                "an earlier run for \"{name}\", begun at {}{elsewhere}, broke off: the old container is put back first",
                old.time
            ));
            if !cli.act.yes {
                ask::confirm("Put it back?", printer, stop).await?;
            }
        }
    }
    Ok(recover(engine, &left).await?)
}

/// A run that began on another machine may still be at work there: whether it is over only a
/// person knows. On this machine [`alone`] has said that it is.
fn not_over(old: &InFlight, cli: &Cli) -> Result<&'static str, ShownError> {
    if old.by == alone::this_machine() {
        return Ok("");
    }
    if cli.act.yes && !cli.act.take_over {
        return Err(ShownError::refused(format!(
            "a run for \"{}\" that began at {} on another machine may still be at work there",
            old.name, old.time
        ))
        .hinted("when it is surely over, add `--take-over`, or leave out `--yes` to be asked"));
    }
    Ok(" on another machine, where it must be over")
}

fn plan(
    cli: &Cli,
    source: Source,
    changes: &Changes,
    printer: Printer,
) -> Result<Plan, ShownError> {
    let old = source.clone();
    let prepared = prepare(source, changes, cli.output.fresh_volumes)?;
    say_changes(&prepared.changed, printer);
    let mut request = prepared.request;
    for loss in &request.losses {
        printer.warning(&format!("{}: {}", loss.field, loss.why));
    }
    // What the engine keeps apart must be asked for apart: an image that is gone cannot be used.
    request.losses.clear();
    let mut plan = Plan::new(&old, request)?;
    plan.fresh_volumes = cli.output.fresh_volumes;
    plan.remove_old = cli.act.remove_old;
    plan.by = alone::this_machine();
    plan.stay_up = Duration::from_secs(cli.act.stay_up);
    plan.healthy_within = Duration::from_secs(cli.act.wait);
    Ok(plan)
}

async fn refuse_references(
    engine: &Engine,
    source: &Source,
    cli: &Cli,
    printer: Printer,
) -> Result<(), ShownError> {
    let found = dependents(engine, source).await?;
    if found.is_empty() {
        return Ok(());
    }
    let list = found.join(", ");
    if cli.act.allow_references {
        printer.warning(&format!(
            "these refer to the old container and must be made anew too: {list}"
        ));
        return Ok(());
    }
    Err(
        ShownError::refused(format!("other containers refer to this one: {list}"))
            .hinted("go on all the same with `--allow-references`, then make those anew"),
    )
}

fn describe(plan: &Plan, printer: Printer) {
    printer.note(&format!(
        "\"{}\" is stopped and kept; a new one from \"{}\" takes its place",
        plan.name, plan.request.image
    ));
    for volume in &plan.request.anonymous_volumes {
        let what = if plan.fresh_volumes {
            "gets a fresh volume, without the data"
        } else {
            "keeps its volume"
        };
        printer.note(&format!("{} {what}", volume.destination));
    }
    if plan.auto_remove {
        printer.note(
            "it was made with --rm and vanishes when it stops: putting it back would mean making it again from its saved settings; its volumes are held",
        );
    }
}
