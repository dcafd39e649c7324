//! Carrying out, with Ctrl-C listened to; and what is said at the end.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use jiff::Timestamp;
use shared::error::ShownError;
use shared::output::{Printer, Style};
use shared::replace::journal::{Event, Journal, load_all, runs_folder};
use shared::replace::node::Saved;
use shared::replace::run::{Context, Ended, StopFlag, execute};
use shared::replace::steps::StepFailure;

use crate::session::{Session, who};
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

/// Opens the journal, makes the context, and hands both to `work` while Ctrl-C is listened to.
pub async fn with_context<T>(
    session: &Session,
    printer: Printer,
    named: &str,
    work: impl AsyncFnOnce(&mut Context<'_>) -> T,
) -> Result<Option<T>, ShownError> {
    let runs = runs_folder()?;
    let journal = Journal::open(&runs, &session.run)?;
    let known_here = load_all(&runs)?.iter().any(|run| run.run == session.run);
    let unfinished = session.unfinished.as_ref();
    let since = unfinished
        .and_then(|run| run.begun_at)
        .unwrap_or_else(Timestamp::now)
        .to_string();
    let old_id = match unfinished {
        Some(run) => run.old_id,
        None => session.world.id_to_remove(),
    };
    let who = unfinished.map_or_else(who, |run| run.who.clone());
    if known_here {
        journal.write(Event::Resumed)?;
    } else {
        journal.write(Event::Begun {
            run: session.run.clone(),
            who: who.clone(),
            member: session.world.target.name.clone(),
            named: named.to_owned(),
            cluster: session
                .world
                .observation
                .cluster_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
            old_id,
            place: session.place(),
            stamp: session.facts.stamp.clone(),
            access_flags: session.options.access_flags.clone(),
        })?;
    }
    let mut facts = session.facts.clone();
    let saved: Option<Saved> = match journal.kept_definition()? {
        Some(saved) => Some(saved),
        // Begun on another machine: the record on the node has it.
        None => session
            .world
            .node
            .record
            .clone()
            .filter(|record| record.run == session.run)
            .map(|record| record.saved),
    };
    if let Some(saved) = &saved
        && !known_here
    {
        journal.keep_definition(saved)?;
        journal.write(Event::Saved {
            restart_policy: saved.restart_policy.clone(),
            was_running: saved.was_running,
        })?;
    }
    facts.saved = saved.is_some();
    let stop = StopFlag::default();
    let mut context = Context {
        cluster: &session.cluster,
        node: &session.node,
        options: &session.options,
        journal: &journal,
        printer,
        stop: stop.clone(),
        run: session.run.clone(),
        who,
        since,
        old_id,
        facts,
        saved,
        world: session.world.clone(),
        lease: Rc::default(),
        turn: 0,
    };
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
        done = work(&mut context) => Ok(Some(done)),
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
