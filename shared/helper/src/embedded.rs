// SPDX-License-Identifier: Apache-2.0

const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A node's processor, as the helper has to be built for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// amd64.
    X86_64,
    /// arm64.
    Aarch64,
}

impl Architecture {
    /// From what an engine (`x86_64`), an image (`amd64`) or a Node object calls it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "x86_64" | "amd64" => Some(Self::X86_64),
            "aarch64" | "arm64" => Some(Self::Aarch64),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }
}

/// The program for an architecture, where one was built in.
pub fn binary(architecture: Architecture) -> Option<&'static [u8]> {
    EMBEDDED
        .iter()
        .find(|(name, _)| *name == architecture.name())
        .map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_embedded_for_the_machine_that_builds_and_stays_small() {
        let here = Architecture::from_name(std::env::consts::ARCH).unwrap();
        let bytes = binary(here).unwrap();
        assert_eq!(&bytes[..4], b"\x7fELF");
        // A ConfigMap carries at most 1 MiB, in base64 when binary: 800 kB is the promise.
        assert!(bytes.len() < 800_000, "{} bytes", bytes.len());
    }

    #[test]
    fn it_needs_no_loader_and_no_library() {
        let bytes = binary(Architecture::from_name(std::env::consts::ARCH).unwrap()).unwrap();
        let number = |at: usize, length: usize| {
            bytes[at..at + length]
                .iter()
                .rev()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
        };
        // ELF64: e_phoff at 32, e_phentsize at 54, e_phnum at 56; p_type INTERP = 3, DYNAMIC = 2.
        let (offset, size, count) = (number(32, 8), number(54, 2), number(56, 2));
        let kinds: Vec<usize> = (0..count)
            .map(|index| number(offset + index * size, 4))
            .collect();
        assert!(!kinds.contains(&3), "an interpreter is named: {kinds:?}");
        assert!(!kinds.contains(&2), "it is linked dynamically: {kinds:?}");
    }
}
