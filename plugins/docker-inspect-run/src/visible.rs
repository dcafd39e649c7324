// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

/// Text for a terminal: control characters are shown as escapes.
pub fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let plain = !c.is_control() && !is_direction(c);
            if plain {
                vec![c]
            } else {
                c.escape_default().collect()
            }
        })
        .collect()
}

/// JSON with everything escaped that a terminal could act on.
pub fn json(value: &Value, pretty: bool) -> String {
    let text = if pretty {
        format!("{value:#}")
    } else {
        value.to_string()
    };
    text.chars()
        .map(|c| match c {
            '\u{7f}'..='\u{9f}' => format!("\\u{:04x}", u32::from(c)),
            c if is_direction(c) => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

/// Characters that change the direction in which text is shown.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
