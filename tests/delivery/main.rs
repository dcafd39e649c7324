// SPDX-License-Identifier: Apache-2.0

//! Delivery: what a stranger gets and installs, and whether it then works where kubectl, docker
//! and the shells look for it.

mod install;
mod krew_install;
mod krew_rules;
mod readme;
mod support;
mod tab;
mod tmux;
