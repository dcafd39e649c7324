// SPDX-License-Identifier: Apache-2.0

use rustix::io::Errno;

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// What this program may unlink: files that the tool itself made, by their name.
const OURS: &[u8] = b".kubectl-etcd-";

/// `release FILE`: unlinks a file whose name begins with `.kubectl-etcd-`, nothing else; one that
/// is not there is fine.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"release");
    };
    let line = Line::new("release").text("path", path.to_bytes());
    let bytes = path.to_bytes();
    let name = bytes
        .iter()
        .rposition(|byte| *byte == b'/')
        .and_then(|at| bytes.get(at + 1..))
        .unwrap_or(bytes);
    if !name.starts_with(OURS) {
        line.failure("not ours", Errno::PERM).print();
        return crate::FAILED;
    }
    match rustix::fs::unlink(path) {
        Ok(()) => {
            let _ = files::sync_parent(bytes);
            line.flag("ok", true).flag("was_there", true).print();
            crate::DONE
        }
        Err(Errno::NOENT) => {
            line.flag("ok", true).flag("was_there", false).print();
            crate::DONE
        }
        Err(error) => {
            line.failure("unlink", error).print();
            crate::FAILED
        }
    }
}
