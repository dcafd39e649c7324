use super::fault_type::Fault;
use super::*;

/// Every fault, in the order of `docs/lab.md`.
pub(super) const ALL: &[Fault] = &[multiref::FAULT];
