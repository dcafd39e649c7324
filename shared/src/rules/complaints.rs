// SPDX-License-Identifier: Apache-2.0

//! What healthy members say about a sick one: they tell who, its own log tells why.

use crate::logs::Finding as LogFinding;
use crate::model::{Evidence, Finding, MemberId};

use super::log_reading::is_complaint;
use super::{MemberView, RuleInput, rank};

/// Lines of other members that one finding shows; all of them say the same.
const MOST_LINES: usize = 2;

/// Puts the healthy members' complaints about a sick one under that one's finding.
pub(super) fn attach_complaints(input: &RuleInput<'_>, findings: &mut [Finding]) {
    let sick: Vec<_> = input
        .listed()
        .filter(|(_, m)| !m.health.is_healthy())
        .map(|(_, m)| m)
        .collect();
    for member in &sick {
        let subject = member.subject();
        let finding = findings
            .iter_mut()
            .find(|f| f.subject == subject && f.rank >= rank::SYMPTOM);
        let Some(finding) = finding else { continue };
        let mut lines = 0;
        for (witness, complaint) in complaints(input, member) {
            if !is_about(complaint, member, sick.len() == 1) {
                continue;
            }
            finding.echoes.push(complaint.id.clone());
            if lines < MOST_LINES {
                lines += 1;
                finding.evidence.push(Evidence {
                    source: format!("log of {}", witness.label()),
                    text: complaint.last.text.clone(),
                });
            }
        }
    }
}

/// The complaints of all others that are alive.
fn complaints<'a>(
    input: &'a RuleInput<'_>,
    about: &MemberView<'_>,
) -> Vec<(&'a MemberView<'a>, &'a LogFinding)> {
    let about = about.subject();
    input
        .members
        .iter()
        .filter(|m| m.seen.answered() && m.subject() != about)
        .filter_map(|m| m.log.as_ref().map(|log| (m, log)))
        .flat_map(|(m, log)| log.everything().map(move |f| (m, f)))
        .filter(|(_, f)| is_complaint(f, true))
        .collect()
}

/// By the ids or addresses that the line holds; without any, only if nobody else can be meant.
fn is_about(complaint: &LogFinding, member: &MemberView<'_>, only_sick: bool) -> bool {
    let id = member.seen.id().map(|id: MemberId| id.to_string());
    let named = id
        .as_ref()
        .is_some_and(|id| complaint.peers.contains(id) || complaint.last.text.contains(id));
    if named {
        return true;
    }
    let addressed = member.listed().is_some_and(|listed| {
        let urls = listed.peer_urls.iter().chain(&listed.client_urls);
        urls.filter_map(|url| url.split_once("://"))
            .any(|(_, address)| complaint.last.text.contains(address))
    });
    addressed || (only_sick && complaint.peers.is_empty())
}
