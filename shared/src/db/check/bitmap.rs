// SPDX-License-Identifier: Apache-2.0

use std::sync::atomic::{AtomicU64, Ordering};

/// One bit per page, shared by the threads of a walk.
#[derive(Debug)]
pub(crate) struct Bitmap {
    words: Vec<AtomicU64>,
}

impl Bitmap {
    pub(crate) fn new(pages: u64) -> Self {
        let words = usize::try_from(pages.div_ceil(64)).unwrap_or(usize::MAX);
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Sets the bit; `false` when it was set already or lies outside.
    pub(crate) fn set(&self, page: u64) -> bool {
        let bit = 1u64 << (page % 64);
        self.word(page)
            .is_some_and(|word| word.fetch_or(bit, Ordering::Relaxed) & bit == 0)
    }

    pub(crate) fn get(&self, page: u64) -> bool {
        let bit = 1u64 << (page % 64);
        self.word(page)
            .is_some_and(|word| word.load(Ordering::Relaxed) & bit != 0)
    }

    /// How many bits are set.
    pub(crate) fn count(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.load(Ordering::Relaxed).count_ones()))
            .sum()
    }

    fn word(&self, page: u64) -> Option<&AtomicU64> {
        self.words.get(usize::try_from(page / 64).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_claimed_once_and_never_outside() {
        let map = Bitmap::new(65);
        assert!(map.set(64));
        assert!(!map.set(64));
        assert!(map.get(64));
        assert!(!map.get(63));
        assert!(!map.set(1 << 40));
        assert_eq!(map.count(), 1);
    }
}
