use serde_json::{Value, json};

use super::Request;
use super::json::texts;

/// What stands in place of a secret.
const MASK: &str = "REDACTED";

/// Parts of names whose values are not for a ticket.
const SECRET: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "private_key",
    "credential",
    "auth",
];

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET.iter().any(|part| name.contains(part))
        || name.ends_with("_key")
        || name.ends_with("-key")
        || name == "key"
}

/// Masks values of environment, labels, log options and arguments whose names look secret, and
/// passwords inside URLs. Returns how many.
pub fn redact(request: &mut Request) -> usize {
    let mut count = 0;
    for key in ["Env", "Cmd", "Entrypoint"] {
        if let Some(Value::Array(list)) = request.config.get_mut(key) {
            let words: Vec<String> = texts(&Value::Array(list.clone()))
                .into_iter()
                .map(str::to_owned)
                .collect();
            let masked = mask_words(&words, &mut count);
            *list = masked.into_iter().map(|word| json!(word)).collect();
        }
    }
    mask_map(request.config.get_mut("Labels"), &mut count);
    mask_map(request.host_config.get_mut("Annotations"), &mut count);
    let log = request.host_config.get_mut("LogConfig");
    mask_map(log.and_then(|log| log.get_mut("Config")), &mut count);
    count
}

fn mask_map(map: Option<&mut Value>, count: &mut usize) {
    let Some(map) = map.and_then(Value::as_object_mut) else {
        return;
    };
    for (name, value) in map.iter_mut() {
        let text = value.as_str().unwrap_or_default();
        let masked = if is_secret(name) && !text.is_empty() {
            MASK.to_owned()
        } else {
            mask_url(text)
        };
        if masked != text {
            *count += 1;
            *value = json!(masked);
        }
    }
}

fn mask_words(words: &[String], count: &mut usize) -> Vec<String> {
    let mut masked = Vec::with_capacity(words.len());
    let mut next_is_secret = false;
    for word in words {
        let new = match word.split_once('=') {
            _ if next_is_secret && !word.starts_with('-') => MASK.to_owned(),
            Some((name, value)) if is_secret(name) && !value.is_empty() => format!("{name}={MASK}"),
            _ => mask_url(word),
        };
        next_is_secret = word.starts_with('-') && !word.contains('=') && is_secret(word);
        *count += usize::from(new != *word);
        masked.push(new);
    }
    masked
}

/// `scheme://user:password@host` with the password masked.
fn mask_url(text: &str) -> String {
    let Some((before, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else {
        return text.to_owned();
    };
    let Some((name, _)) = user.split_once(':') else {
        return text.to_owned();
    };
    let tail = rest.get(user.len()..).unwrap_or_default();
    format!("{before}://{name}:{MASK}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_counted() {
        let mut request = Request::default();
        let config = json!({
            "Env": ["DB_PASSWORD=hunter2", "A=1", "URL=postgres://me:hunter2@db/x", "EMPTY_TOKEN="],
            "Cmd": ["--token", "hunter2", "--api-key=hunter2", "--port", "1"],
            "Labels": {"app.secret": "hunter2", "b": "c"},
        });
        request.config = config.as_object().cloned().unwrap_or_default();
        assert_eq!(redact(&mut request), 5);
        let text = Value::Object(request.config).to_string();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("postgres://me:REDACTED@db/x") && text.contains("A=1"));
    }
}
