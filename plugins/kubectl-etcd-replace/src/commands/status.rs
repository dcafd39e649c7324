// SPDX-License-Identifier: Apache-2.0

use clap::Args;
use serde::Serialize;
use shared::access::{self, args::AccessArgs};
use shared::error::ShownError;
use shared::output::Printer;
use shared::replace::cluster::Cluster;
use shared::replace::etcd_lock;
use shared::replace::journal::{Run, load_all, runs_folder};
use shared::replace::world::LockHolder;

use crate::exit;
use crate::show::{self, Format};

/// `status`.
#[derive(Args)]
pub struct StatusArgs {
    /// How it is shown
    #[arg(long, short = 'o', value_enum, default_value_t)]
    pub output: Format,
    /// How to reach etcd.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Name and version of the JSON shape.
const STATUS_SCHEMA: &str = "kubectl-etcd/replace-status/v1";

#[derive(Serialize)]
struct Status {
    schema: &'static str,
    unfinished: Vec<Run>,
    /// Who holds the lock in etcd; null where nobody does or etcd could not be asked.
    lock: Option<LockHolder>,
    /// Why etcd could not be asked.
    lock_error: Option<String>,
}

/// Shows what is unfinished here, and the lock in etcd.
pub async fn run(args: &StatusArgs, printer: Printer) -> Result<u8, ShownError> {
    let mut unfinished = load_all(&runs_folder()?)?;
    unfinished.retain(Run::is_unfinished);
    let (lock, lock_error) = match holder(args).await {
        Ok(holder) => (holder, None),
        // Without a way to etcd this machine's own runs are still worth showing; a wrong flag is not.
        Err(error) if args.access.any_given() => return Err(error),
        Err(error) => (None, Some(error.message().to_owned())),
    };
    if args.output != Format::Text {
        let status = Status {
            schema: STATUS_SCHEMA,
            unfinished,
            lock,
            lock_error,
        };
        show::data(printer, args.output, &status)?;
        return Ok(exit::DONE);
    }
    if unfinished.is_empty() {
        printer.data("no replacement that was begun on this machine is unfinished");
    } else {
        printer.data(&show::runs_text(&unfinished, printer));
    }
    match (lock, lock_error) {
        (Some(holder), _) => printer.data(&format!(
            "the cluster's lock is held by {} since {} (run {})",
            holder.who, holder.since, holder.run
        )),
        (None, Some(why)) => printer.note(&format!("the cluster's lock could not be read: {why}")),
        (None, None) => printer.data("nobody holds the cluster's lock"),
    }
    Ok(exit::DONE)
}

async fn holder(args: &StatusArgs) -> Result<Option<LockHolder>, ShownError> {
    let cluster = Cluster::new(access::settings(&args.access)?);
    let observation = cluster.observe_fully().await?;
    let healthy = observation
        .members
        .iter()
        .filter(|member| member.linearizable_read.value().is_some())
        .find_map(|member| member.endpoint.clone());
    let Some(endpoint) = healthy else {
        return Err(ShownError::unknown(
            "no member answers a linearizable read: the lock cannot be read",
        ));
    };
    let client = cluster.client(&endpoint).await?;
    Ok(etcd_lock::holder(&client).await?)
}
