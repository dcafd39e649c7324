// SPDX-License-Identifier: Apache-2.0

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;

use super::node::{self, NodeArgs};
use crate::args::ReplaceArgs;
use crate::show::Format;

/// `plan NAME`.
#[derive(Args)]
pub struct PlanArgs {
    /// A Kubernetes node, an etcd member's name or id, or its address
    pub name: String,
    /// How the plan is shown
    #[arg(long, short = 'o', value_enum, default_value_t)]
    pub output: Format,
    /// The rest.
    #[command(flatten)]
    pub replace: ReplaceArgs,
}

/// `node NAME --dry-run`.
pub async fn run(args: &PlanArgs, printer: Printer) -> Result<u8, ShownError> {
    let node = NodeArgs {
        name: args.name.clone(),
        dry_run: true,
        yes: false,
        output: args.output,
        replace: args.replace.clone(),
    };
    node::run(&node, printer).await
}
