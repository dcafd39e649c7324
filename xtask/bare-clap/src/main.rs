// SPDX-License-Identifier: Apache-2.0

//! The least a program with clap can be: the start-up that no program of this workspace can beat.

use clap::Parser;

/// Does nothing
#[derive(Parser)]
struct Bare {
    /// A flag, so that there is something to parse
    #[arg(long)]
    flag: bool,
}

fn main() -> std::process::ExitCode {
    let bare = Bare::parse();
    std::process::ExitCode::from(u8::from(bare.flag))
}
