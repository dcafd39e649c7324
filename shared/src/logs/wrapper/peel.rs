// SPDX-License-Identifier: Apache-2.0

use std::borrow::Cow;

use jiff::Timestamp;

use super::WRAPPERS;
use crate::logs::line::Wrapper;

/// Wrappers inside wrappers that are taken off at most.
const DEPTH: usize = 4;

/// A line with one or more wrappers taken off.
#[derive(Debug)]
pub(crate) struct Peeled<'l> {
    /// What was inside.
    pub(crate) text: Cow<'l, str>,
    /// The innermost wrapper, none if there was none.
    pub(crate) wrapper: Option<Wrapper>,
    /// The outermost wrapper's own time.
    pub(crate) time: Option<Timestamp>,
    /// The runtime split a long line here: the next one continues it.
    pub(crate) partial: bool,
    /// The wrapper says that another program than etcd wrote the line.
    pub(crate) foreign: bool,
}

impl<'l> Peeled<'l> {
    /// `text` as found inside `wrapper`.
    pub(super) fn new(wrapper: Wrapper, text: impl Into<Cow<'l, str>>) -> Self {
        Self {
            text: text.into(),
            wrapper: Some(wrapper),
            time: None,
            partial: false,
            foreign: false,
        }
    }
}

/// Takes every wrapper off `line`.
pub(crate) fn unwrap_line(line: &str) -> Peeled<'_> {
    let mut now = Peeled {
        text: line.into(),
        wrapper: None,
        time: None,
        partial: false,
        foreign: false,
    };
    for _ in 0..DEPTH {
        let Some(inner) = WRAPPERS.iter().find_map(|peel| {
            peel(&now.text).map(|found| Peeled {
                text: Cow::Owned(found.text.into_owned()),
                wrapper: found.wrapper,
                time: now.time.or(found.time),
                partial: now.partial || found.partial,
                foreign: now.foreign || found.foreign,
            })
        }) else {
            break;
        };
        now = inner;
    }
    now
}
