//! The faults: each is done to a real node, and undone by healing the lab.
//! One file per fault, and one line in `list.rs`.

#[allow(dead_code)] // the other page faults follow
mod bolt;
mod change;
mod fault_type;
mod list;
mod settled;

mod multiref;

pub use fault_type::Fault;

pub(crate) use change::{label, lift_limits, unmount};
