/// The shells there are scripts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// bash 4 or newer.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
}

/// The script that makes a shell ask `program` when it is called by its file name. It never
/// touches kubectl's own completion, which asks by itself.
pub fn script(shell: Shell, program: &str) -> String {
    let template = match shell {
        Shell::Bash => include_str!("scripts/bash"),
        Shell::Zsh => include_str!("scripts/zsh"),
        Shell::Fish => include_str!("scripts/fish"),
    };
    let function = program.replace('-', "_");
    template
        .replace("PROGRAM", program)
        .replace("FUNCTION", &format!("_{function}"))
}
