// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use super::database::{DbReport, HeldState, LostData, MetaPage};
use super::verdict::Verdict;
use super::whole::FilesReport;
use crate::db::fault::{EtcdText, Fault, Severity};
use crate::db::filefault::FileFault;
use crate::db::mvcc::{HashOutcome, KeyContent, PrefixUse};
use crate::db::raftsnap::RaftSnapshot;
use crate::db::wal::WalReport;
use crate::output::Style;

/// Faults shown in full; the JSON has more.
const SHOWN_FAULTS: usize = 20;
const SHOWN_PREFIXES: usize = 5;
const SHOWN_EXAMPLES: usize = 5;

/// The report as text for a person.
pub fn render(report: &FilesReport) -> String {
    let mut out = String::new();
    line(
        &mut out,
        0,
        &format!("{}: {}", report.path, verdict(report.verdict)),
    );
    if let Some(database) = &report.database {
        render_database(&mut out, database);
    }
    if let Some(wal) = &report.wal {
        render_wal(&mut out, wal);
    }
    if !report.raft_snapshots.is_empty() {
        render_raft_snapshots(&mut out, &report.raft_snapshots);
    }
    if !report.faults.is_empty() {
        heading(&mut out, "between the files");
        report
            .faults
            .iter()
            .for_each(|fault| render_file_fault(&mut out, fault));
    }
    if !report.next_steps.is_empty() {
        heading(&mut out, "next");
        for step in &report.next_steps {
            line(&mut out, 1, &format!("- {step}"));
        }
    }
    out
}

/// The report as JSON, fields in a fixed order.
pub fn render_json(report: &FilesReport) -> String {
    serde_json::to_string_pretty(report).unwrap_or_default()
}

fn render_database(out: &mut String, database: &DbReport) {
    heading(out, "database");
    if database.changed_while_read {
        line(
            out,
            1,
            "it changed while it was read, so nothing below can be relied on",
        );
    }
    if let Some(trailer) = &database.trailer {
        let fits = if trailer.matches() {
            "fits"
        } else {
            "does NOT fit"
        };
        line(
            out,
            1,
            &format!("the sha256 at its end {fits} ({})", trailer.stored_sha256),
        );
    }
    for meta in &database.meta_pages {
        line(out, 1, &show_meta(meta));
    }
    if let Some(state) = &database.state {
        render_state(out, state);
    }
    if !database.faults.is_empty() {
        heading(out, "faults");
        let counts: Vec<String> = database
            .fault_counts
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        line(out, 1, &format!("in all: {}", counts.join(", ")));
        for fault in database.faults.iter().take(SHOWN_FAULTS) {
            render_fault(out, fault);
        }
        let told = database.faults.len();
        if told > SHOWN_FAULTS {
            line(
                out,
                1,
                &format!("{} more with `-o json`", told - SHOWN_FAULTS),
            );
        }
    }
    if let Some(lost) = &database.lost {
        render_lost(out, lost, database);
    }
}

fn show_meta(meta: &MetaPage) -> String {
    match (meta.txid, meta.fault) {
        (Some(txid), _) => format!("meta page {}: sound, transaction {txid}", meta.page),
        (None, Some(fault)) => format!("meta page {}: not valid ({fault})", meta.page),
        (None, None) => format!("meta page {}: not read", meta.page),
    }
}

fn render_state(out: &mut String, state: &HeldState) {
    let sizes = &state.sizes;
    line(
        out,
        1,
        &format!(
            "size {}, in use {} ({:.0} % free), pages of {} bytes",
            bytes(sizes.db_bytes),
            bytes(sizes.in_use_bytes),
            sizes.free_percent(),
            sizes.page_bytes
        ),
    );
    if let Some(content) = &state.content {
        render_content(out, content);
    }
    match &state.hash_kv {
        HashOutcome::Computed(hash) => line(
            out,
            1,
            &format!(
                "hashkv {} at revision {} (compact revision {})",
                hash.hash, hash.revision, hash.compact_revision
            ),
        ),
        HashOutcome::NotComparable {
            revision,
            compact_revision,
            current_revision,
        } => line(
            out,
            1,
            &format!(
                "hashkv at revision {revision}: not comparable, the file holds revisions \
                 {compact_revision} to {current_revision}"
            ),
        ),
        HashOutcome::NotComputed => line(out, 1, "hashkv: not computed, the file is damaged"),
    }
    if let Some(hash) = state.snapshot_status_hash {
        line(out, 1, &format!("hash of `snapshot status`: {hash:x}"));
    }
    let identity = &state.identity;
    if let Some(index) = identity.consistent_index {
        let term = identity
            .term
            .map_or_else(String::new, |term| format!(", term {term}"));
        line(out, 1, &format!("applied up to raft entry {index}{term}"));
    }
    if let Some(version) = &identity.cluster_version {
        line(out, 1, &format!("cluster version {version}"));
    }
    for member in &identity.members {
        let learner = if member.is_learner { " (learner)" } else { "" };
        let urls = member.peer_urls.join(", ");
        line(
            out,
            1,
            &format!("member {} {:?}{learner}: {urls}", member.id, member.name),
        );
    }
    for id in &identity.removed_members {
        line(out, 1, &format!("removed member {id}"));
    }
    for alarm in &identity.alarms {
        line(
            out,
            1,
            &format!("alarm {:?} of member {:x}", alarm.alarm, alarm.member_id),
        );
    }
    let buckets: Vec<String> = state
        .buckets
        .iter()
        .map(|b| format!("{} {}", b.name, b.records))
        .collect();
    line(
        out,
        1,
        &format!("records by bucket: {}", buckets.join(", ")),
    );
}

fn render_content(out: &mut String, content: &KeyContent) {
    let unfinished = if content.compaction_unfinished {
        ", compaction unfinished"
    } else {
        ""
    };
    line(
        out,
        1,
        &format!(
            "revision {}, compact revision {}{unfinished}",
            content.current_revision, content.compact_revision
        ),
    );
    line(
        out,
        1,
        &format!(
            "{} keys, {} revisions kept ({} deletions)",
            content.live_keys, content.revisions, content.deletions
        ),
    );
    let show = |prefix: &PrefixUse| {
        let name = prefix.resource.as_deref().unwrap_or(&prefix.prefix);
        let name = if name.is_empty() { "(no prefix)" } else { name };
        format!(
            "{name} {} in {} revisions",
            bytes(prefix.bytes),
            prefix.revisions
        )
    };
    let list = |uses: &[PrefixUse]| {
        uses.iter()
            .take(SHOWN_PREFIXES)
            .map(show)
            .collect::<Vec<_>>()
            .join("; ")
    };
    if !content.largest_by_bytes.is_empty() {
        line(
            out,
            1,
            &format!("most bytes: {}", list(&content.largest_by_bytes)),
        );
        line(
            out,
            1,
            &format!("most revisions: {}", list(&content.largest_by_revisions)),
        );
    }
}

fn render_fault(out: &mut String, fault: &Fault) {
    let page = fault
        .page
        .map_or_else(String::new, |page| format!("page {page}, "));
    line(
        out,
        1,
        &format!(
            "{}: {page}offset {}",
            severity(fault.severity),
            fault.offset
        ),
    );
    line(out, 2, &fault.words);
    if let Some(place) = show_place(fault) {
        line(out, 2, &place);
    }
    for EtcdText { age, text } in &fault.etcd_says {
        line(out, 2, &format!("{} says: {text}", age.etcd_versions()));
    }
}

fn show_place(fault: &Fault) -> Option<String> {
    let place = &fault.place;
    let mut parts = Vec::new();
    if let Some(bucket) = &place.bucket {
        parts.push(format!("bucket \"{bucket}\""));
    }
    if !place.path.is_empty() {
        let steps: Vec<String> = place
            .path
            .iter()
            .map(|step| format!("{}[{}]", step.page, step.element))
            .collect();
        parts.push(format!("by way of pages {}", steps.join(" > ")));
    }
    match (&place.from_key, &place.to_key) {
        (Some(from), Some(to)) => parts.push(format!("keys from {from} to before {to}")),
        (Some(from), None) => parts.push(format!("keys from {from} on")),
        (None, Some(to)) => parts.push(format!("keys before {to}")),
        (None, None) => {}
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn render_lost(out: &mut String, lost: &LostData, database: &DbReport) {
    heading(out, "what the damage means");
    if let Some(content) = database
        .state
        .as_ref()
        .and_then(|state| state.content.as_ref())
    {
        line(
            out,
            1,
            &format!(
                "still readable: {} revisions of {} keys",
                content.revisions, content.distinct_keys
            ),
        );
    }
    if lost.lost_ranges > 0 {
        line(
            out,
            1,
            &format!(
                "{} parts of the data cannot be reached; {} revisions of {} keys that belong \
                 there were found in broken or unlinked pages:",
                lost.lost_ranges, lost.found_revisions, lost.found_keys
            ),
        );
    }
    for resource in &lost.resources {
        let names: Vec<String> = resource
            .examples
            .iter()
            .take(SHOWN_EXAMPLES)
            .map(|one| match &one.namespace {
                Some(namespace) => format!("{namespace}/{}", one.name),
                None => one.name.clone(),
            })
            .collect();
        let more = if resource.objects > names.len() as u64 {
            ", …"
        } else {
            ""
        };
        line(
            out,
            2,
            &format!(
                "{} {}: {}{more}",
                resource.objects,
                resource.resource,
                names.join(", ")
            ),
        );
    }
    if !lost.other_keys.is_empty() {
        let keys: Vec<&str> = lost
            .other_keys
            .iter()
            .take(SHOWN_EXAMPLES)
            .map(String::as_str)
            .collect();
        line(out, 2, &format!("other keys: {}", keys.join(", ")));
    }
    if !lost.other_buckets.is_empty() {
        line(
            out,
            1,
            &format!(
                "lost parts in the buckets: {}",
                lost.other_buckets.join(", ")
            ),
        );
    }
    match &database.older_state {
        Some(older) if older.is_sound => line(
            out,
            1,
            &format!(
                "the state before the last commit (transaction {}, revision {}) is sound",
                older.txid, older.current_revision
            ),
        ),
        Some(_) => line(out, 1, "the state before the last commit is damaged too"),
        None => {}
    }
    let restore = if database.can_be_restored_from {
        "can"
    } else {
        "cannot"
    };
    line(out, 1, &format!("this file {restore} be restored from"));
}

fn render_wal(out: &mut String, wal: &WalReport) {
    heading(out, &format!("write-ahead log: {}", verdict(wal.verdict)));
    if let Some(identity) = wal.identity {
        let (member, cluster) = (identity.member_id, identity.cluster_id);
        line(
            out,
            1,
            &format!("of member {member:x} in cluster {cluster:x}"),
        );
    }
    let used: u64 = wal.segments.iter().map(|segment| segment.used_bytes).sum();
    line(
        out,
        1,
        &format!("{} segments, {} written", wal.segments.len(), bytes(used)),
    );
    if let (Some(first), Some(last)) = (wal.first_entry, wal.last_entry) {
        let (first, last, term) = (first.index, last.index, last.term);
        line(out, 1, &format!("entries {first} to {last} (term {term})"));
    }
    if let Some(state) = wal.hard_state {
        let (commit, term) = (state.commit, state.term);
        line(
            out,
            1,
            &format!("committed up to entry {commit}, term {term}"),
        );
    }
    wal.faults
        .iter()
        .for_each(|fault| render_file_fault(out, fault));
}

fn render_raft_snapshots(out: &mut String, snapshots: &[RaftSnapshot]) {
    heading(out, "raft snapshots");
    for snapshot in snapshots {
        match (&snapshot.fault, snapshot.index) {
            (Some(fault), _) => render_file_fault(out, fault),
            (None, Some(index)) => {
                line(out, 1, &format!("{}: sound, entry {index}", snapshot.name));
            }
            (None, None) => {}
        }
    }
}

fn render_file_fault(out: &mut String, fault: &FileFault) {
    let mut place = fault.file.clone().unwrap_or_default();
    if let Some(offset) = fault.offset {
        let _ = write!(place, ", offset {offset}");
    }
    let place = if place.is_empty() {
        place
    } else {
        format!(" {place}")
    };
    line(out, 1, &format!("{}:{place}", severity(fault.severity)));
    line(out, 2, &fault.words);
    if !fault.etcd_says.is_empty() {
        line(
            out,
            2,
            &format!("etcd says: {}", fault.etcd_says.join(" / ")),
        );
    }
}

fn verdict(verdict: Verdict) -> String {
    let style = match verdict {
        Verdict::Sound => Style::Good,
        Verdict::Warning | Verdict::Unknown => Style::Warning,
        Verdict::Damaged => Style::Bad,
    };
    style.paint(verdict.word())
}

fn severity(severity: Severity) -> String {
    match severity {
        Severity::Note => Style::Dim.paint("note"),
        Severity::Warning => Style::Warning.paint("warning"),
        Severity::Damage => Style::Bad.paint("damage"),
    }
}

fn heading(out: &mut String, text: &str) {
    out.push('\n');
    line(out, 0, &Style::Heading.paint(text));
}

fn line(out: &mut String, depth: usize, text: &str) {
    let _ = writeln!(out, "{}{text}", "  ".repeat(depth));
}

fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut amount = bytes as f64;
    let mut unit = "bytes";
    for larger in UNITS {
        if amount < 1024.0 {
            break;
        }
        amount /= 1024.0;
        unit = larger;
    }
    if unit == "bytes" {
        format!("{bytes} bytes")
    } else {
        format!("{amount:.1} {unit}")
    }
}
