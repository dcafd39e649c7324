// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;

use super::archive::{self, Entry};
use super::manifest::{RELEASES, archive_name};
use super::package::{self, Package};
use super::platform::Platform;
use super::{build, checksums, index, manifest, sbom};

/// `cargo xtask dist`
#[derive(Args, Debug)]
pub struct Dist {
    /// Build for this target (default: this machine's static one where its standard library is installed)
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Take the programs from this folder instead of building them
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Build nothing: make checksums, manifests and index of the archives that lie in --out
    #[arg(long, conflicts_with_all = ["target", "from", "twice"])]
    collect: bool,
    /// Build twice, each time from nothing, and fail unless both give the same archives
    #[arg(long, conflicts_with = "from")]
    twice: bool,
    /// Where everything goes
    #[arg(long, value_name = "FOLDER", default_value = "target/dist")]
    out: PathBuf,
    /// Where the archives will be downloaded from, before the version
    #[arg(long, value_name = "URL", default_value = RELEASES)]
    base_url: String,
}

/// The version with krew's `v`.
const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

impl Dist {
    /// Builds, packs, and describes what was packed.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let root = root()?;
        let out = root.join(&self.out);
        fs::create_dir_all(&out).map_err(|error| unusable(&out, error))?;
        if !self.collect {
            let target = match &self.target {
                Some(target) => target.clone(),
                None => build::default_target(printer)?,
            };
            let platform = Platform::of(&target)?;
            let programs = match &self.from {
                Some(folder) => folder.clone(),
                None => build::build(&root, &target, &root.join("target/dist-build"))?,
            };
            let archives = pack(&root, &programs, &platform, &out)?;
            if self.twice {
                same_again(&root, &target, &platform, &archives, printer)?;
            }
            sbom::write(&root, &target, &out, VERSION)?;
            tell(&programs, &platform, printer);
        }
        let mut files = files_of(&out)?;
        files.sort();
        let sums = checksums::write(&out, &files).map_err(|error| unusable(&out, error))?;
        let templates = root.join("krew/templates");
        let to = out.join("krew");
        let manifests = manifest::write(&templates, &out, &to, VERSION, &self.base_url)?;
        index::write(&out.join("krew-index"), &manifests, VERSION)?;
        for file in files.iter().chain([&sums]).chain(&manifests) {
            printer.data(&file.display().to_string());
        }
        printer.data(&out.join("krew-index").display().to_string());
        Ok(ExitCode::SUCCESS)
    }
}

fn root() -> Result<PathBuf, ShownError> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().map_err(|error| unusable(&root, error))
}

fn unusable(path: &Path, error: std::io::Error) -> ShownError {
    ShownError::failed(format!("\"{}\" cannot be read or written", path.display())).caused_by(error)
}

/// One archive per program: the program, the completion helper, the licence, its manual page.
fn pack(
    root: &Path,
    programs: &Path,
    platform: &Platform,
    out: &Path,
) -> Result<Vec<PathBuf>, ShownError> {
    let mut archives = Vec::new();
    for package in &package::ALL {
        let path = out.join(archive_name(package, VERSION, platform));
        let entries = entries(root, programs, package, platform)?;
        archive::write(&path, entries).map_err(|error| unusable(&path, error))?;
        archives.push(path);
    }
    Ok(archives)
}

fn entries(
    root: &Path,
    programs: &Path,
    package: &Package,
    platform: &Platform,
) -> Result<Vec<Entry>, ShownError> {
    let read = |path: PathBuf| fs::read(&path).map_err(|error| unusable(&path, error));
    let program = format!("{}{}", package.program, platform.suffix());
    let page = format!("{}.1", package.krate);
    let mut entries = vec![
        Entry {
            content: read(programs.join(&program))?,
            name: program,
            executable: true,
        },
        Entry {
            content: read(root.join("LICENSE"))?,
            name: "LICENSE".to_owned(),
            executable: false,
        },
        Entry {
            content: read(root.join("docs/man").join(&page))?,
            name: page,
            executable: false,
        },
    ];
    // Windows has no shell for it; `completion install` copies the program there.
    if platform.os != "windows" {
        let (name, text) = package.helper();
        entries.push(Entry {
            name,
            content: text.into_bytes(),
            executable: true,
        });
    }
    Ok(entries)
}

/// Builds once more, from nothing and elsewhere, and compares.
fn same_again(
    root: &Path,
    target: &str,
    platform: &Platform,
    archives: &[PathBuf],
    printer: Printer,
) -> Result<(), ShownError> {
    let elsewhere = root.join("target/dist-again");
    if elsewhere.exists() {
        fs::remove_dir_all(&elsewhere).map_err(|error| unusable(&elsewhere, error))?;
    }
    let programs = build::build(root, target, &elsewhere.join("build"))?;
    for again in pack(root, &programs, platform, &elsewhere)? {
        let name = again.file_name().unwrap_or_default();
        let first = archives
            .iter()
            .find(|path| path.file_name() == Some(name))
            .ok_or_else(|| ShownError::failed("an archive is missing"))?;
        let sum = |path: &Path| checksums::sha256(path).map_err(|error| unusable(path, error));
        let (one, two) = (sum(first)?, sum(&again)?);
        let name = name.to_string_lossy();
        if one != two {
            return Err(ShownError::failed(format!(
                "two builds of {name} differ: sha256 {one} and {two}"
            )));
        }
        printer.data(&format!("built twice, the same: {one}  {name}"));
    }
    fs::remove_dir_all(&elsewhere).map_err(|error| unusable(&elsewhere, error))
}

/// Sizes, and that the programs start where they can be run.
fn tell(programs: &Path, platform: &Platform, printer: Printer) {
    for package in &package::ALL {
        let path = programs.join(format!("{}{}", package.program, platform.suffix()));
        let size = fs::metadata(&path)
            .map(|data| data.len())
            .unwrap_or_default();
        let began = std::time::Instant::now();
        let runs = std::process::Command::new(&path)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success());
        let start = if runs {
            format!("starts in {:.1} ms", began.elapsed().as_secs_f64() * 1e3)
        } else {
            "does not run on this machine".to_owned()
        };
        printer.note(&format!(
            "{}: {:.2} MB, {start}",
            package.program,
            size as f64 / 1e6
        ));
    }
}

/// What a release offers for download, whichever run made it.
fn files_of(out: &Path) -> Result<Vec<PathBuf>, ShownError> {
    let entries = fs::read_dir(out).map_err(|error| unusable(out, error))?;
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.contains(&format!("_{VERSION}")) && path.is_file()
    };
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(is_ours)
        .collect())
}
