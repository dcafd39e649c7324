// SPDX-License-Identifier: Apache-2.0

//! The helper: one static program without libc that runs in any Linux image, even an empty one,
//! and does on an etcd node's files what the tool needs: look, probe, lock, rename, write, copy,
//! read. It prints one JSON object per line and never deletes anything but its own probe files.
//!
//! `etcd-node-helper COMMAND ARG… [-- COMMAND ARG…]…` runs the commands in order and stops at the
//! first that fails. Exit codes: 0 all done, 1 a command failed (its line says how), 2 usage.
#![no_std]
#![no_main]

mod arguments;
mod commands;
mod files;
mod line;
mod memory;
mod start;
mod system;

use arguments::Arguments;
use line::Line;

/// Version of the lines that this program prints; the reader refuses another one.
const PROTOCOL: u64 = 1;

/// Everything went well.
const DONE: i32 = 0;
/// A command failed.
const FAILED: i32 = 1;
/// The command line is wrong.
const USAGE: i32 = 2;

fn run(arguments: Arguments) -> i32 {
    let mut any = false;
    for words in arguments.commands() {
        any = true;
        let code = commands::run(words);
        if code != DONE {
            return code;
        }
    }
    if any {
        DONE
    } else {
        Line::new("usage").number("protocol", PROTOCOL).print();
        USAGE
    }
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    Line::new("panic").print();
    crate::system::exit(101)
}
