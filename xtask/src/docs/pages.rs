// SPDX-License-Identifier: Apache-2.0

use shared::error::ShownError;

use super::page::Page;
use super::{catalogue, completions, man};

/// Folders in which every file is generated, so that a page of a removed thing is noticed.
pub const FOLDERS: &[&str] = &["docs/catalogue", "docs/man", "completions"];

/// Every generated file.
pub fn pages() -> Result<Vec<Page>, ShownError> {
    let mut pages = catalogue::pages()?;
    pages.extend(man::pages()?);
    pages.extend(completions::pages());
    Ok(pages)
}
