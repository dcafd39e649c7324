use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use shared::error::ShownError;
use shared::logs::{catalogue, catalogue_markdown};
use shared::output::Printer;

/// `cargo xtask docs`
#[derive(Debug, Args)]
pub struct Docs {
    /// Write nothing; fail when a page differs from what would be written
    #[arg(long)]
    check: bool,
}

/// A generated page: its place beneath the repository's root, and its text.
type Page = (PathBuf, String);

/// Folders in which every file is generated, so that a page of a removed group is noticed.
const GENERATED: &[&str] = &["docs/catalogue"];

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

/// Every generated page.
fn pages() -> Result<Vec<Page>, ShownError> {
    let catalogue = catalogue()
        .map_err(|error| ShownError::failed("the catalogue cannot be read").caused_by(error))?;
    Ok(catalogue_markdown(catalogue)
        .into_iter()
        .map(|(name, text)| (Path::new("docs/catalogue").join(name), text))
        .collect())
}

/// The pages that differ or are missing, and the files in generated folders that are no page.
fn out_of_step(root: &Path, pages: &[Page]) -> io::Result<BTreeSet<PathBuf>> {
    let mut differing = BTreeSet::new();
    for (path, text) in pages {
        match fs::read_to_string(root.join(path)) {
            Ok(file) if file == *text => {}
            Ok(_) => {
                differing.insert(path.clone());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differing.insert(path.clone());
            }
            Err(error) => return Err(error),
        }
    }
    for folder in GENERATED.iter().map(Path::new) {
        let entries = match fs::read_dir(root.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = folder.join(entry?.file_name());
            if !pages.iter().any(|(page, _)| *page == path) {
                differing.insert(path);
            }
        }
    }
    Ok(differing)
}

fn write(root: &Path, pages: &[Page], differing: &BTreeSet<PathBuf>) -> io::Result<()> {
    for path in differing {
        let target = root.join(path);
        match pages.iter().find(|(page, _)| page == path) {
            Some((_, text)) => {
                if let Some(folder) = target.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(target, text)?;
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
            .map(|name| (Path::new("docs/catalogue").join(name), name.to_owned()))
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
