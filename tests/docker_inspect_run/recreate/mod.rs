// SPDX-License-Identifier: Apache-2.0

//! `--recreate`: the service is there at the end, and its data too, whatever happens on the way.

mod broken_off;
mod fails;
mod people;
mod service;
mod steps;
mod succeeds;
