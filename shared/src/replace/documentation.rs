// SPDX-License-Identifier: Apache-2.0

//! The generated parts of `docs/`.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use crate::replace::refusals::ALL;
    use crate::replace::start;

    /// Compares with the file; with `UPDATE_DOCS=1` in the environment it writes it.
    fn assert_in_step(name: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs")
            .join(name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, text).unwrap();
        }
        let file = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            file == text,
            "docs/{name} is out of step: run the tests once with UPDATE_DOCS=1"
        );
    }

    #[test]
    fn the_start_table_is_in_step() {
        assert_in_step("replace-start-table.md", &start::markdown());
    }

    #[test]
    fn the_refusals_are_in_step() {
        let mut text = String::from(
            "# What a replacement refuses\n\n\
             Generated from `shared/src/replace/refusals/`; a test keeps it in step. A refusal \
             changes nothing; what had been stopped is put back. Where no flag stands, overriding \
             can never be right.\n\n\
             | id | refused when | why | override |\n|---|---|---|---|\n",
        );
        for kind in ALL.iter().flat_map(|family| family.iter()) {
            let flag = kind
                .override_flag
                .map_or("none".to_owned(), |flag| format!("`{flag}`"));
            text.push_str(&format!(
                "| `{}` | {} | {} | {flag} |\n",
                kind.id, kind.title, kind.why
            ));
        }
        assert_in_step("replace-refusals.md", &text);
    }
}
