// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its place beneath the repository's root.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Whether it is a program.
    pub executable: bool,
}

impl Page {
    /// A text in a folder.
    pub fn new(folder: &str, name: &str, text: String) -> Self {
        Self {
            path: Path::new(folder).join(name),
            text,
            executable: false,
        }
    }

    /// The same as a program.
    #[must_use]
    pub fn executable(self) -> Self {
        Self {
            executable: true,
            ..self
        }
    }
}
