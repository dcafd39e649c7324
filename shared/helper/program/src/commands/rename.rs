// SPDX-License-Identifier: Apache-2.0

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// `rename FROM TO`: never replaces anything, and makes the change lasting.
pub fn run(words: Words) -> i32 {
    let (Some(from), Some(to)) = (words.get(1), words.get(2)) else {
        return super::usage(b"rename");
    };
    let line = Line::new("rename")
        .text("from", from.to_bytes())
        .text("to", to.to_bytes());
    if let Err(error) = files::rename_new(from, to) {
        line.failure("rename", error).print();
        return crate::FAILED;
    }
    let synced =
        files::sync_parent(to.to_bytes()).and_then(|()| files::sync_parent(from.to_bytes()));
    match synced {
        Ok(()) => {
            line.flag("ok", true).print();
            crate::DONE
        }
        Err(error) => {
            line.failure("fsync", error).print();
            crate::FAILED
        }
    }
}
