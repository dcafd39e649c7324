// SPDX-License-Identifier: Apache-2.0

use super::bytes::{u16_at, u32_at, u64_at};

/// Bytes of the header every page begins with.
pub const PAGE_HEADER_BYTES: usize = 16;

const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
const META: u16 = 0x04;
const FREELIST: u16 = 0x10;

/// The header of a page: `u64 id, u16 flags, u16 count, u32 overflow`, little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageHeader {
    /// What the page says its own number is; equal to its position in a sound file.
    pub id: u64,
    /// The type bits as they are.
    pub flags: u16,
    /// How many elements follow.
    pub count: u16,
    /// How many further pages belong to this one.
    pub overflow: u32,
}

/// What a page holds, when exactly one type bit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// Keys and child pages.
    Branch,
    /// Keys and values.
    Leaf,
    /// One of the two heads of the file.
    Meta,
    /// The list of free pages.
    Freelist,
    /// No such type, or several at once.
    Unknown,
}

impl PageHeader {
    /// Reads the header at the start of `bytes`.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            id: u64_at(bytes, 0)?,
            flags: u16_at(bytes, 8)?,
            count: u16_at(bytes, 10)?,
            overflow: u32_at(bytes, 12)?,
        })
    }

    /// The type of the page.
    pub fn kind(self) -> PageKind {
        match self.flags {
            BRANCH => PageKind::Branch,
            LEAF => PageKind::Leaf,
            META => PageKind::Meta,
            FREELIST => PageKind::Freelist,
            _ => PageKind::Unknown,
        }
    }

    /// Whether bbolt before 1.3.7 would walk on through this page (it tests single bits only).
    pub fn has_tree_bit(self) -> bool {
        self.flags & (BRANCH | LEAF) != 0
    }
}

/// The type as bbolt names it in its messages (`page.typ`, bbolt 1.3.3 to 1.5.0).
pub fn type_text(flags: u16) -> String {
    if flags & BRANCH != 0 {
        "branch".to_owned()
    } else if flags & LEAF != 0 {
        "leaf".to_owned()
    } else if flags & META != 0 {
        "meta".to_owned()
    } else if flags & FREELIST != 0 {
        "freelist".to_owned()
    } else {
        format!("unknown<{flags:02x}>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_needs_sixteen_bytes() {
        assert_eq!(PageHeader::parse(&[0; 15]), None);
        let mut bytes = [0; 16];
        bytes[0] = 7;
        bytes[8] = 2;
        bytes[10] = 3;
        bytes[12] = 1;
        let header = PageHeader::parse(&bytes).unwrap();
        assert_eq!(
            header,
            PageHeader {
                id: 7,
                flags: 2,
                count: 3,
                overflow: 1
            }
        );
        assert_eq!(header.kind(), PageKind::Leaf);
    }

    #[test]
    fn two_type_bits_are_no_type() {
        let header = PageHeader {
            id: 1,
            flags: 3,
            count: 0,
            overflow: 0,
        };
        assert_eq!(header.kind(), PageKind::Unknown);
        assert_eq!(type_text(0), "unknown<00>");
        assert_eq!(type_text(0x10), "freelist");
    }
}
