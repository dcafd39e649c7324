// SPDX-License-Identifier: Apache-2.0

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;
use shared::replace::node::Leftover;
use shared::replace::refusals::Refusal;
use shared::replace::session::{Opened, Session};

use crate::args::ReplaceArgs;
use crate::exit;
use crate::show;

/// `cleanup NAME`.
#[derive(Args)]
pub struct CleanupArgs {
    /// A Kubernetes node, an etcd member's name or id, or its address
    pub name: String,
    /// Remove this one without asking, by its full name (can be repeated)
    #[arg(long, value_name = "LEFTOVER")]
    pub confirm: Vec<String>,
    /// The rest.
    #[command(flatten)]
    pub replace: ReplaceArgs,
}

/// Removes what earlier runs set aside, each confirmed by name.
pub async fn run(args: &CleanupArgs, printer: Printer) -> Result<u8, ShownError> {
    let session = match args.replace.open(&args.name, false).await? {
        Opened::Ready(session) => session,
        Opened::Refused(refusal) => {
            show::refusals(printer, &[refusal]);
            return Ok(exit::REFUSED);
        }
    };
    if let Some(refusal) = not_yet(&session) {
        show::refusals(printer, &[refusal]);
        return Ok(exit::REFUSED);
    }
    let leftovers = session.node.leftovers().await?;
    if leftovers.is_empty() {
        printer.data(&format!("nothing is set aside in {}", session.place()));
        return Ok(exit::DONE);
    }
    let unknown: Vec<_> = args
        .confirm
        .iter()
        .filter(|name| !leftovers.iter().any(|leftover| leftover.name == **name))
        .collect();
    if let Some(name) = unknown.first() {
        let known: Vec<_> = leftovers.iter().map(|l| l.name.as_str()).collect();
        return Err(
            ShownError::usage(format!("nothing named \"{name}\" is set aside"))
                .hinted(format!("set aside are: {}", known.join(", "))),
        );
    }
    let mut kept = 0;
    for leftover in &leftovers {
        if args.confirm.contains(&leftover.name)
            || (args.confirm.is_empty() && agrees(printer, leftover))
        {
            session.node.remove_leftover(leftover).await?;
            printer.data(&format!("removed {}", leftover.name));
        } else {
            kept += 1;
            printer.data(&format!("kept    {}", leftover.name));
        }
    }
    Ok(if kept == leftovers.len() {
        exit::PLANNED
    } else {
        exit::DONE
    })
}

/// While anything is unfinished or not well, what was set aside may still be needed.
fn not_yet(session: &Session) -> Option<Refusal> {
    let name = &session.world.target.name;
    if session.unfinished.is_some() || session.world.node.lock.is_some() {
        return Some(Refusal {
            id: "unfinished".to_owned(),
            ..Refusal::new(
                format!("the replacement of \"{name}\" is not finished"),
                "finish it first",
            )
            .with([session.options.command(&format!("resume {name}"))])
        });
    }
    let healthy = session
        .world
        .target_health()
        .is_some_and(|h| h.is_healthy());
    (!healthy).then(|| Refusal {
        id: "not-healthy".to_owned(),
        ..Refusal::new(
            format!("member \"{name}\" is not healthy: what was set aside may still be needed"),
            "see what is wrong first",
        )
        .with([session.options.health_command()])
    })
}

fn agrees(printer: Printer, leftover: &Leftover) -> bool {
    if !io::stdin().is_terminal() {
        return false;
    }
    printer.note(&format!(
        "to remove {} {} for good, type that name (anything else keeps it):",
        leftover.what, leftover.name
    ));
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && line.trim() == leftover.name
}
