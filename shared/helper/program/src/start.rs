// SPDX-License-Identifier: Apache-2.0

//! The way in from the kernel: no C runtime comes before.

use crate::arguments::Arguments;

/// The kernel enters here with `argc`, `argv…`, NULL on the stack.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _start() -> ! {
    core::arch::naked_asm!(
        "xor ebp, ebp",
        "mov rdi, rsp",
        "and rsp, -16",
        "call {begin}",
        "ud2",
        begin = sym begin,
    )
}

/// The kernel enters here with `argc`, `argv…`, NULL on the stack.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _start() -> ! {
    core::arch::naked_asm!(
        "mov x29, xzr",
        "mov x30, xzr",
        "mov x0, sp",
        "b {begin}",
        begin = sym begin,
    )
}

unsafe extern "C" fn begin(stack: *const usize) -> ! {
    // SAFETY: `stack` is what the kernel gave: argc, then that many pointers to C strings that
    // live as long as the process.
    let arguments = unsafe { Arguments::from_stack(stack) };
    crate::system::exit(crate::run(arguments))
}
