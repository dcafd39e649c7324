// SPDX-License-Identifier: Apache-2.0

use crate::arguments::Words;
use crate::line::Line;

/// `exec PROGRAM ARG…`: becomes that program, with no environment (so that no `ETCD_*` setting
/// speaks into `etcd --version`). It must be the last command.
pub fn run(words: Words) -> i32 {
    let (Some(program), Some(argv)) = (words.get(1), words.pointers(1)) else {
        return super::usage(b"exec");
    };
    // etcd refuses to start on unlisted architectures without this, even for its version.
    let arch = c"ETCD_UNSUPPORTED_ARCH=arm64";
    let environment = [arch.as_ptr().cast::<u8>(), core::ptr::null()];
    // SAFETY: argv is the tail of the kernel's own block and ends with NULL; so does environment.
    let error = unsafe { crate::system::become_program(program, argv, environment.as_ptr()) };
    Line::new("exec")
        .text("path", program.to_bytes())
        .number("words", words.len() as u64)
        .failure("execve", error)
        .print();
    crate::FAILED
}
