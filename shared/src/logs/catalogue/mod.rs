// SPDX-License-Identifier: Apache-2.0

//! The catalogue: one data file per group and one of the events that tell a member's life.

mod events;
mod load;
mod signature;
mod version_range;

pub(crate) use events::{Event, EventKind};
pub(crate) use load::Searched;
pub use load::{Catalogue, CatalogueError, catalogue};
pub use signature::{Group, OverWhen, Severity, Signature, Text, TextKind};
pub(crate) use version_range::version_numbers;
pub use version_range::{Project, ProjectVersion, VersionRange};

/// The data files of the groups, in the order of their letters.
const GROUPS: &[(&str, &str)] = &[
    ("a-database", include_str!("a-database.yaml")),
    ("b-raft-snapshots", include_str!("b-raft-snapshots.yaml")),
    ("c-write-ahead-log", include_str!("c-write-ahead-log.yaml")),
    ("d-raft", include_str!("d-raft.yaml")),
    ("e-identity", include_str!("e-identity.yaml")),
    ("f-reconfiguration", include_str!("f-reconfiguration.yaml")),
    (
        "g-space-and-divergence",
        include_str!("g-space-and-divergence.yaml"),
    ),
    (
        "h-performance-and-peers",
        include_str!("h-performance-and-peers.yaml"),
    ),
    ("i-tls-network-os", include_str!("i-tls-network-os.yaml")),
    ("j-versions", include_str!("j-versions.yaml")),
];

/// The data file of the events.
const EVENTS: &str = include_str!("events.yaml");
