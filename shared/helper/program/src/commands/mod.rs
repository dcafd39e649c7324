// SPDX-License-Identifier: Apache-2.0

//! One file per command and the list of them.

mod connect;
mod copy;
mod exec;
mod head;
mod lock;
mod mkdir;
mod probe;
mod read;
mod receive;
mod release;
mod remove_aside;
mod rename;
mod space;
mod stat;
mod tree;
mod version;
mod wait;
mod write;

use crate::arguments::Words;
use crate::line::Line;

/// Runs one command; its exit code.
pub fn run(words: Words) -> i32 {
    let name = words.get(0).unwrap_or(c"").to_bytes();
    match name {
        b"version" => version::run(),
        b"probe" => probe::run(words),
        b"lock" => lock::run(words),
        b"release" => release::run(words),
        b"remove-aside" => remove_aside::run(words),
        b"rename" => rename::run(words),
        b"write" => write::run(words),
        b"copy" => copy::run(words),
        b"read" => read::run(words),
        b"head" => head::run(words),
        b"space" => space::run(words),
        b"stat" => stat::run(words),
        b"tree" => tree::run(words),
        b"mkdir" => mkdir::run(words),
        b"exec" => exec::run(words),
        b"connect" => connect::run(words),
        b"receive" => receive::run(words),
        b"wait" => wait::run(),
        _ => usage(name),
    }
}

/// The command line is wrong: says which command.
fn usage(name: &[u8]) -> i32 {
    Line::new("usage").text("command", name).print();
    crate::USAGE
}
