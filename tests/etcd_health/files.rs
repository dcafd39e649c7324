// SPDX-License-Identifier: Apache-2.0

//! No test file is forgotten.

#[test]
fn every_file_of_this_folder_is_part_of_the_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/etcd_health");
    let main = std::fs::read_to_string(format!("{folder}/main.rs")).expect("main.rs");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name");
        let module = name.trim_end_matches(".rs");
        if module != "main" {
            assert!(
                main.contains(&format!("mod {module};")),
                "{name} is not in main.rs"
            );
        }
    }
}
