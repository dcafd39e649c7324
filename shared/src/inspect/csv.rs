// SPDX-License-Identifier: Apache-2.0
/// Writes one CSV record as Go's `encoding/csv` reads it back, or says why it cannot.
///
/// docker's `--mount`, `--network` and `--gpus` take such records.
pub(super) fn record<'a>(
    fields: impl IntoIterator<Item = &'a str>,
) -> Result<String, &'static str> {
    let mut out = Vec::new();
    for field in fields {
        if field.contains("\r\n") {
            return Err("a CSV reader drops the carriage return before a newline");
        }
        let quoted = field.contains([',', '"', '\n', '\r']);
        out.push(if quoted {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        });
    }
    Ok(out.join(","))
}

#[cfg(test)]
mod tests {
    use super::record;

    #[test]
    fn commas_and_quotes_are_quoted() {
        assert_eq!(
            record(["type=bind", "src=/a,b", "dst=/\"c\""]),
            Ok("type=bind,\"src=/a,b\",\"dst=/\"\"c\"\"\"".to_owned())
        );
        assert!(record(["src=a\r\nb"]).is_err());
    }
}
