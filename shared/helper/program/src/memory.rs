// SPDX-License-Identifier: Apache-2.0

//! The four functions that compiled code calls without being asked; without libc they are ours.
//! Written with string instructions or volatile-free byte loops that the optimiser must not turn
//! back into calls of themselves.

/// # Safety
/// As C's memcpy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller's contract.
    unsafe { forward(to, from, count) };
    to
}

/// # Safety
/// As C's memmove.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller's contract; copied backwards where the ranges overlap that way.
    unsafe {
        if (to as usize).wrapping_sub(from as usize) >= count {
            forward(to, from, count);
        } else {
            let mut at = count;
            while at > 0 {
                at -= 1;
                core::ptr::write_volatile(to.add(at), core::ptr::read_volatile(from.add(at)));
            }
        }
    }
    to
}

/// # Safety
/// As C's memset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memset(to: *mut u8, value: i32, count: usize) -> *mut u8 {
    let byte = value.to_le_bytes()[0];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's contract; the direction flag is clear by the ABI.
    unsafe {
        core::arch::asm!(
            "rep stosb",
            inout("rcx") count => _,
            inout("rdi") to => _,
            in("al") byte,
            options(nostack, preserves_flags)
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the caller's contract.
    unsafe {
        let mut at = 0;
        while at < count {
            core::ptr::write_volatile(to.add(at), byte);
            at += 1;
        }
    }
    to
}

/// # Safety
/// As C's memcmp.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
    let mut at = 0;
    while at < count {
        // SAFETY: the caller's contract.
        let (a, b) = unsafe {
            (
                core::ptr::read_volatile(left.add(at)),
                core::ptr::read_volatile(right.add(at)),
            )
        };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
        at += 1;
    }
    0
}

/// # Safety
/// As C's bcmp.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
    // SAFETY: the caller's contract.
    unsafe { memcmp(left, right, count) }
}

/// # Safety
/// As C's strlen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strlen(text: *const core::ffi::c_char) -> usize {
    let mut length = 0;
    // SAFETY: the caller's contract.
    while unsafe { core::ptr::read_volatile(text.add(length)) } != 0 {
        length += 1;
    }
    length
}

unsafe fn forward(to: *mut u8, from: *const u8, count: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's contract; the direction flag is clear by the ABI.
    unsafe {
        core::arch::asm!(
            "rep movsb",
            inout("rcx") count => _,
            inout("rdi") to => _,
            inout("rsi") from => _,
            options(nostack, preserves_flags)
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the caller's contract.
    unsafe {
        let mut at = 0;
        while at < count {
            core::ptr::write_volatile(to.add(at), core::ptr::read_volatile(from.add(at)));
            at += 1;
        }
    }
}
