// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

/// Writes JSON data as block-style YAML. Every string is double-quoted, so that none can be
/// taken for another type, and escaped so that none can break out.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(value, 0, &mut out);
    out
}

fn block(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("{indent}{}:", key_text(key)));
                nested(value, depth, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                out.push_str(&format!("{indent}-"));
                match value {
                    Value::Object(map) if !map.is_empty() => {
                        let mut inner = String::new();
                        block(value, depth + 1, &mut inner);
                        out.push(' ');
                        out.push_str(inner.trim_start_matches(' '));
                    }
                    other => nested(other, depth, out),
                }
            }
        }
        other => out.push_str(&format!("{indent}{}\n", scalar(other))),
    }
}

fn nested(value: &Value, depth: usize, out: &mut String) {
    let is_block = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    if is_block {
        out.push('\n');
        block(value, depth + 1, out);
    } else {
        out.push_str(&format!(" {}\n", scalar(value)));
    }
}

fn key_text(key: &str) -> String {
    let plain = !key.is_empty()
        && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        && !matches!(
            key,
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
        );
    if plain {
        key.to_owned()
    } else {
        scalar(&Value::from(key))
    }
}

/// JSON is YAML but for the characters that YAML does not print.
fn scalar(value: &Value) -> String {
    value
        .to_string()
        .chars()
        .map(|c| match c {
            // What YAML does not print, and what turns a terminal's direction.
            '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                format!("\\u{:04x}", u32::from(c))
            }
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write;

    #[test]
    fn it_reads_back_as_the_same_data() -> Result<(), Box<dyn std::error::Error>> {
        let data = json!({
            "services": {"a: b": {"command": ["x", "", "yes", "1", "- y", "\u{7f}\t\n'\"\\", "# c"],
            "nested": [{"k": 1, "l": [true, null]}, {}, []], "empty": {}, "no": "on"}}
        });
        let text = write(&data);
        let back: serde_json::Value = serde_saphyr::from_str(&text)?;
        assert_eq!(back, data, "{text}");
        Ok(())
    }
}
