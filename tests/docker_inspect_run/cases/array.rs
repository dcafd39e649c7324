use proptest::prelude::*;

use super::Case;
use super::options::SETS;

fn usable(api: u32) -> Vec<usize> {
    let takes = |index: &usize| SETS[*index].api.0 <= api && api <= SETS[*index].api.1;
    (0..SETS.len()).filter(takes).collect()
}

/// Adds a variant unless its group is in the case.
fn add(case: &mut Case, groups: &mut Vec<&'static str>, set: usize, variant: usize) -> bool {
    let set = &SETS[set];
    let excluded = groups.contains(&set.group);
    if !excluded {
        groups.push(set.group);
        case.options
            .extend(set.variants[variant % set.variants.len()]);
    }
    !excluded
}

/// Every variant of every set alone once, and then rows in which every set stands beside every
/// other one with changing variants.
pub fn covering(api: u32, rows: usize) -> Vec<Case> {
    let usable = usable(api);
    let mut cases = Vec::new();
    for &set in &usable {
        for variant in 0..SETS[set].variants.len() {
            let mut case = Case {
                options: Vec::new(),
                command: cases.len(),
                hostile: cases.len(),
            };
            add(&mut case, &mut Vec::new(), set, variant);
            cases.push(case);
        }
    }
    for row in 0..rows {
        let mut case = Case {
            options: Vec::new(),
            command: row,
            hostile: row,
        };
        let mut groups = Vec::new();
        // A stride coprime to the number of sets meets each of them; it changes with the rows.
        for step in 0..9 {
            let at = (row * 5 + step * (7 + row % 11)) % usable.len();
            add(&mut case, &mut groups, usable[at], row + step);
        }
        cases.push(case);
    }
    cases
}

/// Any options beside each other.
pub fn random(api: u32) -> impl Strategy<Value = Case> {
    let usable = usable(api);
    let chosen = prop::collection::vec((prop::sample::select(usable), 0usize..16), 1..14);
    (chosen, 0..Case::commands(), 0usize..16).prop_map(|(chosen, command, hostile)| {
        let mut case = Case {
            options: Vec::new(),
            command,
            hostile,
        };
        let mut groups = Vec::new();
        for (set, variant) in chosen {
            add(&mut case, &mut groups, set, variant);
        }
        case
    })
}
