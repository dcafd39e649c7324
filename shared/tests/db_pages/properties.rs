// SPDX-License-Identifier: Apache-2.0

use proptest::prelude::*;
use shared::db::{CheckOptions, DbReport, HashOutcome, Verdict, check_source};

use crate::writer::{PAGE_BYTES, Records, database, etcd_database, key_value, revision, seal};

fn check(bytes: &[u8], threads: usize) -> DbReport {
    check_source(
        bytes,
        CheckOptions {
            threads,
            ..CheckOptions::default()
        },
        &|_| (),
    )
}

/// Changes as an etcd would record them: one revision each, some deletions, values of any size.
fn changes() -> impl Strategy<Value = Vec<(u8, bool, usize)>> {
    prop::collection::vec(
        (any::<u8>(), prop::bool::weighted(0.1), 0usize..1500),
        0..400,
    )
}

/// The records, and how many keys live in the end.
fn records_of(changes: &[(u8, bool, usize)]) -> (Records, usize) {
    let mut live = std::collections::BTreeSet::new();
    let mut records = Vec::new();
    for (number, (key, delete, bytes)) in changes.iter().enumerate() {
        let main = number as i64 + 2;
        let name = format!("/registry/pods/default/pod-{key}");
        let is_deletion = *delete && live.contains(&name);
        if is_deletion {
            live.remove(&name);
            // Field 1 alone, as etcd writes a deletion.
            let whole = key_value(name.as_bytes(), 0, b"");
            records.push((revision(main, 0, true), whole[..name.len() + 2].to_vec()));
        } else {
            live.insert(name.clone());
            let value = key_value(name.as_bytes(), main, &vec![*key; *bytes]);
            records.push((revision(main, 0, false), value));
        }
    }
    (records, live.len())
}

/// The hash of a file that was never compacted: the bucket's name, then everything.
fn plain_hash(records: &Records) -> u32 {
    records
        .iter()
        .fold(crc32c::crc32c(b"key"), |hash, (key, value)| {
            crc32c::crc32c_append(crc32c::crc32c_append(hash, key), value)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sound_file_is_sound_and_its_numbers_are_those_written(changes in changes()) {
        let (records, live) = records_of(&changes);
        let bytes = etcd_database(records.clone());
        for threads in [1, 2] {
            let report = check(&bytes, threads);
            prop_assert_eq!(report.verdict, Verdict::Sound, "{:?}", report.faults);
            let state = report.state.unwrap();
            let content = state.content.unwrap();
            prop_assert_eq!(content.revisions, records.len() as u64);
            prop_assert_eq!(content.live_keys, live as u64);
            prop_assert_eq!(content.current_revision, (records.len() as i64 + 1).max(1));
            prop_assert_eq!(state.sizes.in_use_bytes, bytes.len() as u64);
            let HashOutcome::Computed(hash) = state.hash_kv else { panic!("no hash") };
            prop_assert_eq!(hash.hash, plain_hash(&records));
        }
    }

    #[test]
    fn one_lost_page_is_found_at_its_place(changes in changes(), page in any::<prop::sample::Index>()) {
        let bytes = etcd_database(records_of(&changes).0);
        let pages = bytes.len() / PAGE_BYTES;
        let lost = 2 + page.index(pages - 2);
        let mut broken = bytes;
        // A page that only continues another holds nothing but value bytes: no file format
        // without checksums can miss those.
        let own = u64::from_le_bytes(broken[lost * PAGE_BYTES..][..8].try_into().unwrap());
        prop_assume!(own == lost as u64);
        broken[lost * PAGE_BYTES..(lost + 1) * PAGE_BYTES].fill(0);
        let report = check(&broken, 2);
        prop_assert_eq!(report.verdict, Verdict::Damaged);
        prop_assert!(report.faults.iter().any(|fault| fault.kind.name() == "zeroed_page"
            && fault.page == Some(lost as u64)
            && fault.offset == (lost * PAGE_BYTES) as u64));
    }

    #[test]
    fn the_report_does_not_depend_on_the_threads(
        changes in changes(),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let mut bytes = etcd_database(records_of(&changes).0);
        let pages = bytes.len() / PAGE_BYTES;
        let (from, to) = (2 + from.index(pages - 2), 2 + to.index(pages - 2));
        bytes.copy_within(from * PAGE_BYTES..(from + 1) * PAGE_BYTES, to * PAGE_BYTES);
        let one = serde_json::to_value(check(&bytes, 1)).unwrap();
        let four = serde_json::to_value(check(&bytes, 4)).unwrap();
        prop_assert_eq!(one, four);
    }

    #[test]
    fn arbitrary_bytes_end_in_a_report(bytes in prop::collection::vec(any::<u8>(), 0..20_000)) {
        let report = check(&bytes, 2);
        prop_assert_eq!(report.verdict, Verdict::Damaged);
    }
}

#[test]
fn keys_behind_a_lost_branch_are_named() {
    let changes: Vec<_> = (0..=255u8).map(|key| (key, false, 300)).collect();
    let bytes = etcd_database(records_of(&changes).0);
    let sound = check(&bytes, 1).state.unwrap().content.unwrap();
    // The first branch above the leaves.
    let page = (2..bytes.len() / PAGE_BYTES)
        .find(|page| bytes[page * PAGE_BYTES + 8] == 1)
        .unwrap();
    let mut broken = bytes;
    broken[page * PAGE_BYTES..(page + 1) * PAGE_BYTES].fill(0);
    let report = check(&broken, 2);
    let lost = report.lost.unwrap();
    let read = report.state.unwrap().content.unwrap().revisions;
    assert_eq!(lost.lost_ranges, 1);
    assert_eq!(read + lost.found_revisions, sound.revisions);
    assert_eq!(lost.resources.len(), 1);
    assert_eq!(lost.resources[0].resource, "pods");
    assert_eq!(lost.resources[0].objects, lost.found_keys);
    assert_eq!(
        lost.resources[0].examples[0].namespace.as_deref(),
        Some("default")
    );
}

#[test]
fn the_state_before_the_last_commit_is_looked_at() {
    let (records, _) = records_of(&[(1, false, 10), (2, false, 10)]);
    let mut bytes = etcd_database(records);
    // The newest head (page 1) points at a page past the mark, the other one still at the tree.
    bytes[PAGE_BYTES + 32..PAGE_BYTES + 40].copy_from_slice(&900u64.to_le_bytes());
    seal(&mut bytes);
    let report = check(&bytes, 2);
    assert_eq!(report.verdict, Verdict::Damaged);
    let older = report.older_state.unwrap();
    assert!(older.is_sound);
    assert_eq!((older.txid, older.current_revision), (10, 3));
    assert!(!report.can_be_restored_from);
}

#[test]
fn faults_without_end_are_counted_but_not_all_told() {
    let changes: Vec<_> = (0..8000).map(|n| ((n % 250) as u8, false, 300)).collect();
    let mut bytes = etcd_database(records_of(&changes).0);
    let mut broken = 0;
    for page in (2..bytes.len() / PAGE_BYTES).map(|page| page * PAGE_BYTES) {
        // All leaves of records; the small ones of `meta` and of the buckets stay.
        if bytes[page + 8] == 2 && bytes[page + 10] > 5 {
            bytes[page + 8] = 0x40;
            broken += 1;
        }
    }
    assert!(broken > 10);
    let report = check(&bytes, 2);
    assert_eq!(report.fault_counts["wrong_page_type"], broken);
    assert!(report.faults.len() <= 1100);
}

#[test]
fn a_database_of_another_program_is_not_etcd_s() {
    let report = check(
        &database(&[("things", vec![(b"a".to_vec(), b"b".to_vec())])]),
        2,
    );
    assert_eq!(report.verdict, Verdict::Damaged);
    let names: Vec<_> = report
        .faults
        .iter()
        .map(|fault| fault.kind.name())
        .collect();
    assert_eq!(names, ["bucket_missing", "bucket_missing"]);
}
