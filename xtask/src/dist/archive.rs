// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::io;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

/// A file for an archive.
#[derive(Debug)]
pub struct Entry {
    /// Its name, without a folder.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
    /// Whether it is a program.
    pub executable: bool,
}

/// Writes a `.tar.gz` whose bytes depend on nothing but the entries: no times, owners or order of
/// this machine. krew takes regular files only, and installs a program without its mode bits as
/// one that cannot be run.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, mut entries: Vec<Entry>) -> io::Result<()> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::best());
    let mut tar = Builder::new(gzip);
    for entry in &entries {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(entry.content.len() as u64);
        header.set_mode(if entry.executable { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        tar.append_data(&mut header, &entry.name, entry.content.as_slice())?;
    }
    fs::write(path, tar.into_inner()?.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, executable: bool) -> Entry {
        Entry {
            name: name.to_owned(),
            content: name.as_bytes().to_vec(),
            executable,
        }
    }

    #[test]
    fn the_same_entries_in_any_order_are_the_same_bytes() {
        let folder = std::env::temp_dir().join(format!("kubectl-etcd-tar-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (one, two) = (folder.join("1"), folder.join("2"));
        write(&one, vec![entry("b", true), entry("a", false)]).unwrap();
        write(&two, vec![entry("a", false), entry("b", true)]).unwrap();
        assert_eq!(fs::read(one).unwrap(), fs::read(two).unwrap());
        fs::remove_dir_all(folder).unwrap();
    }
}
