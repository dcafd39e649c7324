// SPDX-License-Identifier: Apache-2.0

//! Breaks bytes in ways that reach deep: numbers on page and element boundaries, whole pages
//! moved, checksums made to fit again. Deterministic by its seed. Used by the tests and by
//! `cargo xtask fuzz db`.

use std::hash::Hasher as _;

/// A small generator (xorshift), so that a seed tells a run completely.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        if bound == 0 {
            0
        } else {
            (self.next() % bound as u64) as usize
        }
    }
}

/// Changes `bytes` in one to eight places.
pub fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(8) {
        once(bytes, random);
    }
    // Three of four keep valid heads, else most runs would end there.
    if random.below(4) > 0 {
        seal(bytes);
    }
}

fn once(bytes: &mut Vec<u8>, random: &mut Random) {
    let page_bytes = 4096;
    let pages = bytes.len() / page_bytes;
    let page = random.below(pages) * page_bytes;
    match random.below(12) {
        // A bit anywhere.
        0 | 1 => {
            let at = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        // A field of a page head, or of one of the first elements.
        2..=6 => {
            let field = [8, 10, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64][random.below(13)];
            write(bytes, page + field, random);
        }
        // A number of a page, in a head or where a child or root stands.
        7 => {
            let at = page + 8 * random.below(16);
            let id = (random.below(pages + 2) as u64).to_le_bytes();
            if let Some(field) = bytes.get_mut(at..at + 8) {
                field.copy_from_slice(&id);
            }
        }
        // One page over another.
        8 => {
            let from = random.below(pages) * page_bytes;
            if from + page_bytes <= bytes.len() && page + page_bytes <= bytes.len() {
                bytes.copy_within(from..from + page_bytes, page);
            }
        }
        // A page lost.
        9 => {
            if let Some(page) = bytes.get_mut(page..page + page_bytes) {
                page.fill(0);
            }
        }
        // A piece cut off, or put on.
        10 => {
            let keep = random.below(bytes.len() + 1);
            bytes.truncate(keep);
        }
        _ => {
            let at = random.below(bytes.len());
            write(bytes, at, random);
        }
    }
}

/// A number that is likely to hurt, in one to eight bytes.
fn write(bytes: &mut [u8], at: usize, random: &mut Random) {
    let number: u64 = match random.below(8) {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << random.below(64),
        3 => (1 << random.below(64)) - 1,
        4 => (bytes.len() / 4096) as u64,
        5 => 0x7fff_ffff,
        6 => random.next() % 65_536,
        _ => random.next(),
    };
    let width = [1, 2, 4, 8][random.below(4)];
    if let Some(field) = bytes.get_mut(at..at + width) {
        field.copy_from_slice(&number.to_le_bytes()[..width]);
    }
}

fn seal(bytes: &mut [u8]) {
    for meta in [0, 4096] {
        if let Some(page) = bytes.get_mut(meta..meta + 80) {
            let mut hash = fnv::FnvHasher::default();
            hash.write(&page[16..72]);
            page[72..80].copy_from_slice(&hash.finish().to_le_bytes());
        }
    }
}
