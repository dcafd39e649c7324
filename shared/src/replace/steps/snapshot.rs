// SPDX-License-Identifier: Apache-2.0

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::db::{CheckOptions, DbReport, SnapshotVerifier, Verdict, check_file};
use crate::error::ShownError;
use crate::replace::journal::Event;
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::refusals::Refusal;
use crate::replace::run::Context;
use crate::replace::world::World;

/// How long a survivor may take from one part of the stream to the next.
const PART_DEADLINE: Duration = Duration::from_secs(60);

/// Step 4.
pub struct Snapshot;

impl Step for Snapshot {
    fn id(&self) -> StepId {
        StepId::Snapshot
    }

    fn is_done(&self, _: &World, facts: &Facts, _: &Options) -> bool {
        facts.snapshot.is_some()
    }

    fn describe(
        &self,
        world: &World,
        facts: &Facts,
        options: &Options,
        _: &dyn NodeAccess,
    ) -> StepText {
        let Some(from) = world.most_advanced() else {
            return StepText::default();
        };
        let file = options.snapshot_dir.join(file_name(world, facts));
        let bytes = from.seen.status.value().map_or(0, |s| s.db_size_bytes);
        StepText {
            effect: format!(
                "streams a snapshot of \"{}\", the most advanced healthy member, to \"{}\" \
                 (about {} MB), verifies its sha256 and checks every page; nothing that lasts is \
                 done before that",
                from.listed.label(),
                file.display(),
                bytes / 1_000_000
            ),
            commands: vec![
                format!(
                    "etcdctl --endpoints={} snapshot save {}",
                    from.seen.endpoint.clone().unwrap_or_default(),
                    file.display()
                ),
                format!("kubectl etcd-health db {}", file.display()),
            ],
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(take(context))
    }
}

fn file_name(world: &World, facts: &Facts) -> String {
    let cluster = world.observation.cluster_id;
    let cluster = cluster.map(|id| id.to_string()).unwrap_or_default();
    format!("etcd-{cluster}-{}.db", facts.stamp)
}

async fn take(context: &mut Context<'_>) -> Result<(), StepFailure> {
    let from = context.world.most_advanced();
    let from = from.and_then(|peer| {
        let bytes = peer.seen.status.value().map_or(0, |s| s.db_size_bytes);
        let bytes = u64::try_from(bytes).unwrap_or(0);
        Some((peer.listed.label(), peer.seen.endpoint.clone()?, bytes))
    });
    let Some((label, endpoint, expected)) = from else {
        return Err(StepFailure::failed(
            "no healthy member is left to take a snapshot from",
        ));
    };
    let folder = context.options.snapshot_dir.clone();
    make_folder(&folder)?;
    refuse_without_room(&folder, expected)?;
    let path = folder.join(file_name(&context.world, &context.facts));
    let part = path.with_extension("db.part");
    let sum = match stream(context, &endpoint, &part, expected).await {
        Ok(sum) => sum,
        Err(StepFailure::Failed(error)) => return Err(failed(&label, &error)),
        Err(other) => return Err(other),
    };
    let began = Instant::now();
    let report = check(&part).await?;
    if !sum.trailer.matches() || !matches!(report.verdict, Verdict::Sound | Verdict::Warning) {
        return Err(damaged(&label, &part, &report));
    }
    fs::rename(&part, &path).map_err(|error| unwritable(&path, error))?;
    context.journal.write(Event::Snapshot {
        path: path.display().to_string(),
        sha256: sum.trailer.computed_sha256,
        bytes: sum.bytes,
        from: label,
        check_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })?;
    context.facts.snapshot = Some(path);
    Ok(())
}

async fn stream(
    context: &mut Context<'_>,
    endpoint: &str,
    part: &Path,
    expected: u64,
) -> Result<crate::db::SnapshotSum, StepFailure> {
    let client = context.cluster.client(endpoint).await?;
    let mut stream = client.with_timeout(PART_DEADLINE).snapshot().await?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(part)
        .map_err(|error| unwritable(part, error))?;
    let progress = context.printer.progress("snapshot", Some(expected));
    let mut verifier = SnapshotVerifier::default();
    let streamed = async {
        while let Some((bytes, _)) = stream.next().await? {
            context.stopped()?;
            verifier.push(&bytes);
            file.write_all(&bytes)
                .map_err(|error| unwritable(part, error))?;
            progress.inc(bytes.len() as u64);
        }
        file.sync_all().map_err(|error| unwritable(part, error))?;
        Ok::<(), StepFailure>(())
    }
    .await;
    progress.finish_and_clear();
    streamed?;
    verifier
        .finish()
        .map_err(|error| StepFailure::failed(error.to_string()))
}

/// The pages, from the page cache.
async fn check(part: &Path) -> Result<DbReport, StepFailure> {
    let path = part.to_owned();
    let checked =
        tokio::task::spawn_blocking(move || check_file(&path, CheckOptions::default(), &|_| {}));
    match checked.await {
        Ok(Ok(report)) => Ok(report),
        Ok(Err(error)) => Err(StepFailure::Failed(Box::new(ShownError::from(error)))),
        Err(error) => Err(StepFailure::failed(format!(
            "the check of the snapshot ended early: {error}"
        ))),
    }
}

fn make_folder(folder: &Path) -> Result<(), StepFailure> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| unwritable(folder, error))
}

fn refuse_without_room(folder: &Path, needed: u64) -> Result<(), StepFailure> {
    let facts = rustix::fs::statvfs(folder).map_err(|error| unwritable(folder, error.into()))?;
    let free = facts.f_bavail.saturating_mul(facts.f_frsize);
    if free > needed.saturating_add(16_000_000) {
        return Ok(());
    }
    Err(refused(
        "snapshot-no-room",
        format!(
            "{} MB are free in \"{}\", the snapshot takes about {} MB",
            free / 1_000_000,
            folder.display(),
            needed / 1_000_000
        ),
        "name a folder with more room with `--snapshot-dir FOLDER`".to_owned(),
    ))
}

fn unwritable(path: &Path, error: std::io::Error) -> StepFailure {
    refused(
        "snapshot-failed",
        format!("cannot write \"{}\": {error}", path.display()),
        "name a folder that can be written with `--snapshot-dir FOLDER`".to_owned(),
    )
}

fn failed(from: &str, error: &ShownError) -> StepFailure {
    refused(
        "snapshot-failed",
        format!("the snapshot of \"{from}\" failed: {}", error.message()),
        "look at that member with `kubectl etcd-health`, then try again".to_owned(),
    )
}

fn damaged(from: &str, part: &Path, report: &DbReport) -> StepFailure {
    let kinds: Vec<_> = report.fault_counts.keys().cloned().collect();
    let what = if kinds.is_empty() {
        report.verdict.word().to_owned()
    } else {
        kinds.join(", ")
    };
    refused(
        "snapshot-damaged",
        format!("the snapshot of \"{from}\" failed its check: {what}"),
        format!(
            "that member's database is broken, too: see `kubectl etcd-health db {}`",
            part.display()
        ),
    )
}

fn refused(id: &str, sentence: String, remedy: String) -> StepFailure {
    StepFailure::Refused(vec![Refusal {
        id: id.to_owned(),
        ..Refusal::new(sentence, remedy)
    }])
}

/// Where snapshots go unless a folder is named.
pub fn default_folder(runs: &Path) -> PathBuf {
    runs.parent().unwrap_or(runs).join("snapshots")
}
