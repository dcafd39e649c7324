// SPDX-License-Identifier: Apache-2.0

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;
use shared::replace::plan::plan;
use shared::replace::session::Opened;

use super::unfinished;
use crate::args::ReplaceArgs;
use crate::exit;
use crate::finish::carry_out;
use crate::show;

/// `resume [NAME]`.
#[derive(Args)]
pub struct ResumeArgs {
    /// The member; needed where several replacements are unfinished, or where it was begun on another machine
    pub name: Option<String>,
    /// The rest.
    #[command(flatten)]
    pub replace: ReplaceArgs,
}

/// Looks, skips what is done, goes on.
pub async fn run(args: &ResumeArgs, printer: Printer) -> Result<u8, ShownError> {
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
    let plan = plan(
        &session.world,
        &session.facts,
        &session.options,
        session.node.as_ref(),
    );
    show::refusals(printer, &plan.refusals);
    if plan.is_refused() {
        return Ok(exit::REFUSED);
    }
    carry_out(&session, printer, &name).await
}
