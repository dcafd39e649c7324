// SPDX-License-Identifier: Apache-2.0

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;
use shared::replace::journal::Outcome;
use shared::replace::run::{Context, Ended, roll_back};
use shared::replace::session::Opened;
use shared::replace::steps::StepId;

use super::unfinished;
use crate::args::ReplaceArgs;
use crate::exit;
use crate::finish::{Consent, ask, failed, with_context};
use crate::show;

/// `rollback [NAME]`.
#[derive(Args)]
pub struct RollbackArgs {
    /// The member; needed where several replacements are unfinished, or where it was begun on another machine
    pub name: Option<String>,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// The rest.
    #[command(flatten)]
    pub replace: ReplaceArgs,
}

/// As before, as far as that goes.
pub async fn run(args: &RollbackArgs, printer: Printer) -> Result<u8, ShownError> {
    let (name, replace) = unfinished::choose(args.name.as_deref(), &args.replace)?;
    let session = match replace.open(&name, true).await? {
        Opened::Ready(session) => session,
        Opened::Refused(refusal) => {
            show::refusals(printer, &[refusal]);
            return Ok(exit::REFUSED);
        }
    };
    if session.unfinished.is_none() {
        return Err(unfinished::nothing(&name));
    }
    if !args.yes {
        match ask(printer, &session.world.target.name) {
            Consent::Given => {}
            _ => {
                printer.note("nothing was changed");
                return Ok(exit::PLANNED);
            }
        }
    }
    let done = with_context(
        &session,
        printer,
        &name,
        async |context: &mut Context<'_>| roll_back(context).await,
    )
    .await?;
    match done {
        None => Ok(exit::STOPPED),
        Some(Ok(Outcome::RolledBack)) => {
            printer.data(&format!(
                "taken back: \"{}\" is as it was before",
                session.world.target.name
            ));
            Ok(exit::DONE)
        }
        Some(Ok(_)) => {
            printer.data(&format!(
                "withdrawn: the new entry of \"{}\" is removed, its process is stopped, and all its data is kept; the old member was removed and does not come back",
                session.world.target.name
            ));
            Ok(exit::DONE)
        }
        Some(Err(failure)) => {
            let ended = Ended {
                step: StepId::Observe,
                failure,
                is_as_before: false,
            };
            Ok(failed(&session, printer, ended))
        }
    }
}
