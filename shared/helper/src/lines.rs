// SPDX-License-Identifier: Apache-2.0

use serde::Deserialize;

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Nothing is there.
    Absent,
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A device, socket or pipe.
    Other,
}

/// The facts of one path (`stat`, and each entry of `tree`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Stat {
    /// Path, as it was asked for.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Apparent size in bytes.
    #[serde(default)]
    pub size_bytes: u64,
    /// Bytes allocated.
    #[serde(default)]
    pub disk_bytes: u64,
    /// Permission bits.
    #[serde(default)]
    pub mode: u32,
    /// Owner.
    #[serde(default)]
    pub uid: u32,
    /// Group.
    #[serde(default)]
    pub gid: u32,
    /// Device number of its file system.
    #[serde(default)]
    pub device: u64,
    /// Inode number.
    #[serde(default)]
    pub inode: u64,
    /// Modification time, in seconds since 1970.
    #[serde(default)]
    pub modified_seconds: i64,
    /// Whether a mount begins here; `None` where the kernel (before 5.8) cannot tell.
    #[serde(default)]
    pub mount_point: Option<bool>,
}

/// One line of the helper.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "did", rename_all = "lowercase")]
pub enum Outcome {
    /// Its protocol and architecture.
    Version {
        /// Version of the lines.
        protocol: u64,
        /// Architecture that it was built for.
        architecture: String,
    },
    /// Facts of a path.
    Stat(Stat),
    /// An entry of a tree.
    Entry(Stat),
    /// The totals of a tree.
    Tree {
        /// The root.
        path: String,
        /// Number of entries below it.
        entries: u64,
        /// Sum of apparent sizes in bytes.
        size_bytes: u64,
        /// Sum of allocated bytes.
        disk_bytes: u64,
        /// Entries on other file systems, not entered.
        other_file_systems: u64,
    },
    /// Room on a file system.
    Space {
        /// The folder asked about.
        path: String,
        /// Bytes free for users other than root.
        free_bytes: u64,
        /// Size in bytes.
        total_bytes: u64,
        /// Free inodes; 0 also where the file system does not count them.
        free_inodes: u64,
        /// Whether it is mounted read-only.
        read_only: bool,
    },
    /// Creating, renaming and unlinking works in this folder.
    Probe {
        /// The folder.
        path: String,
    },
    /// The lock was free (and is held where holding was asked for).
    Lock {
        /// The file.
        path: String,
    },
    /// Renamed.
    Rename {
        /// Old path.
        from: String,
        /// New path.
        to: String,
    },
    /// Written.
    Write {
        /// The file.
        path: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Copied.
    Copy {
        /// Source.
        from: String,
        /// Target.
        to: String,
        /// Bytes of file content.
        bytes: u64,
    },
    /// A folder is there.
    Mkdir {
        /// The folder.
        path: String,
        /// Whether it was made now.
        made: bool,
    },
    /// A file of ours is gone.
    Release {
        /// The file.
        path: String,
        /// Whether it was there.
        was_there: bool,
    },
    /// A folder that was set aside is gone for good.
    #[serde(rename = "remove-aside")]
    RemoveAside {
        /// The folder.
        path: String,
    },
    /// A piece of a file.
    Part {
        /// The file.
        path: String,
        /// Bytes in hex.
        hex: String,
    },
    /// A file was read whole.
    Read {
        /// The file.
        path: String,
        /// Its size in bytes.
        bytes: u64,
        /// Whether it is not there.
        #[serde(default)]
        absent: bool,
    },
    /// The beginning of a folder's first file was read.
    Head {
        /// The folder.
        path: String,
        /// Bytes shown.
        bytes: u64,
        /// Whether there is no such file.
        #[serde(default)]
        absent: bool,
    },
    /// Bytes of stdin became a file.
    Receive {
        /// The file.
        path: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// It runs and waits to be killed.
    Wait {},
    /// The connection stands (said on stderr).
    Connect {
        /// The address.
        path: String,
    },
    /// A command failed.
    #[serde(skip)]
    Failed {
        /// The command.
        command: String,
        /// The path at fault.
        path: String,
        /// Which system call or part of the work.
        tried: String,
        /// The kernel's error number on the node.
        errno: i32,
        /// For `lock`: somebody else holds it.
        held_by_another: bool,
    },
    /// The command line was not understood: the helper is of another version.
    #[serde(skip)]
    Usage,
}

/// A line is not the helper's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the helper program printed a line that is not its own: {0:?}")]
pub struct NotALine(pub String);

#[derive(Deserialize)]
struct Envelope {
    did: String,
    ok: Option<bool>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    tried: String,
    #[serde(default)]
    errno: i32,
    #[serde(default)]
    held_by_another: bool,
}

/// Reads what the helper printed.
///
/// # Errors
/// A line that is not the helper's.
pub fn parse(text: &str) -> Result<Vec<Outcome>, NotALine> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(one)
        .collect()
}

fn one(line: &str) -> Result<Outcome, NotALine> {
    let bad = || NotALine(line.chars().take(200).collect());
    let envelope: Envelope = serde_json::from_str(line).map_err(|_| bad())?;
    if envelope.did == "usage" {
        return Ok(Outcome::Usage);
    }
    if envelope.ok == Some(false) {
        return Ok(Outcome::Failed {
            command: envelope.did,
            path: envelope.path.or(envelope.from).unwrap_or_default(),
            tried: envelope.tried,
            errno: envelope.errno,
            held_by_another: envelope.held_by_another,
        });
    }
    serde_json::from_str(line).map_err(|_| bad())
}

/// The content of the file `path` from the `part` lines of a `read`, or what `head` showed of the
/// folder `path`.
///
/// `None` where it was not read whole, or is not there.
pub fn read_content(outcomes: &[Outcome], path: &str) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Part { path: of, hex } if of == path => {
                let digits = hex.as_bytes();
                for pair in digits.chunks(2) {
                    let text = std::str::from_utf8(pair).ok()?;
                    content.push(u8::from_str_radix(text, 16).ok()?);
                }
            }
            Outcome::Read {
                path: of,
                bytes,
                absent: false,
            }
            | Outcome::Head {
                path: of,
                bytes,
                absent: false,
            } if of == path => {
                return (u64::try_from(content.len()) == Ok(*bytes)).then_some(content);
            }
            _ => {}
        }
    }
    None
}
