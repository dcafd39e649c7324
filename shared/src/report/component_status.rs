// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use super::table::table;
use crate::model::{Assessment, MemberAssessment, MemberHealth};

/// `kubectl get componentstatus`, which Kubernetes has deprecated and which numbers the members by
/// their place in a flag (kubernetes pkg/registry/core/componentstatus): here under their names.
pub fn component_status_table(assessment: &Assessment, headers: bool) -> String {
    let names: &[&str] = &["NAME", "STATUS", "MESSAGE", "ERROR"];
    let rows: Vec<Vec<String>> = assessment
        .members
        .iter()
        .map(|member| {
            let condition = Condition::of(assessment, member);
            let status = match condition.status {
                "True" => "Healthy",
                "False" => "Unhealthy",
                other => other,
            };
            vec![
                name(member),
                status.to_owned(),
                condition.message,
                condition.error,
            ]
        })
        .collect();
    table(headers.then_some(names), &rows)
}

/// The same as `-o json` of kubectl prints it.
pub fn component_status_list(assessment: &Assessment) -> Value {
    let items: Vec<Value> = assessment
        .members
        .iter()
        .map(|member| {
            let condition = Condition::of(assessment, member);
            let mut written = json!({
                "type": "Healthy",
                "status": condition.status,
                "message": condition.message,
            });
            if !condition.error.is_empty() {
                written["error"] = json!(condition.error);
            }
            json!({
                "apiVersion": "v1",
                "kind": "ComponentStatus",
                "metadata": { "name": name(member) },
                "conditions": [written],
            })
        })
        .collect();
    json!({ "apiVersion": "v1", "kind": "List", "metadata": {}, "items": items })
}

/// Scripts look for "etcd" in the name.
fn name(member: &MemberAssessment) -> String {
    if member.label.contains("etcd") {
        member.label.clone()
    } else {
        format!("etcd-{}", member.label)
    }
}

struct Condition {
    status: &'static str,
    message: String,
    error: String,
}

impl Condition {
    fn of(assessment: &Assessment, member: &MemberAssessment) -> Self {
        let reason = member.health.reason().unwrap_or_default();
        // What the report says of it first, else why it is not healthy.
        let finding = assessment.findings.iter().find(|finding| {
            matches!(&finding.subject, crate::model::Subject::Member { name, .. }
                if *name == member.label)
        });
        let why = finding.map_or_else(
            || reason.to_owned(),
            |finding| format!("{}: {}", finding.title, finding.cause),
        );
        match member.health {
            MemberHealth::Healthy => Self {
                status: "True",
                message: "{\"health\":\"true\"}".to_owned(),
                error: String::new(),
            },
            MemberHealth::Unhealthy { .. } => Self {
                status: "False",
                message: "{\"health\":\"false\"}".to_owned(),
                error: why,
            },
            MemberHealth::Unknown { .. } => Self {
                status: "Unknown",
                message: String::new(),
                error: why,
            },
        }
    }
}
