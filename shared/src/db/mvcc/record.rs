// SPDX-License-Identifier: Apache-2.0
/// The head of a `mvccpb.KeyValue`, borrowed from the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyValue<'a> {
    /// The key of the user.
    pub key: &'a [u8],
    /// The revision that made the key.
    pub create_revision: i64,
    /// The revision of this change.
    pub mod_revision: i64,
    /// Changes since the key was made.
    pub version: i64,
    /// Bytes of the value.
    pub value_bytes: u64,
    /// The lease, 0 for none.
    pub lease: i64,
}

impl<'a> KeyValue<'a> {
    /// Decodes a record of `total_bytes` of which `head` is the beginning (all of it unless the
    /// value is very large). `None` when it is not such a record.
    pub fn parse(head: &'a [u8], total_bytes: u64) -> Option<Self> {
        let mut kv = Self::default();
        let mut at = 0usize;
        let whole = head.len() as u64 == total_bytes;
        while at < head.len() {
            let tag = varint(head, &mut at)?;
            match (tag >> 3, tag & 7) {
                (0, _) => return None,
                (field, 0) => {
                    let number = varint(head, &mut at)?.cast_signed();
                    match field {
                        2 => kv.create_revision = number,
                        3 => kv.mod_revision = number,
                        4 => kv.version = number,
                        6 => kv.lease = number,
                        _ => {}
                    }
                }
                (field, 2) => {
                    let bytes = varint(head, &mut at)?;
                    let end = (at as u64).checked_add(bytes)?;
                    if end > total_bytes {
                        return None;
                    }
                    if field == 5 {
                        kv.value_bytes = bytes;
                    }
                    let Some(field_bytes) =
                        usize::try_from(end).ok().and_then(|end| head.get(at..end))
                    else {
                        // The rest of a very large value is not here.
                        return (!whole).then_some(kv);
                    };
                    if field == 1 {
                        kv.key = field_bytes;
                    }
                    at += field_bytes.len();
                }
                (_, 1) => at = at.checked_add(8).filter(|&at| at <= head.len())?,
                (_, 5) => at = at.checked_add(4).filter(|&at| at <= head.len())?,
                _ => return None,
            }
        }
        Some(kv)
    }
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_decoded_and_a_cut_one_is_not() {
        let bytes = [10, 1, b'k', 16, 2, 24, 3, 32, 1, 42, 2, b'v', b'w'];
        let kv = KeyValue::parse(&bytes, 13).unwrap();
        assert_eq!(
            (kv.key, kv.create_revision, kv.mod_revision),
            (&b"k"[..], 2, 3)
        );
        assert_eq!((kv.version, kv.value_bytes), (1, 2));
        assert_eq!(KeyValue::parse(bytes.get(..12).unwrap(), 12), None);
        // The head of a large value is enough.
        assert_eq!(
            KeyValue::parse(bytes.get(..12).unwrap(), 13)
                .unwrap()
                .value_bytes,
            2
        );
    }

    #[test]
    fn garbage_is_no_record() {
        assert_eq!(KeyValue::parse(&[0xff; 32], 32), None);
        assert_eq!(KeyValue::parse(&[0x00, 0x01], 2), None);
        assert_eq!(KeyValue::parse(&[0x0b], 1), None);
    }
}
