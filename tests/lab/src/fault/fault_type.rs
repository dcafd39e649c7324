// SPDX-License-Identifier: Apache-2.0

use super::list::ALL;
use crate::error::{LabError, Result};
use crate::lab_type::Lab;
use crate::node::Node;

/// One way to break a node. `docs/lab.md` says what each shows.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does, in one line.
    pub what: &'static str,
    pub(super) apply: fn(&Lab, &Node) -> Result<()>,
    pub(super) settled: fn(&Lab, &Node) -> Result<()>,
}

impl Fault {
    /// All of them.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// One by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<&'static Self> {
        ALL.iter().find(|fault| fault.name == name).ok_or_else(|| {
            let names: Vec<&str> = ALL.iter().map(|fault| fault.name).collect();
            LabError::value(format!(
                "no fault \"{name}\" (there are {})",
                names.join(", ")
            ))
        })
    }

    /// Does it to a node of a healthy lab.
    ///
    /// # Errors
    /// When a step of it fails.
    pub fn apply(&self, lab: &Lab, node: &Node) -> Result<()> {
        (self.apply)(lab, node)
    }

    /// Waits until the world shows it.
    ///
    /// # Errors
    /// When it does not in time.
    pub fn wait_settled(&self, lab: &Lab, node: &Node) -> Result<()> {
        (self.settled)(lab, node)
    }

    /// Undoes it (and every other).
    ///
    /// # Errors
    /// When the lab does not get healthy.
    pub fn undo(&self, lab: &Lab) -> Result<()> {
        lab.heal()
    }
}
