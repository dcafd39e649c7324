// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use crate::model::{Alarm, AlarmKind, Finding, MemberId, Severity, Subject};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// etcd's own alarms.
pub const FAMILY: Family = Family {
    name: "alarms",
    rules: &[NOSPACE, CORRUPT, REMOVED, OTHER],
    check,
};

pub(super) const NOSPACE: Rule = Rule {
    id: "alarm-nospace",
    title: "alarm NOSPACE: etcd takes no writes",
    severity: Severity::Critical,
    rank: rank::CAUSE,
    condition: "any NOSPACE alarm is armed",
    authority: "etcd",
    meaning: "A member's database reached --quota-backend-bytes (2 GiB unless set). The whole \
              cluster takes reads and deletes only until the space is won back and the alarm \
              disarmed; the alarm does not go away by itself.",
    remedy: "Compact to the current revision, defragment each member one at a time (the leader \
             last), then disarm the alarm. Find out what fills the database, or raise the quota \
             (8 GiB at most is advised).",
    reference: "https://etcd.io/docs/latest/op-guide/maintenance/#space-quota",
};
const CORRUPT: Rule = Rule {
    id: "alarm-corrupt",
    title: "alarm CORRUPT: a member's data differ",
    severity: Severity::Critical,
    rank: rank::CAUSE + 1,
    condition: "any CORRUPT alarm is armed",
    authority: "etcd",
    meaning: "etcd itself found that members hold different data, and refuses writes and lease \
              grants with \"corrupt cluster\".",
    remedy: "Find the member that differs by comparing HashKV at one revision, replace it, and \
             disarm the alarm only then.",
    reference: "https://etcd.io/docs/latest/op-guide/data_corruption/",
};
const REMOVED: Rule = Rule {
    id: "alarm-of-removed-member",
    title: "an alarm of a member that is gone is still armed",
    severity: Severity::Critical,
    rank: rank::CAUSE + 2,
    condition: "an alarm names a member id that the list does not have",
    authority: "seen live on 3.4.23",
    meaning: "An alarm outlives the member that raised it, and blocks every write until somebody \
              disarms it.",
    remedy: "Check that the members left hold the same data (this check compares them), then \
             disarm the alarm.",
    reference: "https://etcd.io/docs/latest/op-guide/maintenance/",
};
const OTHER: Rule = Rule {
    id: "alarm-other",
    title: "an alarm of an unknown kind is armed",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "any alarm that is neither NOSPACE nor CORRUPT is armed",
    authority: "etcd",
    meaning: "This etcd knows a kind of alarm that this program does not.",
    remedy: "Look it up in the documentation of that etcd version.",
    reference: "https://etcd.io/docs/latest/op-guide/maintenance/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for ((kind, member_id), seen_by) in armed(input) {
        let raised_by = input.listed().find(|(l, _)| l.id == member_id);
        let subject = raised_by
            .as_ref()
            .map_or(Subject::Cluster, |(_, m)| m.subject());
        let source = format!("alarms as seen by {}", seen_by.join(", "));
        let text = format!("{} raised by member {member_id}", kind_text(kind));
        let finding = match raised_by {
            None if kind != OTHER_KEY => REMOVED
                .finding(
                    subject,
                    "the member that raised it is not in the list any more",
                )
                .shown_by(source, text)
                .with_commands(disarm_if_equal(input)),
            _ => match kind {
                NOSPACE_KEY => NOSPACE
                    .finding(
                        subject,
                        "its database reached the quota, so nobody may write",
                    )
                    .shown_by(source, text)
                    .with_commands(win_space(input)),
                CORRUPT_KEY => CORRUPT
                    .finding(
                        subject,
                        "etcd itself found that members hold different data",
                    )
                    .shown_by(source, text)
                    .with_command(input.health_command()),
                _ => OTHER
                    .finding(subject, "this kind of alarm is not known to this program")
                    .shown_by(source, text),
            },
        };
        findings.push(finding);
    }
}

const NOSPACE_KEY: u8 = 0;
const CORRUPT_KEY: u8 = 1;
const OTHER_KEY: u8 = 2;

/// Every armed alarm once, with who sees it.
fn armed<'a>(input: &'a RuleInput<'_>) -> BTreeMap<(u8, MemberId), Vec<&'a str>> {
    let mut alarms: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for member in input.own() {
        for alarm in member.seen.alarms.value().into_iter().flatten() {
            let seen_by = alarms.entry((key(alarm), alarm.member_id)).or_default();
            if !seen_by.contains(&member.label()) {
                seen_by.push(member.label());
            }
        }
    }
    alarms
}

fn key(alarm: &Alarm) -> u8 {
    match alarm.kind {
        AlarmKind::NoSpace => NOSPACE_KEY,
        AlarmKind::Corrupt => CORRUPT_KEY,
        AlarmKind::Other => OTHER_KEY,
    }
}

fn kind_text(key: u8) -> &'static str {
    match key {
        NOSPACE_KEY => "NOSPACE",
        CORRUPT_KEY => "CORRUPT",
        _ => "unknown alarm",
    }
}

/// Compact, defragment one by one with the leader last, disarm.
fn win_space(input: &RuleInput<'_>) -> Vec<String> {
    let mut members: Vec<_> = input.own().collect();
    members.sort_by_key(|m| is_leader(m));
    let Some(first) = members.first() else {
        return Vec::new();
    };
    let revision = members
        .iter()
        .filter_map(|m| m.seen.status.value())
        .map(|s| s.header.revision)
        .min()
        .unwrap_or_default();
    let mut commands = vec![input.etcdctl_command(first, &format!("compact {revision}"))];
    commands.extend(members.iter().map(|m| input.etcdctl_command(m, "defrag")));
    commands.push(input.etcdctl_command(first, "alarm disarm"));
    commands
}

/// Disarming is safe only where the data of those left are known to be equal.
fn disarm_if_equal(input: &RuleInput<'_>) -> Option<String> {
    let groups = input.hash_groups();
    let hashed: usize = groups.iter().map(|(_, m)| m.len()).sum();
    let all_equal = groups.len() == 1 && hashed == input.own().count();
    let first = input.own().next()?;
    all_equal.then(|| input.etcdctl_command(first, "alarm disarm"))
}

fn is_leader(member: &MemberView<'_>) -> bool {
    member
        .seen
        .status
        .value()
        .is_some_and(|s| s.leader == s.header.member_id)
}
