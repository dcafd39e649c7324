// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use crate::model::{Assessment, Probe};

/// Any serialisable value as indented JSON with a final newline.
pub fn pretty_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// The whole assessment as JSON (docs/json.md); the logs' lines are left out, the evidence has
/// those that matter.
pub fn to_json(assessment: &Assessment) -> Value {
    let mut slim = assessment.clone();
    for member in &mut slim.observation.members {
        if let Some(process) = &mut member.process
            && let Probe::Answered { value, .. } = &mut process.log
        {
            value.lines.clear();
        }
    }
    // Only maps with non-text keys cannot be written, and there are none.
    serde_json::to_value(&slim).unwrap_or(Value::Null)
}
