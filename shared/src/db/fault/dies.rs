// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::kind::FaultKind;
use crate::db::layout::{PageHeader, PageKind, type_text};

/// Which bbolt an etcd was built with: they check different things while opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BboltAge {
    /// etcd 3.4.0 to 3.4.24 and 3.5.0 to 3.5.7.
    #[serde(rename = "bbolt 1.3.3 to 1.3.6")]
    Before137,
    /// etcd 3.4.25 and 3.5.8 on, 3.6, 3.7.
    #[serde(rename = "bbolt 1.3.7 and later")]
    From137,
}

impl BboltAge {
    /// The etcd releases with such a bbolt (their go.mod).
    pub fn etcd_versions(self) -> &'static str {
        match self {
            Self::Before137 => "etcd 3.4.0-3.4.24, 3.5.0-3.5.7",
            Self::From137 => "etcd 3.4.25+, 3.5.8+, 3.6, 3.7",
        }
    }
}

/// What etcd prints when it meets a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EtcdText {
    /// Which etcd.
    pub age: BboltAge,
    /// The text, as in its log or on its standard error.
    pub text: String,
}

/// The line of the Go runtime when a read below bbolt's memory map fails.
const FAULT: &str = "unexpected fault address";
/// bbolt's `maxMapSize` on 64-bit machines.
const MAX_MAP_BYTES: u64 = 0xFFFF_FFFF_FFFF;

impl EtcdText {
    fn old(text: impl Into<String>) -> Self {
        Self {
            age: BboltAge::Before137,
            text: text.into(),
        }
    }

    fn new(text: impl Into<String>) -> Self {
        Self {
            age: BboltAge::From137,
            text: text.into(),
        }
    }

    /// The same text whatever the bbolt.
    pub(crate) fn both(text: &str) -> Vec<Self> {
        vec![Self::old(text), Self::new(text)]
    }

    /// Any of several texts, whatever the bbolt: garbage is read, and what comes first varies.
    pub(crate) fn any_of(texts: &[&str]) -> Vec<Self> {
        texts.iter().flat_map(|text| Self::both(text)).collect()
    }

    /// Bytes that are not there are read through the memory map.
    pub(crate) fn beyond_file() -> Vec<Self> {
        Self::both(FAULT)
    }

    /// Page `id` lies past the end of the file: bbolt takes its place in an array the size of
    /// the largest map, so a number past even that ends in Go's own check.
    pub(crate) fn far_page(id: u64, page_bytes: u64) -> Vec<Self> {
        let at = id.wrapping_mul(page_bytes);
        if at >= MAX_MAP_BYTES {
            Self::both(&format!(
                "index out of range [{at}] with length {MAX_MAP_BYTES}"
            ))
        } else {
            Self::beyond_file()
        }
    }
}

/// What the walk that etcd makes on opening (`db.freepages`) says about a page reached by
/// reference `id` whose header is `header`. `claimed` tells whether a page number is held by
/// another page of the tree; `stack` is the way of page numbers from the bucket's root to it.
pub(crate) fn of_header(
    id: u64,
    header: PageHeader,
    high_water: u64,
    claimed: bool,
    stack: &[u64],
) -> Vec<EtcdText> {
    let mut texts = Vec::new();
    // Old ones trust what the page says about itself.
    if header.id > high_water {
        texts.push(EtcdText::old(reached(
            &format!("page {}: out of bounds: {high_water}", as_go_int(header.id)),
            None,
        )));
    } else if claimed {
        texts.push(EtcdText::old(reached(
            &format!("page {}: multiple references", as_go_int(header.id)),
            None,
        )));
    } else if !header.has_tree_bit() {
        texts.push(EtcdText::old(reached(
            &format!(
                "page {}: invalid type: {}",
                as_go_int(header.id),
                type_text(header.flags)
            ),
            None,
        )));
    } else if header.kind() == PageKind::Unknown {
        // A leaf taken for a branch: lengths are read as page numbers.
        texts.push(EtcdText::old("index out of range"));
        texts.push(EtcdText::old(FAULT));
    }
    // Newer ones compare it with where it stands before anything else.
    if header.id != id {
        texts.push(EtcdText::new(format!(
            "Page expected to be: {id}, but self identifies as {}",
            header.id
        )));
    } else if header.kind() == PageKind::Unknown {
        texts.push(EtcdText::new(format!(
            "page {id}: has unexpected type/flags: {:x}",
            header.flags
        )));
    } else if header.id > high_water {
        texts.push(EtcdText::new(reached(
            &format!("page {id}: out of bounds: {high_water}"),
            Some(stack),
        )));
    } else if !header.has_tree_bit() {
        texts.push(EtcdText::new(reached(
            &format!("page {id}: invalid type: {}", type_text(header.flags)),
            Some(stack),
        )));
    }
    texts
}

/// What both say about a page reached a second time.
pub(crate) fn multiple_references(id: u64, stack: &[u64]) -> Vec<EtcdText> {
    let text = format!("page {}: multiple references", as_go_int(id));
    vec![
        EtcdText::old(reached(&text, None)),
        EtcdText::new(reached(&text, Some(stack))),
    ]
}

fn reached(text: &str, stack: Option<&[u64]>) -> String {
    let stack = stack.map_or_else(String::new, |stack| {
        let pages: Vec<String> = stack.iter().map(u64::to_string).collect();
        format!(" (stack: [{}])", pages.join(" "))
    });
    format!("freepages: failed to get all reachable pages ({text}{stack})")
}

/// bbolt prints page numbers through Go's signed int.
fn as_go_int(id: u64) -> i64 {
    id.cast_signed()
}

/// What newer ones say when a key is not where it belongs (`verifyKeyOrder`); older ones do not
/// look. `page` is the leaf, for a branch the child at the element.
pub(crate) fn key_order(
    fault: &FaultKind,
    kind: PageKind,
    page: u64,
    key: &[u8],
) -> Option<EtcdText> {
    let kind = if kind == PageKind::Branch {
        "branch"
    } else {
        "leaf"
    };
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let at = |index: u16| format!("key[{index}]=(hex){hex} on {kind} page({page}) needs to be");
    let text = match *fault {
        FaultKind::KeyOrder { index } => {
            format!("{} > (found <) than previous element", at(index))
        }
        FaultKind::DuplicateKey { index } => {
            format!("{} > (found =) than previous element", at(index))
        }
        FaultKind::KeyOutOfRange {
            index,
            is_below: true,
        } => {
            format!("the first {} >= the key in the ancestor", at(index))
        }
        FaultKind::KeyOutOfRange {
            index,
            is_below: false,
        } => {
            format!("{} < than key of the next element in ancestor", at(index))
        }
        _ => return None,
    };
    Some(EtcdText::new(format!(
        "freepages: failed to get all reachable pages ({text}"
    )))
}
