// SPDX-License-Identifier: Apache-2.0

use shared::output::Printer;

/// One line to the developer, on stderr.
pub fn say(text: &str) {
    Printer::new(false, true).note(text);
}
