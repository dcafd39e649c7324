// SPDX-License-Identifier: Apache-2.0

//! From `docker inspect` back to the command that made the container. Pure: no I/O in here.
//!
//! `Source` (raw inspect data) → [`Request`] (what was asked for, as the Engine API takes it) →
//! [`RunSpec`] (the command's options as data) → text. `docs/inspect-run.md` has the rules.

mod build;
mod change;
mod csv;
mod diff;
mod endpoints;
mod error;
mod json;
mod made;
mod merge;
mod options;
mod podman;
mod quote;
mod redact;
mod references;
mod render;
mod request;
mod source;
mod spec;

pub use build::run_spec;
pub use change::{Changed, Changes, change_request, change_source, parse_pair};
pub use diff::{Difference, diff};
pub use endpoints::Endpoint;
pub use error::InspectError;
pub use made::differing_fields;
pub use options::option_fields;
pub use quote::{join, quote};
pub use redact::{mask_entry, mask_field, mask_text, redact};
pub use references::{referred_ids, resolve_references};
pub use render::{ShellStyle, Verb, argv, compose, shell};
pub use request::{AnonymousVolume, Request, names_image};
pub use source::{EngineFacts, Source, parse_containers, parse_images};
pub use spec::{Connect, Loss, Opt, RunSpec, Value as OptValue};
