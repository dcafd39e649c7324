// SPDX-License-Identifier: Apache-2.0

//! What can be done with a pod through the API server: run a program in it, reach a port of it,
//! read its log and its events.

mod events;
mod exec;
mod log;
mod port_forward;

pub use events::pod_events;
pub use exec::{ExecOutput, Execution, exec, start};
pub use log::{log_tail, log_with_previous};
pub use port_forward::port_forward;
