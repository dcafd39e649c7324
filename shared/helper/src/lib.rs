// SPDX-License-Identifier: Apache-2.0

//! The helper program that works on an etcd node's files (`program/`), embedded, and the reader
//! of the lines that it prints. No I/O here: whoever runs the program brings the text.

mod embedded;
mod lines;

pub use embedded::{Architecture, binary};
pub use lines::{Kind, NotALine, Outcome, Stat, parse, read_content};
