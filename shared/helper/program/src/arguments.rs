// SPDX-License-Identifier: Apache-2.0

//! The command line, read in place.

use core::ffi::CStr;

/// `argv` without the program's name.
#[derive(Clone, Copy)]
pub struct Arguments {
    words: &'static [*const core::ffi::c_char],
}

impl Arguments {
    /// # Safety
    /// `stack` points to the kernel's process entry block.
    pub unsafe fn from_stack(stack: *const usize) -> Self {
        // SAFETY: by the contract the first word is argc and argv follows.
        let words = unsafe {
            let count = *stack;
            core::slice::from_raw_parts(stack.add(1).cast::<*const core::ffi::c_char>(), count)
        };
        Self {
            words: words.get(1..).unwrap_or_default(),
        }
    }

    /// The commands between the `--` words.
    pub fn commands(self) -> impl Iterator<Item = Words> {
        self.words
            .split(|word| text(*word) == c"--")
            .map(|words| Words { words })
            .filter(|words| !words.words.is_empty())
    }
}

/// One command: its name and arguments.
#[derive(Clone, Copy)]
pub struct Words {
    words: &'static [*const core::ffi::c_char],
}

impl Words {
    /// The word at `index`; 0 is the command's name.
    pub fn get(self, index: usize) -> Option<&'static CStr> {
        self.words.get(index).map(|word| text(*word))
    }

    /// How many words, the name included.
    pub fn len(self) -> usize {
        self.words.len()
    }

    /// The value after the word `name`, wherever it stands.
    pub fn option(self, name: &CStr) -> Option<&'static CStr> {
        let at = self.words.iter().position(|word| text(*word) == name)?;
        self.get(at + 1)
    }

    /// Whether the word `name` is there.
    pub fn flag(self, name: &CStr) -> bool {
        self.words.iter().any(|word| text(*word) == name)
    }

    /// The pointers from `index` on: what execve wants (argv ends with NULL in the kernel's block,
    /// so this is only for the last command).
    pub fn pointers(self, index: usize) -> Option<*const *const u8> {
        self.words.get(index..).map(|words| words.as_ptr().cast())
    }
}

fn text(word: *const core::ffi::c_char) -> &'static CStr {
    // SAFETY: a pointer of the kernel's argv: a C string that lives as long as the process.
    unsafe { CStr::from_ptr(word) }
}
