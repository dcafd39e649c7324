// SPDX-License-Identifier: Apache-2.0
/// The first `bytes` of `text`, less if a character would be cut.
pub(crate) fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn characters_stay_whole() {
        assert_eq!(prefix("aµb", 2), "a");
        assert_eq!(prefix("aµb", 3), "aµ");
        assert_eq!(prefix("aµb", 99), "aµb");
    }
}
