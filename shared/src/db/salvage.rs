// SPDX-License-Identifier: Apache-2.0

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Ground, Lost, show_key};
use super::layout::{LeafElement, PageHeader};
use super::mvcc::{KeyValue, Resource, Revision, resource_of};
use super::report::{LostData, LostResource};
use super::source::Source;
use super::window::Window;

/// Keys told apart; more are not looked at.
const MAX_KEYS: usize = 50_000;
/// Revisions told apart.
const MAX_REVISIONS: usize = 500_000;
/// Examples given of each resource.
const MAX_EXAMPLES: usize = 20;
/// Keys that are not of Kubernetes given by name.
const MAX_OTHER_KEYS: usize = 50;
/// Overflow pages read with a page that may be anything.
const MAX_PAGES: u64 = 1024;

/// Looks for what the lost ranges held: a record never changes once written, so a copy in a
/// broken page or in one that nothing points to any more is the record itself.
pub(crate) fn find_lost<S: Source + ?Sized>(ground: &Ground<'_, S>, lost: &[Lost]) -> LostData {
    let mut data = LostData::default();
    let mut ranges: Vec<&Lost> = lost.iter().filter(|lost| lost.bucket == "key").collect();
    ranges.sort_by(|a, b| a.from.cmp(&b.from));
    let others: BTreeSet<&str> = lost
        .iter()
        .map(|lost| lost.bucket.as_str())
        .filter(|name| *name != "key")
        .collect();
    data.lost_ranges = ranges.len() as u64;
    data.other_buckets = others
        .into_iter()
        .map(|name| {
            if name.is_empty() {
                "(the list of buckets)"
            } else {
                name
            }
            .to_owned()
        })
        .collect();
    if ranges.is_empty() {
        return data;
    }
    let mut found = Found::default();
    let mut window = Window::new(ground.source);
    let broken: BTreeSet<u64> = ranges.iter().map(|lost| lost.page).collect();
    for page in 2..ground.high_water.min(ground.file_pages) {
        if found.revisions.len() >= MAX_REVISIONS || found.keys.len() >= MAX_KEYS {
            break;
        }
        if broken.contains(&page) || !ground.visited.get(page) {
            look(ground, &mut window, page, &ranges, &mut found);
        }
    }
    data.found_revisions = found.revisions.len() as u64;
    data.found_keys = found.keys.len() as u64;
    let mut resources: BTreeMap<String, (u64, Vec<Resource>)> = BTreeMap::new();
    for key in &found.keys {
        if let Some(resource) = resource_of(key) {
            let entry = resources.entry(resource.resource.clone()).or_default();
            entry.0 += 1;
            if entry.1.len() < MAX_EXAMPLES {
                entry.1.push(resource);
            }
        } else if data.other_keys.len() < MAX_OTHER_KEYS {
            data.other_keys.push(show_key("", key));
        }
    }
    data.resources = resources
        .into_iter()
        .map(|(resource, (objects, examples))| LostResource {
            resource,
            objects,
            examples,
        })
        .collect();
    data.resources.sort_by(|a, b| {
        b.objects
            .cmp(&a.objects)
            .then_with(|| a.resource.cmp(&b.resource))
    });
    data
}

#[derive(Default)]
struct Found {
    revisions: BTreeSet<(i64, i64)>,
    keys: BTreeSet<Vec<u8>>,
}

/// Reads a page as a leaf of the bucket `key`, whatever its head says.
fn look<S: Source + ?Sized>(
    ground: &Ground<'_, S>,
    window: &mut Window<'_, S>,
    page: u64,
    ranges: &[&Lost],
    found: &mut Found,
) {
    let offset = ground.offset(page);
    let Some(header) = window.read(offset, 16).ok().and_then(PageHeader::parse) else {
        return;
    };
    let room = ground.file_pages.saturating_sub(page).min(MAX_PAGES);
    let pages = (u64::from(header.overflow) + 1).min(room);
    let Ok(bytes) = usize::try_from(pages * ground.page_bytes) else {
        return;
    };
    let Ok(bytes) = window.read(offset, bytes) else {
        return;
    };
    for index in 0..header.count {
        let Some(element) = LeafElement::parse(bytes, index) else {
            break;
        };
        let Some((key, value)) = element.key(bytes).zip(element.value(bytes)) else {
            continue;
        };
        let Some(revision) = Revision::parse(key) else {
            continue;
        };
        // Subtrees do not overlap: only the last range that begins at or before the key counts.
        let before =
            ranges.partition_point(|range| range.from.as_deref().is_none_or(|from| from <= key));
        let range = before.checked_sub(1).and_then(|last| ranges.get(last));
        let is_lost = range.is_some_and(|range| range.to.as_deref().is_none_or(|to| key < to));
        if !is_lost {
            continue;
        }
        if let Some(kv) = KeyValue::parse(value, value.len() as u64)
            && !kv.key.is_empty()
        {
            found.revisions.insert((revision.main, revision.sub));
            found
                .keys
                .insert(kv.key.get(..256).unwrap_or(kv.key).to_vec());
        }
    }
}
