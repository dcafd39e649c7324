// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use node_helper::Architecture;

/// Where the helper program comes from.
#[derive(Clone, Debug, Default)]
pub struct HelperSource {
    /// `--helper-binary`; else the embedded one for the node's architecture.
    pub file: Option<PathBuf>,
}

impl HelperSource {
    /// The program for an architecture as an engine, an image or a Node object names it.
    ///
    /// # Errors
    /// One sentence: none is embedded, or the file cannot be read.
    pub fn program(&self, architecture: &str) -> Result<Vec<u8>, String> {
        if let Some(file) = &self.file {
            return std::fs::read(file)
                .map_err(|error| format!("cannot read the helper program {file:?}: {error}"));
        }
        Architecture::from_name(architecture)
            .and_then(node_helper::binary)
            .map(<[u8]>::to_vec)
            .ok_or_else(|| {
                format!(
                    "no helper program for nodes of architecture \"{architecture}\" is built in"
                )
            })
    }
}
