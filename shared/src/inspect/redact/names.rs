// SPDX-License-Identifier: Apache-2.0
/// Parts of names whose values are not for others.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "privatekey",
    "private_key",
    "credential",
    "bearer",
    "jwt",
];

/// The same as whole words of a name: inside others they mean nothing (`author`, `compass`).
const SECRET_WORDS: &[&str] = &["pass", "auth", "authorization", "cookie", "cred", "creds"];

/// Last words of names whose values only say where something is.
const PLACES: &[&str] = &["file", "path", "dir", "folder"];

/// Whether a name says that its value is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let last = words.last().copied().unwrap_or_default();
    // The shell's own variables.
    if PLACES.contains(&last) || matches!(name.as_str(), "pwd" | "oldpwd") {
        return false;
    }
    SECRET.iter().any(|part| name.contains(part))
        || words.iter().any(|word| SECRET_WORDS.contains(word))
        || last == "key"
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names_tell_secrets() {
        for name in [
            "DB_PASSWORD",
            "--api-key",
            "MYSQL_PASS",
            "SSH_KEY",
            "Authorization",
            "app.secret",
            "dbPassword",
            "HTTP_AUTH",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "PATH",
            "org.opencontainers.image.authors",
            "--key-file",
            "TOKEN_FILE",
            "PWD",
            "COMPASS",
            "KEYBOARD",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
