// SPDX-License-Identifier: Apache-2.0
/// A size as a person reads it, in powers of 1024, as etcdctl prints it.
pub fn human_bytes(bytes: i64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value.abs() >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or("B");
    if unit == 0 {
        format!("{bytes} {name}")
    } else {
        format!("{value:.1} {name}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_readable() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (20_512, "20.0 KiB"),
            (2_147_483_648, "2.0 GiB"),
        ];
        for (bytes, want) in cases {
            assert_eq!(super::human_bytes(bytes), want);
        }
    }
}
