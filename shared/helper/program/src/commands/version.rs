// SPDX-License-Identifier: Apache-2.0

use crate::line::Line;

/// `version`: the protocol and the architecture that it was built for.
pub fn run() -> i32 {
    Line::new("version")
        .flag("ok", true)
        .number("protocol", crate::PROTOCOL)
        .text("architecture", core::env!("HELPER_ARCH").as_bytes())
        .print();
    crate::DONE
}
