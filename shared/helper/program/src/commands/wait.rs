// SPDX-License-Identifier: Apache-2.0

use crate::line::Line;

/// `wait`: says that it runs and then does nothing until it is killed. A pod's first process, beside
/// which the other commands are run.
pub fn run() -> i32 {
    Line::new("wait").flag("ok", true).print();
    loop {
        rustix::event::pause();
    }
}
