// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;

use super::page::Page;
use super::pages::{FOLDERS, pages};

/// `cargo xtask docs`
#[derive(Debug, Args)]
pub struct Docs {
    /// Write nothing; fail when a page differs from what would be written
    #[arg(long)]
    check: bool,
}

impl Docs {
    /// Writes the pages, or says which ones differ.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let root = root();
        let pages = pages()?;
        let differing = out_of_step(&root, &pages).map_err(unusable)?;
        if self.check {
            if differing.is_empty() {
                return Ok(ExitCode::SUCCESS);
            }
            return Err(ShownError::failed(format!(
                "out of step with their data: {}",
                shown(&differing)
            ))
            .hinted("write them with `cargo xtask docs`"));
        }
        write(&root, &pages, &differing).map_err(unusable)?;
        printer.note(&if differing.is_empty() {
            format!("all {} pages are in step", pages.len())
        } else {
            format!("written: {}", shown(&differing))
        });
        Ok(ExitCode::SUCCESS)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn unusable(error: io::Error) -> ShownError {
    ShownError::failed("the pages cannot be read or written").caused_by(error)
}

fn shown(paths: &BTreeSet<PathBuf>) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

/// The pages that differ or are missing, and the files in generated folders that are no page.
fn out_of_step(root: &Path, pages: &[Page]) -> io::Result<BTreeSet<PathBuf>> {
    let mut differing = BTreeSet::new();
    for page in pages {
        if !is_in_step(&root.join(&page.path), page)? {
            differing.insert(page.path.clone());
        }
    }
    for folder in FOLDERS.iter().map(Path::new) {
        let entries = match fs::read_dir(root.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = folder.join(entry?.file_name());
            if !pages.iter().any(|page| page.path == path) {
                differing.insert(path);
            }
        }
    }
    Ok(differing)
}

fn is_in_step(file: &Path, page: &Page) -> io::Result<bool> {
    match fs::read_to_string(file) {
        Ok(text) => {
            let mode = fs::metadata(file)?.permissions().mode();
            Ok(text == page.text && (mode & 0o111 != 0) == page.executable)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn write(root: &Path, pages: &[Page], differing: &BTreeSet<PathBuf>) -> io::Result<()> {
    for path in differing {
        let target = root.join(path);
        match pages.iter().find(|page| page.path == *path) {
            Some(page) => {
                if let Some(folder) = target.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&target, &page.text)?;
                let mode = if page.executable { 0o755 } else { 0o644 };
                fs::set_permissions(&target, fs::Permissions::from_mode(mode))?;
            }
            None => fs::remove_file(target)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_pages_are_in_step() {
        let differing = out_of_step(&root(), &pages().unwrap()).unwrap();
        assert!(
            differing.is_empty(),
            "{}: run `cargo xtask docs`",
            shown(&differing)
        );
    }

    #[test]
    fn a_changed_a_missing_and_a_stale_page_are_noticed_and_put_right() {
        let root = std::env::temp_dir().join(format!("kubectl-etcd-docs-{}", std::process::id()));
        let pages: Vec<Page> = ["same", "changed", "missing"]
            .map(|name| Page::new("docs/catalogue", name, name.to_owned()))
            .into();
        let folder = root.join("docs/catalogue");
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [("same", "same"), ("changed", "other"), ("stale", "old")] {
            fs::write(folder.join(name), text).unwrap();
        }
        let differing = out_of_step(&root, &pages).unwrap();
        assert_eq!(
            shown(&differing),
            "docs/catalogue/changed, docs/catalogue/missing, docs/catalogue/stale"
        );
        write(&root, &pages, &differing).unwrap();
        assert!(out_of_step(&root, &pages).unwrap().is_empty());
        assert!(!folder.join("stale").exists());
        fs::remove_dir_all(root).unwrap();
    }
}
