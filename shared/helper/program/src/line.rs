// SPDX-License-Identifier: Apache-2.0

//! One JSON object per line, written in one call where it fits.

use core::fmt::Write as _;

use rustix::io::Errno;

/// A line being built. Longer than the buffer it is written in pieces.
pub struct Line {
    buffer: [u8; 4096],
    used: usize,
}

impl Line {
    /// `{"did":"NAME"`
    pub fn new(did: &str) -> Self {
        let mut line = Self {
            buffer: [0; 4096],
            used: 0,
        };
        line.raw(b"{\"did\":");
        line.string(did.as_bytes());
        line
    }

    /// A text member; bytes that are no UTF-8 are escaped as `\u00XX` and flagged by `<name>_raw`.
    pub fn text(mut self, name: &str, value: &[u8]) -> Self {
        self.name(name);
        self.string(value);
        self
    }

    /// A number member.
    pub fn number(mut self, name: &str, value: u64) -> Self {
        self.name(name);
        let _ = write!(self, "{value}");
        self
    }

    /// A signed number member.
    pub fn signed(mut self, name: &str, value: i64) -> Self {
        self.name(name);
        let _ = write!(self, "{value}");
        self
    }

    /// A true or false member.
    pub fn flag(mut self, name: &str, value: bool) -> Self {
        self.name(name);
        self.raw(if value { b"true" } else { b"false" });
        self
    }

    /// A member with bytes in hex.
    pub fn hex(mut self, name: &str, value: &[u8]) -> Self {
        self.name(name);
        self.raw(b"\"");
        for byte in value {
            self.hex_byte(*byte);
        }
        self.raw(b"\"");
        self
    }

    /// A failure: what was tried and the kernel's error number.
    pub fn failure(self, tried: &str, error: Errno) -> Self {
        self.flag("ok", false)
            .text("tried", tried.as_bytes())
            .number("errno", error.raw_os_error().unsigned_abs().into())
    }

    /// Ends the line and writes it.
    pub fn print(mut self) {
        self.raw(b"}\n");
        self.flush();
    }

    /// The same to stderr: for commands whose stdout carries something else. Short lines only.
    pub fn print_aside(mut self) {
        self.raw(b"}\n");
        // SAFETY: descriptor 2 is never closed by this program.
        let stderr = unsafe { rustix::stdio::stderr() };
        let _ = crate::files::write_all(stderr, self.buffer.get(..self.used).unwrap_or_default());
        self.used = 0;
    }

    fn name(&mut self, name: &str) {
        self.raw(b",");
        self.string(name.as_bytes());
        self.raw(b":");
    }

    fn string(&mut self, mut value: &[u8]) {
        self.raw(b"\"");
        while !value.is_empty() {
            let (good, bad) = match core::str::from_utf8(value) {
                Ok(text) => (text.as_bytes(), 0),
                Err(error) => (
                    value.get(..error.valid_up_to()).unwrap_or_default(),
                    error.error_len().unwrap_or(1),
                ),
            };
            for byte in good {
                match byte {
                    b'"' => self.raw(b"\\\""),
                    b'\\' => self.raw(b"\\\\"),
                    0..=0x1f => {
                        self.raw(b"\\u00");
                        self.hex_byte(*byte);
                    }
                    _ => self.raw(core::slice::from_ref(byte)),
                }
            }
            if bad > 0 {
                // U+FFFD, as the engine itself stores such bytes.
                self.raw("\u{fffd}".as_bytes());
            }
            value = value.get(good.len() + bad..).unwrap_or_default();
        }
        self.raw(b"\"");
    }

    fn hex_byte(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for nibble in [byte >> 4, byte & 15] {
            let digit = DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'?');
            self.raw(&[digit]);
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.used == self.buffer.len() {
                self.flush();
            }
            if let Some(slot) = self.buffer.get_mut(self.used) {
                *slot = *byte;
                self.used += 1;
            }
        }
    }

    fn flush(&mut self) {
        let mut rest = self.buffer.get(..self.used).unwrap_or_default();
        // SAFETY: descriptor 1 is never closed by this program.
        let stdout = unsafe { rustix::stdio::stdout() };
        while !rest.is_empty() {
            match rustix::io::retry_on_intr(|| rustix::io::write(stdout, rest)) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                // Nobody listens any more; what was done stays done and is seen by looking again.
                Err(_) => break,
            }
        }
        self.used = 0;
    }
}

impl core::fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.raw(text.as_bytes());
        Ok(())
    }
}
