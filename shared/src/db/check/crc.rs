// SPDX-License-Identifier: Apache-2.0
/// The polynomial of CRC-32C, lowest power in the highest bit.
const POLYNOMIAL: u32 = 0x82F6_3B78;
/// `x` to the power of 2 to the power of the index, modulo the polynomial.
const POWERS: [u32; 64] = powers();

/// The CRC-32C of two byte strings one behind the other, by their own ones.
///
/// The first is multiplied by `x` to the number of bits that follow, by repeated squaring. The
/// crate's own way of doing this squares matrices, which took most of the time of a walk.
pub(crate) fn append_crc(first: u32, second: u32, second_bytes: u64) -> u32 {
    let mut shift = 1 << 31;
    let mut left = second_bytes;
    let mut power = 3;
    while left != 0 {
        if left & 1 == 1 {
            shift = multiply(POWERS[power % 64], shift);
        }
        left >>= 1;
        power += 1;
    }
    multiply(shift, first) ^ second
}

/// The product of two polynomials modulo the polynomial.
const fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    let mut bit = 1u32 << 31;
    while bit != 0 {
        if a & bit != 0 {
            product ^= b;
        }
        b = if b & 1 == 1 {
            (b >> 1) ^ POLYNOMIAL
        } else {
            b >> 1
        };
        bit >>= 1;
    }
    product
}

const fn powers() -> [u32; 64] {
    let mut powers = [1 << 30; 64];
    let mut at = 1;
    while at < 64 {
        powers[at] = multiply(powers[at - 1], powers[at - 1]);
        at += 1;
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_of_parts_is_the_crc_of_the_whole() {
        let bytes: Vec<u8> = (0..100_000u32).map(|n| (n * 7 % 251) as u8).collect();
        let whole = crc32c::crc32c(&bytes);
        for at in [0, 1, 7, 4096, 65_537, 99_999, 100_000] {
            let (a, b) = bytes.split_at(at);
            let parts = append_crc(crc32c::crc32c(a), crc32c::crc32c(b), b.len() as u64);
            assert_eq!(parts, whole, "cut at {at}");
        }
    }
}
