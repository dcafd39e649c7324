//! Completion: one answer for every shell, by cobra's protocol, which kubectl speaks, too.

mod answer;
mod install;
mod request;
mod script;
#[cfg(feature = "diagnosis")]
mod sources;

pub use answer::answer;
pub use install::install_helper;
pub use request::{asked, value_of};
pub use script::{Shell, script};
#[cfg(feature = "diagnosis")]
pub use sources::{contexts, docker_hosts, endpoints, ids};
