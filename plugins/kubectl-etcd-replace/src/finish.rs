// SPDX-License-Identifier: Apache-2.0

//! Carrying out, with Ctrl-C listened to; and what is said at the end.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::time::Instant;

use shared::error::ShownError;
use shared::output::{Printer, Style};
use shared::replace::journal::{load_all, runs_folder};
use shared::replace::run::{Context, Ended, StopFlag, execute};
use shared::replace::session::Session;
use shared::replace::steps::StepFailure;

use crate::{exit, show};

/// How the person agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Yes.
    Given,
    /// No terminal to ask on.
    NotAsked,
    /// Another word was typed.
    Denied,
}

/// Asks once: the member's name has to be typed.
pub fn ask(printer: Printer, member: &str) -> Consent {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Consent::NotAsked;
    }
    printer.note(&format!(
        "type the member's name, {}, to go on:",
        Style::Heading.paint(member)
    ));
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(_) if line.trim() == member => Consent::Given,
        _ => Consent::Denied,
    }
}

/// Lets `work` be done on an open journal while Ctrl-C is listened to; `None` where it was pressed
/// twice.
pub async fn with_context<T>(
    session: &Session,
    printer: Printer,
    named: &str,
    work: impl AsyncFnOnce(&mut Context<'_>) -> T,
) -> Result<Option<T>, ShownError> {
    let stop = StopFlag::default();
    let twice = async {
        // Without a handler Ctrl-C simply kills, which every step survives, too.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        stop.stop();
        printer.warning("stopping after the effect that is under way; Ctrl-C again stops now");
        let _ = tokio::signal::ctrl_c().await;
    };
    tokio::select! {
        done = session.with_context(printer, named, stop.clone(), work) => Ok(Some(done?)),
        () = twice => Ok(None),
    }
}

/// Carries the plan out; returns the exit code.
pub async fn carry_out(session: &Session, printer: Printer, named: &str) -> Result<u8, ShownError> {
    let began = Instant::now();
    let done = with_context(
        session,
        printer,
        named,
        async |context: &mut Context<'_>| {
            let done = execute(context).await;
            (done, context.facts.snapshot.clone())
        },
    )
    .await?;
    match done {
        None => {
            say_resume(session, printer);
            Ok(exit::STOPPED)
        }
        Some((Ok(()), snapshot)) => {
            report(session, printer, began, snapshot)?;
            Ok(exit::DONE)
        }
        Some((Err(ended), _)) => Ok(failed(session, printer, ended)),
    }
}

/// Says what went wrong; returns the exit code.
pub fn failed(session: &Session, printer: Printer, ended: Ended) -> u8 {
    let step = ended.step;
    match ended.failure {
        StepFailure::Refused(refusals) => {
            show::refusals(printer, &refusals);
            if ended.is_as_before {
                printer.note("nothing was changed: what had been stopped was put back");
            } else {
                say_resume(session, printer);
            }
            exit::REFUSED
        }
        StepFailure::Failed(error) => {
            let mut shown = ShownError::failed(format!("{step}: {}", error.message()));
            for cause in error.causes() {
                shown = shown.caused_by(cause);
            }
            for hint in error.hints() {
                shown = shown.hinted(hint.clone());
            }
            printer.error(&shown);
            say_resume(session, printer);
            exit::FAILED
        }
        StepFailure::Stopped => {
            printer.note(&format!("stopped before the end of the step \"{step}\""));
            say_resume(session, printer);
            exit::STOPPED
        }
    }
}

fn say_resume(session: &Session, printer: Printer) {
    let name = &session.world.target.name;
    printer.warning(&format!(
        "the replacement of \"{name}\" is not finished: go on with `{}`, or take it back with `{}`",
        session.options.command(&format!("resume {name}")),
        session.options.command(&format!("rollback {name}"))
    ));
}

fn report(
    session: &Session,
    printer: Printer,
    began: Instant,
    snapshot: Option<PathBuf>,
) -> Result<(), ShownError> {
    let runs = load_all(&runs_folder()?)?;
    let run = runs.iter().find(|run| run.run == session.run);
    let mut text = format!(
        "{} member \"{}\" in {:.1} s: every member is healthy and holds the same data\n",
        Style::Good.paint("replaced"),
        session.world.target.name,
        began.elapsed().as_secs_f64()
    );
    if let Some(run) = run {
        if let (Some(old), Some(new)) = (run.old_id, run.added) {
            text.push_str(&format!("  old id {old}, new id {new}\n"));
        }
        for (_, to) in &run.set_aside {
            text.push_str(&format!("  set aside in {}: {to}\n", session.place()));
        }
        text.push_str(&format!("  journal: {}\n", run.folder.display()));
    }
    if let Some(snapshot) = snapshot {
        text.push_str(&format!("  snapshot: {}\n", snapshot.display()));
    }
    text.push_str(&format!(
        "  when all is well for a while: `{}`",
        session
            .options
            .command(&format!("cleanup {}", session.world.target.name))
    ));
    printer.data(&text);
    Ok(())
}
