// SPDX-License-Identifier: Apache-2.0

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::db::{CheckOptions, InspectOptions, check_source, inspect, wal_identity_of};
use shared::error::ShownError;
use shared::output::Printer;

#[path = "../../../shared/tests/db_pages/mutate.rs"]
mod mutate;

/// One input may take this long; a real file of this size takes milliseconds.
const TOO_LONG: Duration = Duration::from_secs(10);
/// Memory the whole run may take.
const TOO_MUCH_KIB: u64 = 400 * 1024;

/// Arguments of `fuzz db`.
#[derive(Debug, clap::Args)]
pub struct FuzzDb {
    /// How long
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where inputs that fail are put
    #[arg(long, default_value = "target/fuzz-db", value_name = "DIR")]
    failures: PathBuf,
}

/// What the threads share.
struct Run {
    seed: AtomicU64,
    has_failed: AtomicBool,
    /// Per thread the seed at work, and since when.
    at_work: Mutex<Vec<(u64, Instant)>>,
}

impl FuzzDb {
    /// Mutates the corpus until the time is over; fails on a panic, a hang or a hunger.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let corpus = corpus()
            .map_err(|error| ShownError::usage("cannot read tests/fixtures/db").caused_by(error))?;
        std::fs::create_dir_all(&self.failures).map_err(|error| {
            ShownError::usage(format!("cannot make {:?}", self.failures)).caused_by(error)
        })?;
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let run = Run {
            seed: AtomicU64::new(self.seed),
            has_failed: AtomicBool::new(false),
            at_work: Mutex::new(vec![(0, Instant::now()); threads]),
        };
        let deadline = Instant::now() + Duration::from_secs(self.seconds);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (run, corpus, failures) = (&run, &corpus, &self.failures);
                scope.spawn(move || work(run, thread, corpus, failures, deadline, printer));
            }
            scope.spawn(|| watch(&run, deadline, printer));
        });
        let inputs = run.seed.load(Ordering::Relaxed) - self.seed;
        let peak = peak_kib();
        let is_hungry = peak > TOO_MUCH_KIB;
        let has_failed = run.has_failed.load(Ordering::Relaxed) || is_hungry;
        printer.data(&format!(
            "{inputs} inputs in {} s from {} files, peak memory {peak} KiB, {}",
            self.seconds,
            corpus.len(),
            if has_failed {
                "FAILED"
            } else {
                "no panic, no hang"
            }
        ));
        Ok(if has_failed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn work(
    run: &Run,
    thread: usize,
    corpus: &[(String, Vec<u8>)],
    failures: &Path,
    deadline: Instant,
    printer: Printer,
) {
    while Instant::now() < deadline {
        let seed = run.seed.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = lock(run).get_mut(thread) {
            *slot = (seed, Instant::now());
        }
        let which = usize::try_from(seed).unwrap_or(0) % corpus.len();
        let Some((name, sound)) = corpus.get(which) else {
            continue;
        };
        let mut bytes = sound.clone();
        mutate::mutate(&mut bytes, &mut mutate::Random::new(seed));
        let path = failures.join(format!("{thread}")).join(name);
        if catch_unwind(AssertUnwindSafe(|| read(&bytes, &path, seed))).is_err() {
            run.has_failed.store(true, Ordering::Relaxed);
            let kept = failures.join(format!("panic-{seed}-{name}"));
            let _ = std::fs::write(&kept, &bytes);
            printer.warning(&format!("seed {seed} panicked, kept as {}", kept.display()));
        }
    }
    // Nothing is at work any more.
    if let Some(slot) = lock(run).get_mut(thread) {
        *slot = (0, Instant::now());
    }
}

/// Everything that reads bytes of etcd.
fn read(bytes: &[u8], path: &Path, seed: u64) {
    let threads = 1 + usize::try_from(seed % 2).unwrap_or(0);
    let options = CheckOptions {
        threads,
        ..CheckOptions::default()
    };
    let report = check_source(bytes, options, &|_| ());
    assert!(report.faults.len() < 1200, "faults are to be capped");
    let _ = wal_identity_of(bytes);
    // Logs and raft snapshots are read from files only.
    if seed.is_multiple_of(8) || path.extension().is_some_and(|e| e == "wal" || e == "snap") {
        if let Some(dir) = path.parent() {
            let _ = std::fs::create_dir_all(dir);
        }
        if std::fs::write(path, bytes).is_ok() {
            let _ = inspect(path, &InspectOptions::default(), &|_| ());
        }
    }
}

/// Ends the process when one input takes too long: a loop cannot be ended from outside.
fn watch(run: &Run, deadline: Instant, printer: Printer) {
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let at_work = lock(run).clone();
        if let Some((seed, _)) = at_work
            .iter()
            .find(|(seed, since)| *seed > 0 && since.elapsed() > TOO_LONG)
        {
            printer.warning(&format!("seed {seed} takes longer than {TOO_LONG:?}"));
            std::process::abort();
        }
        if Instant::now() > deadline && at_work.iter().all(|(seed, _)| *seed == 0) {
            return;
        }
    }
}

fn lock(run: &Run) -> std::sync::MutexGuard<'_, Vec<(u64, Instant)>> {
    run.at_work
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn corpus() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/db");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push((name, std::fs::read(entry.path())?));
    }
    files.sort();
    Ok(files)
}

/// The most memory this process ever held.
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
