// SPDX-License-Identifier: Apache-2.0

use proptest::prelude::*;

use super::Case;
use super::options::SETS;

/// Sets of options beside each other in a row of the covering array.
const WIDTH: usize = 12;

fn usable(api: u32) -> Vec<usize> {
    let takes = |index: &usize| SETS[*index].api.0 <= api && api <= SETS[*index].api.1;
    (0..SETS.len()).filter(takes).collect()
}

/// The groups that a variant excludes beside its own: what the engine refuses next to it.
fn excludes(set: usize, variant: usize) -> &'static [&'static str] {
    let words = SETS[set].variants[variant];
    if words.contains(&"container:%Pother") && SETS[set].group == "net" {
        &["hostname", "publish", "expose", "dns", "add-host"]
    } else if words.contains(&"no body") {
        // Looking a user up needs a file system, which a part of a volume must be mounted for.
        &["mount3"]
    } else {
        &[]
    }
}

fn fits(parts: &[(usize, usize)], new: (usize, usize)) -> bool {
    parts.iter().all(|&(set, variant)| {
        SETS[set].group != SETS[new.0].group
            && !excludes(set, variant).contains(&SETS[new.0].group)
            && !excludes(new.0, new.1).contains(&SETS[set].group)
    })
}

/// Every variant of every set alone.
pub fn singles(api: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for set in usable(api) {
        for variant in 0..SETS[set].variants.len() {
            cases.push(Case {
                parts: vec![(set, variant)],
                command: cases.len(),
                hostile: cases.len(),
            });
        }
    }
    cases
}

/// A variant of `set` that goes with `parts`, beginning with the one whose turn it is.
fn variant(parts: &[(usize, usize)], set: usize, turn: usize) -> Option<(usize, usize)> {
    let count = SETS[set].variants.len();
    let all = (0..count).map(|offset| (set, (turn + offset) % count));
    all.into_iter().find(|new| fits(parts, *new))
}

/// Rows in which every two sets that go together stand beside each other, with changing variants.
pub fn pairs(api: u32) -> Vec<Case> {
    let usable = usable(api);
    let mut met = vec![vec![false; SETS.len()]; SETS.len()];
    let mut turns = vec![0; SETS.len()];
    let mut cases: Vec<Case> = Vec::new();
    for &a in &usable {
        for &b in &usable {
            if a == b || met[a][b] {
                continue;
            }
            let first = (0..SETS[a].variants.len()).map(|offset| {
                let first = (a, (turns[a] + offset) % SETS[a].variants.len());
                Some([first, variant(&[first], b, turns[b])?])
            });
            let Some(begun) = first.into_iter().flatten().next() else {
                continue;
            };
            let mut parts = begun.to_vec();
            while parts.len() < WIDTH {
                let gain = |new: &(usize, usize)| {
                    parts
                        .iter()
                        .filter(|(other, _)| !met[new.0][*other])
                        .count()
                };
                let fitting = usable
                    .iter()
                    .filter_map(|set| variant(&parts, *set, turns[*set]));
                match fitting.max_by_key(gain) {
                    Some(best) if gain(&best) > 0 => parts.push(best),
                    _ => break,
                }
            }
            for &(one, _) in &parts {
                turns[one] += 1;
                for &(other, _) in &parts {
                    met[one][other] = true;
                }
            }
            cases.push(Case {
                parts,
                command: cases.len(),
                hostile: cases.len(),
            });
        }
    }
    cases
}

/// Any options beside each other.
pub fn random(api: u32) -> impl Strategy<Value = Case> {
    let usable = usable(api);
    let chosen = prop::collection::vec((prop::sample::select(usable), 0usize..16), 1..14);
    (chosen, 0..Case::commands(), 0usize..16).prop_map(|(chosen, command, hostile)| {
        let mut parts = Vec::new();
        for (set, variant) in chosen {
            let new = (set, variant % SETS[set].variants.len());
            if fits(&parts, new) {
                parts.push(new);
            }
        }
        Case {
            parts,
            command,
            hostile,
        }
    })
}

#[test]
fn every_two_sets_meet_in_some_row() {
    for api in [41, 45, 51] {
        let rows = pairs(api);
        let usable = usable(api);
        for &a in &usable {
            for &b in &usable {
                let together = |case: &Case| {
                    let has = |set| case.parts.iter().any(|part| part.0 == set);
                    has(a) && has(b)
                };
                let excluded = (0..SETS[a].variants.len())
                    .all(|x| (0..SETS[b].variants.len()).all(|y| !fits(&[(a, x)], (b, y))));
                assert!(
                    excluded || rows.iter().any(together),
                    "{:?} and {:?} in none of {} rows",
                    SETS[a].variants,
                    SETS[b].variants,
                    rows.len()
                );
            }
        }
    }
}
