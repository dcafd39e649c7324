// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use clap::ValueEnum;
use shared::access::args::{AccessArgs, ViaArg};
use shared::access::{TopologyCache, open, parse_duration, settings};
use shared::error::{Kind, ShownError};
use shared::kubernetes::cluster_roles;
use shared::kubernetes::helper_pod::remove_all;
use shared::model::{Assessment, ListSource, Verdict, Via};
use shared::observe::{ObserveOptions, SampleCache, observe};
use shared::output::Printer;
use shared::report::{OutputFormat, ReportOptions, render};
use shared::rules::assess;

use super::watch;
use crate::exit;

/// Arguments of the check.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    /// Output format
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub output: OutputFormat,
    /// Leave out the headers and the summary
    #[arg(long, help_heading = "Output")]
    pub no_headers: bool,
    /// Repeat every SECONDS and mark what changed
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "5",
        value_parser = clap::value_parser!(u64).range(1..),
        help_heading = "Output"
    )]
    pub watch: Option<u64>,
    /// Exit with 0 for verdicts better than LEVEL
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "LEVEL",
        help_heading = "Output"
    )]
    pub fail_on: FailOn,
    /// Take two samples of the metrics this far apart, for rates of now
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Output")]
    pub sample: Option<Duration>,
    /// Print the ClusterRole that each way through the API needs (with --via: that one), and ask
    /// nobody
    #[arg(long, help_heading = "Access")]
    pub rbac: bool,
    /// How to reach etcd
    #[command(flatten)]
    pub access: AccessArgs,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Anything that needs a look
    #[default]
    Warning,
    /// A broken member
    Degraded,
    /// No quorum
    QuorumLost,
}

/// The check: once, or again and again.
pub fn cmd_check(args: &CheckArgs, printer: Printer) -> Result<u8, ShownError> {
    if args.rbac {
        let roles = cluster_roles(args.access.via().map(Via::from));
        if roles.is_empty() {
            return Err(ShownError::usage("this way needs no right in Kubernetes")
                .hinted("the ways that do are `--via api`, `api-portforward`, `api-exec` and `api-helper`"));
        }
        printer.exact(&roles);
        return Ok(exit::HEALTHY);
    }
    shared::net::install_crypto();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            ShownError::failed("no asynchronous runtime could be started").caused_by(error)
        })?;
    runtime.block_on(async {
        let work = async {
            match args.watch {
                Some(seconds) => watch::run(args, Duration::from_secs(seconds), printer).await,
                None => report(args, printer).await,
            }
        };
        let done = tokio::select! {
            done = work => done,
            () = interrupted(args) => Err(ShownError::new(Kind::Interrupted, "stopped by Ctrl-C")),
        };
        for (object, error) in remove_all().await {
            printer.warning(&format!("{object} could not be removed: {error}"));
        }
        done
    })
}

async fn report(args: &CheckArgs, printer: Printer) -> Result<u8, ShownError> {
    let spinner = printer.progress("asking every member", None);
    let result = once(args, true).await;
    spinner.finish_and_clear();
    let assessment = result?;
    printer.data(&render(&assessment, report_options(args, printer)));
    Ok(exit_code(&assessment, args.fail_on))
}

/// Ctrl-C, where it must not simply kill: a helper pod has to be removed. A watch listens itself.
async fn interrupted(args: &CheckArgs) {
    let makes_pods = matches!(args.access.via(), Some(ViaArg::ApiHelper));
    if !makes_pods || args.watch.is_some() || tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// One round: access, observation, findings.
pub async fn once(args: &CheckArgs, hash: bool) -> Result<Assessment, ShownError> {
    let access = open(settings(&args.access)?).await?;
    let keys = access.cache_keys.clone();
    let options = ObserveOptions {
        without_hash: !hash,
        sample: args.sample,
        samples: SampleCache::in_home(),
    };
    let observation = observe(access, &options).await?;
    // Only what a quorum confirmed is worth remembering.
    if matches!(observation.list_source, ListSource::Linearizable { .. })
        && let Some(cache) = TopologyCache::in_home()
    {
        // A cache that cannot be written spoils nothing now.
        let _ = cache.save(&observation, &keys);
    }
    Ok(assess(observation))
}

/// How to print.
pub fn report_options(args: &CheckArgs, printer: Printer) -> ReportOptions {
    ReportOptions {
        format: args.output,
        no_headers: args.no_headers,
        columns: printer.stdout_columns(),
        plain: printer.is_plain(),
    }
}

/// The exit code of a verdict, with the bar where `--fail-on` puts it. "Could not tell" is never
/// taken for healthy.
pub fn exit_code(assessment: &Assessment, fail_on: FailOn) -> u8 {
    let bar = match fail_on {
        FailOn::Warning => exit::WARNING,
        FailOn::Degraded => exit::DEGRADED,
        FailOn::QuorumLost => exit::QUORUM_LOST,
    };
    let code = exit::of_verdict(assessment.verdict);
    if assessment.verdict != Verdict::Unknown && code < bar {
        exit::HEALTHY
    } else {
        code
    }
}
