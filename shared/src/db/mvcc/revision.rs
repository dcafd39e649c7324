// SPDX-License-Identifier: Apache-2.0

use std::fmt;

/// A revision as the bucket `key` is keyed by: main revision, `_`, sub revision, and a mark on
/// deletions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision {
    /// The transaction.
    pub main: i64,
    /// The change within the transaction, from 0.
    pub sub: i64,
    /// Whether the key was deleted.
    pub is_tombstone: bool,
}

impl Revision {
    /// Reads the 17 bytes of a revision, or the 18 of a deletion.
    pub fn parse(key: &[u8]) -> Option<Self> {
        let is_tombstone = match key.len() {
            17 => false,
            18 if key.last() == Some(&b't') => true,
            _ => return None,
        };
        if key.get(8) != Some(&b'_') {
            return None;
        }
        let main = i64::from_be_bytes(key.get(..8)?.try_into().ok()?);
        let sub = i64::from_be_bytes(key.get(9..17)?.try_into().ok()?);
        (main >= 0 && sub >= 0).then_some(Self {
            main,
            sub,
            is_tombstone,
        })
    }

    /// The main revision of a value of the bucket `meta` (`finishedCompactRev`).
    pub fn parse_main(value: &[u8]) -> Option<i64> {
        Self::parse(value).map(|revision| revision.main)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revision {}", self.main)?;
        if self.sub > 0 {
            write!(f, ".{}", self.sub)?;
        }
        if self.is_tombstone {
            write!(f, " (deletion)")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_seventeen_bytes_and_a_deletion_one_more() {
        let mut key = 258i64.to_be_bytes().to_vec();
        key.push(b'_');
        key.extend(1i64.to_be_bytes());
        let put = Revision::parse(&key).unwrap();
        assert_eq!(put.to_string(), "revision 258.1");
        key.push(b't');
        assert!(Revision::parse(&key).unwrap().is_tombstone);
        key.push(b't');
        assert_eq!(Revision::parse(&key), None);
        key.truncate(16);
        assert_eq!(Revision::parse(&key), None);
    }
}
