// SPDX-License-Identifier: Apache-2.0

use std::borrow::Cow;

use super::lines::LINE_BYTES;
use crate::logs::line::prefix;
use crate::logs::wrapper::{Peeled, unwrap_line};

/// Puts lines together again that a container runtime split (Docker and CRI at 16 KiB).
#[derive(Debug, Default)]
pub(super) struct Joiner {
    begun: String,
}

impl Joiner {
    /// Whether `raw` has to go through [`Self::join`]; whole lines skip it unparsed.
    pub(super) fn concerns(&self, raw: &[u8]) -> bool {
        !self.begun.is_empty() || may_be_partial(raw)
    }

    /// The line if `text` completes one, else it is kept. What is too long loses its end.
    pub(super) fn join<'l>(&mut self, text: &'l str) -> Option<Peeled<'l>> {
        let peeled = unwrap_line(text);
        if self.begun.is_empty() && !peeled.partial {
            return Some(peeled);
        }
        let room = LINE_BYTES.saturating_sub(self.begun.len());
        let part = prefix(&peeled.text, room);
        self.begun.push_str(part);
        if peeled.partial {
            return None;
        }
        let whole = std::mem::take(&mut self.begun);
        let inner = unwrap_line(&whole);
        Some(Peeled {
            text: Cow::Owned(inner.text.into_owned()),
            wrapper: inner.wrapper.or(peeled.wrapper),
            time: peeled.time,
            partial: false,
            foreign: inner.foreign || peeled.foreign,
        })
    }
}

fn may_be_partial(raw: &[u8]) -> bool {
    if raw.starts_with(br#"{"log":"#) {
        // The line feed of a whole entry stands right before the second key.
        let tail = raw.get(raw.len().saturating_sub(512)..).unwrap_or_default();
        return !tail
            .windows(4)
            .any(|four| four == br#"\n",""#.get(..4).unwrap_or_default());
    }
    let mut words = raw.splitn(4, |byte| *byte == b' ');
    matches!(
        (words.next(), words.next(), words.next()),
        (Some(_), Some(b"stderr" | b"stdout"), Some(tag)) if tag.starts_with(b"P")
    )
}
