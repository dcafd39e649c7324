// SPDX-License-Identifier: Apache-2.0

//! The two system calls that rustix keeps to itself: leave, and become another program.

use core::ffi::CStr;

use rustix::io::Errno;

/// Ends the process.
pub fn exit(code: i32) -> ! {
    // SAFETY: exit_group takes a number and does not return.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        core::arch::asm!(
            "syscall",
            in("rax") 231,
            in("rdi") code,
            options(noreturn, nostack)
        );
        #[cfg(target_arch = "aarch64")]
        core::arch::asm!(
            "svc 0",
            in("x8") 94,
            in("x0") code,
            options(noreturn, nostack)
        );
    }
}

/// Becomes `program`; returns only when that failed.
///
/// # Safety
/// `arguments` and `environment` are arrays of pointers to C strings that end with NULL.
pub unsafe fn become_program(
    program: &CStr,
    arguments: *const *const u8,
    environment: *const *const u8,
) -> Errno {
    let result: isize;
    // SAFETY: by the contract; the kernel only reads.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        core::arch::asm!(
            "syscall",
            inlateout("rax") 59_isize => result,
            in("rdi") program.as_ptr(),
            in("rsi") arguments,
            in("rdx") environment,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack)
        );
        #[cfg(target_arch = "aarch64")]
        core::arch::asm!(
            "svc 0",
            in("x8") 221,
            inlateout("x0") program.as_ptr() as isize => result,
            in("x1") arguments,
            in("x2") environment,
            options(nostack)
        );
    }
    Errno::from_raw_os_error(i32::try_from(-result).unwrap_or(0))
}
