// SPDX-License-Identifier: Apache-2.0
/// Slots of the hash table; a power of two.
const SLOTS: usize = 1 << 14;

/// Finds which of many keys occur in a line, in one pass over its bytes: every four bytes are
/// looked up in a small hash table, and only where it answers the whole key is compared.
///
/// A log of etcd is nearly all lines that no signature matches; this keeps them from being
/// parsed at all.
#[derive(Debug)]
pub(crate) struct Prefilter {
    /// Bit set per slot, so that the common miss touches two kilobytes only.
    bits: Vec<u64>,
    /// Per slot the keys whose chosen four bytes hash to it.
    slots: Vec<Vec<Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    key: Vec<u8>,
    /// Where in the key the four hashed bytes stand.
    offset: usize,
    /// What to report.
    id: usize,
}

impl Prefilter {
    /// A filter for `(id, key)` pairs; a key has at least four bytes.
    pub(crate) fn new<'k>(keys: impl IntoIterator<Item = (usize, &'k str)>) -> Self {
        let mut filter = Self {
            bits: vec![0; SLOTS / 64],
            slots: vec![Vec::new(); SLOTS],
        };
        for (id, key) in keys {
            let key = key.as_bytes().to_vec();
            let Some((offset, slot)) = key
                .windows(4)
                .enumerate()
                .max_by_key(|(_, window)| window.iter().map(|b| rarity(*b)).sum::<u32>())
                .and_then(|(offset, window)| Some((offset, slot(window)?)))
            else {
                continue;
            };
            if let (Some(bits), Some(entries)) =
                (filter.bits.get_mut(slot / 64), filter.slots.get_mut(slot))
            {
                *bits |= 1 << (slot % 64);
                entries.push(Entry { key, offset, id });
            }
        }
        filter
    }

    /// Adds the ids of all keys in `line` to `found`, each once, in no order.
    pub(crate) fn candidates(&self, line: &[u8], found: &mut Vec<usize>) {
        found.clear();
        let mut word = 0;
        for (end, byte) in line.iter().enumerate() {
            word = word >> 8 | u32::from(*byte) << 24;
            let slot = slot_of(word);
            if self
                .bits
                .get(slot / 64)
                .is_none_or(|bits| bits & (1 << (slot % 64)) == 0)
            {
                continue;
            }
            for entry in self.slots.get(slot).into_iter().flatten() {
                // The word ends here, so the key begins its offset and three bytes before.
                let begins = end.checked_sub(entry.offset + 3);
                let fits = begins
                    .and_then(|at| line.get(at..))
                    .is_some_and(|rest| rest.starts_with(&entry.key));
                if fits && !found.contains(&entry.id) {
                    found.push(entry.id);
                }
            }
        }
    }
}

/// The slot of a key's four bytes.
fn slot(window: &[u8]) -> Option<usize> {
    let four: [u8; 4] = window.try_into().ok()?;
    Some(slot_of(u32::from_le_bytes(four)))
}

/// Knuth's multiplicative hash: the high bits depend on all four bytes.
fn slot_of(word: u32) -> usize {
    (word.wrapping_mul(2_654_435_761) >> (32 - 14)) as usize
}

/// How seldom a byte is in logs, roughly: the rarer the hashed bytes, the fewer the false alarms.
fn rarity(byte: u8) -> u32 {
    match byte {
        b'e' | b't' | b'a' | b'r' | b's' | b'i' | b'o' | b'n' | b' ' | b'0'..=b'9' => 0,
        b'd' | b'c' | b'l' | b'm' | b'p' | b'u' | b'-' | b'.' | b':' | b'/' => 1,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_wherever_it_stands() {
        let keys = [
            "multiple references",
            "wal: crc mismatch",
            "Killed",
            "crc mismatch",
        ];
        let filter = Prefilter::new(keys.iter().copied().enumerate());
        let mut found = Vec::new();
        for (id, key) in keys.iter().enumerate() {
            for line in [
                (*key).to_owned(),
                format!("x{key}"),
                format!("{key}x"),
                format!("ab {key} cd"),
            ] {
                filter.candidates(line.as_bytes(), &mut found);
                assert!(found.contains(&id), "{line}");
            }
        }
        filter.candidates(b"wal: crc mismatch and Killed", &mut found);
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3]);
        filter.candidates(b"wal", &mut found);
        assert_eq!(found, [] as [usize; 0]);
    }
}
