// SPDX-License-Identifier: Apache-2.0
/// The shells there are scripts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// bash 4 or newer.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell 5.1 or newer.
    Powershell,
}

impl Shell {
    /// All of them, with the ending of their scripts' file names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Bash, "bash"),
        (Self::Zsh, "zsh"),
        (Self::Fish, "fish"),
        (Self::Powershell, "ps1"),
    ];
}

/// The script that makes a shell ask `program` when it is called by its file name. It never
/// touches kubectl's own completion, which asks by itself.
pub fn script(shell: Shell, program: &str) -> String {
    let template = match shell {
        Shell::Bash => include_str!("scripts/bash"),
        Shell::Zsh => include_str!("scripts/zsh"),
        Shell::Fish => include_str!("scripts/fish"),
        Shell::Powershell => include_str!("scripts/powershell"),
    };
    let function = program.replace('-', "_");
    template
        .replace("PROGRAM", program)
        .replace("FUNCTION", &format!("_{function}"))
}

/// The executable that kubectl asks for the completion of a plugin, for places where it cannot be
/// a link to the plugin itself (an archive that krew unpacks). It is named
/// `kubectl_complete-` and what follows `kubectl-` in the plugin's file name.
pub fn helper(plugin: &str) -> String {
    include_str!("scripts/helper").replace("PLUGIN", plugin)
}
