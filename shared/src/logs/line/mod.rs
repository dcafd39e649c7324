// SPDX-License-Identifier: Apache-2.0

//! One log line as plain data.

mod log_line;
mod prefix;
mod redact;

pub use log_line::{Format, Level, LogLine, Wrapper};
pub(crate) use prefix::prefix;
pub(crate) use redact::shown;
