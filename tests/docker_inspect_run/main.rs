// SPDX-License-Identifier: Apache-2.0

//! `docker-inspect-run` against real engines: Debian's three (20.10, 26.1, 28.5) and podman.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod cases;
mod lab;

mod bad_input;
mod changes;
mod compose;
mod plugin;
mod recreate;
mod round_trip;
mod scripts;
mod security;
mod table;
mod transports;
