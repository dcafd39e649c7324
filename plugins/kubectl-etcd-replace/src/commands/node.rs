// SPDX-License-Identifier: Apache-2.0

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;
use shared::replace::plan::plan;
use shared::replace::session::Opened;

use crate::args::ReplaceArgs;
use crate::exit;
use crate::finish::{Consent, ask, carry_out};
use crate::show::{self, Format};

/// `node NAME`.
#[derive(Args)]
pub struct NodeArgs {
    /// A Kubernetes node, an etcd member's name or id, or its address
    pub name: String,
    /// Show the plan and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// How the plan is shown (with --dry-run)
    #[arg(long, short = 'o', value_enum, default_value_t, requires = "dry_run")]
    pub output: Format,
    /// The rest.
    #[command(flatten)]
    pub replace: ReplaceArgs,
}

/// Shows the plan, asks, carries it out.
pub async fn run(args: &NodeArgs, printer: Printer) -> Result<u8, ShownError> {
    let session = match args.replace.open(&args.name, false).await? {
        Opened::Ready(session) => session,
        Opened::Refused(refusal) => {
            show::refusals(printer, &[refusal]);
            return Ok(exit::REFUSED);
        }
    };
    let plan = plan(
        &session.world,
        &session.facts,
        &session.options,
        session.node.as_ref(),
    );
    match args.output {
        Format::Text => printer.data(&show::plan_text(&plan, printer)),
        format => show::data(printer, format, &plan)?,
    }
    show::refusals(printer, &plan.refusals);
    if plan.is_refused() {
        return Ok(exit::REFUSED);
    }
    if args.dry_run {
        return Ok(exit::PLANNED);
    }
    if !args.yes {
        match ask(printer, &session.world.target.name) {
            Consent::Given => {}
            Consent::NotAsked => {
                printer.note("nothing was changed: there is no terminal to ask on, and no `--yes`");
                return Ok(exit::PLANNED);
            }
            Consent::Denied => {
                printer.note("nothing was changed");
                return Ok(exit::PLANNED);
            }
        }
    }
    carry_out(&session, printer, &args.name).await
}
