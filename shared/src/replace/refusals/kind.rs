// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use crate::replace::options::Options;
use crate::replace::world::World;

/// One kind of refusal.
pub struct RefusalKind {
    /// Stable id.
    pub id: &'static str,
    /// What is refused, in a few words: a line of the documentation.
    pub title: &'static str,
    /// Why it is refused.
    pub why: &'static str,
    /// The flag that overrides exactly this one; `None` where overriding can never be right.
    pub override_flag: Option<&'static str>,
    /// Looks at the world; a refusal that only a step can find has none.
    pub check: Option<fn(&World, &Options) -> Option<Refusal>>,
}

/// A refusal that applies now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its id.
    pub id: String,
    /// One sentence with the thing at fault.
    pub sentence: String,
    /// What to do instead, one or two sentences.
    pub remedy: String,
    /// Commands, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub commands: Vec<String>,
    /// The flag that overrides it.
    pub override_flag: Option<String>,
    /// Whether it was overridden.
    pub overridden: bool,
}

impl Refusal {
    /// With a sentence and a remedy; id and flag are filled in by the list.
    pub fn new(sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            remedy: remedy.into(),
            ..Self::default()
        }
    }

    /// With commands to run.
    #[must_use]
    pub fn with(mut self, commands: impl IntoIterator<Item = String>) -> Self {
        self.commands = commands.into_iter().collect();
        self
    }
}
