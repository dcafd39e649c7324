use crate::model::Finding;
use crate::rules::{Family, MemberView, RuleInput};

/// What the end of a member's log says.
pub const FAMILY: Family = Family {
    name: "logs",
    rules: &[],
    check,
};

fn check(_input: &RuleInput<'_>, _findings: &mut Vec<Finding>) {}

/// Whether the log says that this member's own files are damaged, so that starting it again is
/// in vain.
pub(super) fn data_is_damaged(_member: &MemberView<'_>) -> bool {
    false
}

/// Puts the healthy members' complaints about a sick one under that one's finding.
pub(in crate::rules) fn attach_complaints(_input: &RuleInput<'_>, _findings: &mut Vec<Finding>) {}
