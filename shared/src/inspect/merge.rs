// SPDX-License-Identifier: Apache-2.0

//! The engine's merge of what the user asks for with what the image gives (moby
//! `daemon/commit.go`, `merge`), undone: from the result back to what was asked for.

use serde_json::Value;

/// What a client sends for entrypoint and command; `None` is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) cmd: Option<Vec<String>>,
}

/// A JSON list of strings; null and anything else are `None`.
pub(super) fn strings(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array()?;
    Some(
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}

fn is_none_or_empty(list: &Option<Vec<String>>) -> bool {
    list.as_ref().is_none_or(Vec::is_empty)
}

/// What the engine stores for `asked` on an image.
fn merged(asked: &Words, image: &Words) -> Words {
    let mut result = asked.clone();
    if is_none_or_empty(&result.entrypoint) {
        if is_none_or_empty(&result.cmd) {
            result.cmd.clone_from(&image.cmd);
        }
        if result.entrypoint.is_none() {
            result.entrypoint.clone_from(&image.entrypoint);
        }
    }
    if result.entrypoint.as_deref() == Some(&[String::new()]) {
        result.entrypoint = None;
    }
    result
}

/// The least that must be asked for to get `result` on `image`.
/// `Err` with the nearest where nothing gives exactly that.
pub(super) fn words_asked_for(result: &Words, image: &Words) -> Result<Words, Words> {
    let reset = Some(vec![String::new()]);
    let given = if is_none_or_empty(&result.entrypoint) {
        reset
    } else {
        result.entrypoint.clone()
    };
    let candidates = [
        Words {
            entrypoint: None,
            cmd: None,
        },
        Words {
            entrypoint: None,
            cmd: result.cmd.clone(),
        },
        Words {
            entrypoint: given.clone(),
            cmd: None,
        },
        Words {
            entrypoint: given.clone(),
            cmd: result.cmd.clone(),
        },
    ];
    if let Some(exact) = candidates
        .iter()
        .find(|asked| merged(asked, image) == *result)
    {
        return Ok(exact.clone());
    }
    // A list that is empty and none at all run the same.
    let same = |a: &Words, b: &Words| {
        let eq = |x: &Option<Vec<String>>, y: &Option<Vec<String>>| {
            x == y || (is_none_or_empty(x) && is_none_or_empty(y))
        };
        eq(&a.entrypoint, &b.entrypoint) && eq(&a.cmd, &b.cmd)
    };
    match candidates
        .iter()
        .find(|asked| same(&merged(asked, image), result))
    {
        Some(same) => Ok(same.clone()),
        None => Err(Words {
            entrypoint: given,
            cmd: result.cmd.clone(),
        }),
    }
}

fn key(entry: &str) -> &str {
    entry.split_once('=').map_or(entry, |(key, _)| key)
}

/// The user's part of an environment: the shortest beginning of `result` that the engine
/// completes from `image` to `result`. The second list has the image's variables that the
/// container does not have and that nothing can take away.
pub(super) fn env_asked_for(result: &[String], image: &[String]) -> (Vec<String>, Vec<String>) {
    let complete = |asked: &[String]| -> Vec<String> {
        let inherited = image
            .iter()
            .filter(|entry| !asked.iter().any(|own| key(own) == key(entry)));
        asked.iter().chain(inherited).cloned().collect()
    };
    for length in 0..=result.len() {
        let Some(asked) = result.get(..length) else {
            break;
        };
        if complete(asked) == result {
            return (asked.to_vec(), Vec::new());
        }
    }
    let extra = image
        .iter()
        .filter(|entry| !result.iter().any(|own| key(own) == key(entry)));
    (result.to_vec(), extra.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Option<Vec<String>> {
        Some(words.iter().map(|word| (*word).to_owned()).collect())
    }

    fn ask(
        image: (Option<Vec<String>>, Option<Vec<String>>),
        result: (Option<Vec<String>>, Option<Vec<String>>),
    ) -> Result<Words, Words> {
        words_asked_for(
            &Words {
                entrypoint: result.0,
                cmd: result.1,
            },
            &Words {
                entrypoint: image.0,
                cmd: image.1,
            },
        )
    }

    #[test]
    fn only_what_the_image_does_not_give_is_asked_for() {
        let image = || (list(&["/e"]), list(&["c"]));
        let asked = |entrypoint, cmd| Ok(Words { entrypoint, cmd });
        assert_eq!(
            ask(image(), (list(&["/e"]), list(&["c"]))),
            asked(None, None)
        );
        assert_eq!(
            ask(image(), (list(&["/e"]), list(&["d"]))),
            asked(None, list(&["d"]))
        );
        // The image's own entrypoint, asked for, drops the image's command.
        assert_eq!(
            ask(image(), (list(&["/e"]), None)),
            asked(list(&["/e"]), None)
        );
        assert_eq!(
            ask(image(), (None, list(&["c"]))),
            asked(list(&[""]), list(&["c"]))
        );
        assert_eq!(
            ask((None, None), (None, list(&["x"]))),
            asked(None, list(&["x"]))
        );
        assert_eq!(
            ask(image(), (list(&["/f", "g"]), None)),
            asked(list(&["/f", "g"]), None)
        );
    }

    #[test]
    fn inherited_variables_are_left_out_also_among_equal_ones() {
        let own = |words: &[&str]| list(words).unwrap_or_default();
        let image = own(&["PATH=/bin", "A=1"]);
        let env = |result: &[&str]| env_asked_for(&own(result), &image);
        assert_eq!(env(&["PATH=/bin", "A=1"]), (vec![], vec![]));
        assert_eq!(env(&["B=2", "PATH=/bin", "A=1"]), (own(&["B=2"]), vec![]));
        assert_eq!(env(&["A=1", "PATH=/bin"]), (own(&["A=1"]), vec![]));
        assert_eq!(env(&["A", "PATH=/bin"]), (own(&["A"]), vec![]));
        assert_eq!(env(&["A=1"]), (own(&["A=1"]), own(&["PATH=/bin"])));
    }
}
