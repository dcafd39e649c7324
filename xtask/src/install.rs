// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use docker_inspect_run::NAMES as INSPECT_RUN;
use shared::completion::{Shell, script};
use shared::error::ShownError;
use shared::invocation::PLUGINS;
use shared::output::Printer;

/// Prefixes below which docker looks for plugins by itself
/// (docker/cli, cli-plugins/manager/manager_unix.go).
const DOCKER_LOOKS: [&str; 2] = ["/usr/local", "/usr"];

/// `cargo xtask install`
#[derive(Args, Debug)]
pub struct Install {
    /// Install beneath this folder (default: /usr/local for root, else ~/.local)
    #[arg(long, value_name = "FOLDER")]
    prefix: Option<PathBuf>,
    /// Take the programs from this folder instead of building them
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
}

impl Install {
    /// Builds and installs the programs, with completion, manual pages and docker's link.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let prefix = match self.prefix {
            Some(prefix) => prefix,
            None => default_prefix()?,
        };
        let prefix = std::path::absolute(&prefix).map_err(|error| unusable(&prefix, error))?;
        let programs = match self.from {
            Some(folder) => folder,
            None => build(printer)?,
        };
        let bin = prefix.join("bin");
        for names in PLUGINS {
            copy_program(&programs, &bin, names.file, printer)?;
            let helper = names.file.replacen("kubectl-", "kubectl_complete-", 1);
            link(names.file, &bin.join(helper), printer)?;
        }
        copy_program(&programs, &bin, INSPECT_RUN.file, printer)?;
        for program in PLUGINS
            .iter()
            .map(|names| names.file)
            .chain([INSPECT_RUN.file])
        {
            completions(&prefix, program)?;
        }
        printer.data(&format!(
            "completion of bash, zsh and fish: {}",
            prefix.join("share").display()
        ));
        manual_pages(&prefix, printer)?;
        docker_plugin(&prefix, &bin, printer)?;
        say_path(&bin, printer);
        Ok(ExitCode::SUCCESS)
    }
}

fn unusable(path: &Path, error: io::Error) -> ShownError {
    let error_kind = error.kind();
    let shown =
        ShownError::failed(format!("\"{}\" cannot be written", path.display())).caused_by(error);
    if error_kind == io::ErrorKind::PermissionDenied {
        return shown.hinted("run it as root, or give a folder of yours with `--prefix ~/.local`");
    }
    shown
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn default_prefix() -> Result<PathBuf, ShownError> {
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if is_root {
        return Ok(PathBuf::from("/usr/local"));
    }
    std::env::home_dir()
        .map(|home| home.join(".local"))
        .ok_or_else(|| {
            ShownError::usage("the home folder is not known").hinted("give `--prefix FOLDER`")
        })
}

fn build(printer: Printer) -> Result<PathBuf, ShownError> {
    printer.note("building the release programs (some minutes)");
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root())
        .args(["build", "--release", "--locked"]);
    for package in [
        "kubectl-etcd-health",
        "kubectl-etcd-replace",
        "docker-inspect-run",
    ] {
        command.args(["--package", package]);
    }
    let status = command
        .status()
        .map_err(|error| ShownError::failed("cargo could not be started").caused_by(error))?;
    if status.success() {
        Ok(root().join("target/release"))
    } else {
        Err(ShownError::failed("the programs do not build").hinted("see cargo's words above"))
    }
}

/// Writes beside and renames: a program that runs is never half a file.
fn place(path: &Path, content: &[u8], mode: u32) -> Result<(), ShownError> {
    let failed = |error| unusable(path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = path.with_file_name(format!(
        ".{}.{}",
        path.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    fs::write(&beside, content).map_err(failed)?;
    fs::set_permissions(&beside, fs::Permissions::from_mode(mode)).map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}

fn copy_program(from: &Path, bin: &Path, name: &str, printer: Printer) -> Result<(), ShownError> {
    let source = from.join(name);
    let content = fs::read(&source).map_err(|error| {
        ShownError::failed(format!("\"{}\" cannot be read", source.display())).caused_by(error)
    })?;
    let path = bin.join(name);
    place(&path, &content, 0o755)?;
    printer.data(&path.display().to_string());
    Ok(())
}

fn link(target: &str, path: &Path, printer: Printer) -> Result<(), ShownError> {
    let failed = |error| unusable(path, error);
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::remove_file(path).map_err(failed)?,
        Ok(_) => {
            return Err(ShownError::refused(format!(
                "\"{}\" exists and is no link",
                path.display()
            ))
            .hinted("look what it is, and move it away"));
        }
        Err(_) => {}
    }
    symlink(target, path).map_err(failed)?;
    printer.data(&format!("{} -> {target}", path.display()));
    Ok(())
}

fn completions(prefix: &Path, program: &str) -> Result<(), ShownError> {
    let share = prefix.join("share");
    let places = [
        (
            Shell::Bash,
            share.join("bash-completion/completions").join(program),
        ),
        (
            Shell::Zsh,
            share.join("zsh/site-functions").join(format!("_{program}")),
        ),
        (
            Shell::Fish,
            share
                .join("fish/vendor_completions.d")
                .join(format!("{program}.fish")),
        ),
    ];
    for (shell, path) in places {
        place(&path, script(shell, program).as_bytes(), 0o644)?;
    }
    Ok(())
}

fn manual_pages(prefix: &Path, printer: Printer) -> Result<(), ShownError> {
    let from = root().join("docs/man");
    let to = prefix.join("share/man/man1");
    let entries = fs::read_dir(&from).map_err(|error| unusable(&from, error))?;
    for entry in entries.flatten() {
        let content = fs::read(entry.path()).map_err(|error| unusable(&entry.path(), error))?;
        place(&to.join(entry.file_name()), &content, 0o644)?;
    }
    printer.data(&format!("manual pages: {}", to.display()));
    Ok(())
}

/// docker wants its plugins in folders of its own, under names without dashes.
fn docker_plugin(prefix: &Path, bin: &Path, printer: Printer) -> Result<(), ShownError> {
    let program = bin.join(INSPECT_RUN.file);
    let mut command = Command::new(&program);
    command.arg("install-plugin");
    if DOCKER_LOOKS
        .iter()
        .any(|folder| prefix == Path::new(folder))
    {
        command
            .arg("--dir")
            .arg(prefix.join("lib/docker/cli-plugins"));
    }
    let output = command
        .output()
        .map_err(|error| unusable(&program, error))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        printer.data(said.trim());
        return Ok(());
    }
    Err(ShownError::failed("docker's link cannot be made").caused_by(said.trim()))
}

fn say_path(bin: &Path, printer: Printer) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder == bin) {
        printer.note(&format!(
            "installed; try `{}`, `{}` or `{} --help`",
            PLUGINS[0].plugin, PLUGINS[1].plugin, INSPECT_RUN.file
        ));
    } else {
        printer.warning(&format!(
            "\"{}\" is not on your PATH, where kubectl looks for plugins: add it, for example \
             with `export PATH=\"{}:$PATH\"`",
            bin.display(),
            bin.display()
        ));
    }
}
