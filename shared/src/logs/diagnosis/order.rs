// SPDX-License-Identifier: Apache-2.0

use crate::logs::catalogue::Signature;

/// Ranks of what healthy members say about a sick one, and of what follows from a lost quorum.
const CONSEQUENCES: std::ops::RangeInclusive<u8> = 50..=59;
/// Ranks of the TLS signatures: one wrong certificate shows in several ways.
const TLS: std::ops::RangeInclusive<u8> = 40..=44;
/// From this rank on it is slowness or housekeeping, which ends by itself.
pub(super) const SLOWNESS: u8 = 55;

/// Whether `other` follows from `cause`, both found in the same life.
pub(super) fn follows(other: &Signature, cause: &Signature) -> bool {
    let files = |s: &Signature| matches!(s.group, 'A'..='D') && s.rank < SLOWNESS;
    other.echo
        || other.explained_by.contains(&cause.id)
        || files(other) && files(cause)
        || other.group == 'E' && cause.group == 'E'
        || TLS.contains(&other.rank) && TLS.contains(&cause.rank)
        || CONSEQUENCES.contains(&other.rank) && cause.rank <= other.rank
}

/// The cause among signatures that are candidates, as their index: the lowest rank, and from
/// there along `explained_by` as long as what explains it was found too.
pub(super) fn cause(candidates: &[&Signature], found: &[&Signature]) -> Option<String> {
    let mut now = *candidates
        .iter()
        .min_by_key(|s| (s.rank, std::cmp::Reverse(s.severity)))?;
    // Bounded, should two signatures explain each other.
    for _ in 0..found.len() {
        let deeper = found
            .iter()
            .filter(|s| now.explained_by.contains(&s.id))
            .min_by_key(|s| now.explained_by.iter().position(|id| *id == s.id));
        match deeper {
            Some(deeper) => now = deeper,
            None => break,
        }
    }
    Some(now.id.clone())
}
