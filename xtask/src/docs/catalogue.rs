// SPDX-License-Identifier: Apache-2.0

use shared::error::ShownError;
use shared::logs::{catalogue, catalogue_markdown};

use super::page::Page;

/// The signature catalogue as pages, a page a group.
pub fn pages() -> Result<Vec<Page>, ShownError> {
    let catalogue = catalogue()
        .map_err(|error| ShownError::failed("the catalogue cannot be read").caused_by(error))?;
    Ok(catalogue_markdown(catalogue)
        .into_iter()
        .map(|(name, text)| Page::new("docs/catalogue", &name, text))
        .collect())
}
