//! Words of a text by the rules of the Penn Treebank, with the reference's own table of punctuation.
//!
//! The rules are rewritings of the whole text, one after the other: each puts blanks around what is a word of its own. At
//! the end the text is split at blanks, and the words are found again in the original. Each rule is one pass, so the time
//! is linear in the length of the text whatever it holds.

/// Where the words of a text are: begin and end in code points. `None` when the rules changed the text so that a word is
/// no longer found in it (two grave accents that stand for a quote).
pub(super) fn words(text: &[char]) -> Option<Vec<(usize, usize)>> {
    let rewritten = rewritten(text);
    let mut quotes = original_quotes(text).into_iter();
    let quoted = quotes.len() > 0;
    let mut at = 0;
    let mut words = Vec::new();
    for word in rewritten.split(|c| is_space(*c)).filter(|word| !word.is_empty()) {
        let is_quote = matches!(word, ['"'] | ['`', '`'] | ['\'', '\'']);
        let word = if quoted && is_quote { quotes.next()? } else { word };
        let begin = at + text.get(at..)?.windows(word.len()).position(|part| part == word)?;
        at = begin + word.len();
        words.push((begin, at));
    }
    Some(words)
}

/// Words between blanks.
pub(super) fn split_at_blanks(text: &[char]) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut begin = None;
    for (at, character) in text.iter().chain([&' ']).enumerate() {
        match (is_space(*character), begin) {
            (true, Some(start)) => {
                words.push((start, at));
                begin = None;
            }
            (false, None) => begin = Some(at),
            _ => {}
        }
    }
    words
}

/// What Python calls a space: the separators of files, groups, records and units too.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// The quotes of the text, in their order, if it has double ones.
fn original_quotes(text: &[char]) -> Vec<&[char]> {
    let mut quotes = Vec::new();
    let mut double = false;
    let mut at = 0;
    while at < text.len() {
        let length = match text[at..] {
            ['`', '`', ..] => 2,
            ['\'', '\'', ..] => {
                double = true;
                2
            }
            ['"', ..] => {
                double = true;
                1
            }
            _ => {
                at += 1;
                continue;
            }
        };
        quotes.push(&text[at..at + length]);
        at += length;
    }
    if double { quotes } else { Vec::new() }
}

fn rewritten(text: &[char]) -> Vec<char> {
    let mut text = opening_quotes(text);
    text = punctuation(&text);
    text = rewrite(&text, |rest, _| match rest {
        ['[' | ']' | '(' | ')' | '{' | '}' | '<' | '>', ..] => Some((1, padded(&rest[..1]))),
        _ => None,
    });
    text = rewrite(&text, |rest, _| match rest {
        ['-', '-', ..] => Some((2, padded(&rest[..2]))),
        _ => None,
    });
    text.insert(0, ' ');
    text.push(' ');
    contractions(&closing_quotes(&text))
}

fn opening_quotes(text: &[char]) -> Vec<char> {
    let text = match text {
        ['"', rest @ ..] => [&['`', '`'], rest].concat(),
        _ => text.to_vec(),
    };
    let text = rewrite(&text, |rest, _| match rest {
        ['`', '`', ..] => Some((2, padded(&['`', '`']))),
        _ => None,
    });
    rewrite(&text, |rest, _| {
        let length = match rest {
            [' ' | '(' | '[' | '{' | '<', '"', ..] => 2,
            [' ' | '(' | '[' | '{' | '<', '\'', '\'', ..] => 3,
            _ => return None,
        };
        Some((length, vec![rest[0], ' ', '`', '`', ' ']))
    })
}

fn punctuation(text: &[char]) -> Vec<char> {
    let mut text = rewrite(text, |rest, _| match rest {
        [mark @ (':' | ','), next, ..] if !is_digit(*next) => Some((2, vec![' ', *mark, ' ', *next])),
        _ => None,
    });
    // A colon or comma at the end, or before the line break that ends the text.
    let end = text.len() - usize::from(text.last() == Some(&'\n'));
    if let Some(mark @ (':' | ',')) = end.checked_sub(1).map(|at| text[at]) {
        text.splice(end - 1..end, [' ', mark, ' ']);
    }
    let text = rewrite(&text, |rest, _| match rest {
        ['.', '.', '.', ..] => Some((3, padded(&rest[..3]))),
        _ => None,
    });
    let text = rewrite(&text, |rest, _| match rest {
        [';' | '@' | '#' | '$' | '/' | '%' | '&', ..] => Some((1, padded(&rest[..1]))),
        _ => None,
    });
    let text = rewrite(&final_period(text), |rest, _| match rest {
        ['?' | '!', ..] => Some((1, padded(&rest[..1]))),
        _ => None,
    });
    rewrite(&text, |rest, _| match rest {
        [before, '\'', ' ', ..] if *before != '\'' => Some((3, vec![*before, ' ', '\'', ' '])),
        _ => None,
    })
}

/// The period that ends the text, perhaps followed by closing marks, is a word; others belong to their word.
fn final_period(mut text: Vec<char>) -> Vec<char> {
    let end = text.iter().rposition(|c| !is_space(*c)).map_or(0, |at| at + 1);
    let closing = |c: &char| [']', ')', '}', '>', '"', '\''].contains(c);
    let Some(period) = text[..end].iter().rposition(|c| !closing(c)) else {
        return text;
    };
    if period == 0 || text[period] != '.' || text[period - 1] == '.' {
        return text;
    }
    text.truncate(end);
    text.push(' ');
    text.insert(period, ' ');
    text
}

fn closing_quotes(text: &[char]) -> Vec<char> {
    let text = rewrite(text, |rest, _| match rest {
        ['\'', '\'', ..] => Some((2, padded(&['\'', '\'']))),
        _ => None,
    });
    let text = rewrite(&text, |rest, _| match rest {
        ['"', ..] => Some((1, padded(&['\'', '\'']))),
        _ => None,
    });
    let text = rewrite(&text, |rest, _| match rest {
        ['\'' | ' ', ..] => None,
        [before, '\'', end @ ('s' | 'S' | 'm' | 'M' | 'd' | 'D'), ' ', ..] => {
            Some((4, vec![*before, ' ', '\'', *end, ' ']))
        }
        [before, '\'', ' ', ..] => Some((3, vec![*before, ' ', '\'', ' '])),
        _ => None,
    });
    const ENDINGS: [[char; 3]; 8] = [
        ['\'', 'l', 'l'],
        ['\'', 'L', 'L'],
        ['\'', 'r', 'e'],
        ['\'', 'R', 'E'],
        ['\'', 'v', 'e'],
        ['\'', 'V', 'E'],
        ['n', '\'', 't'],
        ['N', '\'', 'T'],
    ];
    rewrite(&text, |rest, _| match rest {
        ['\'' | ' ', ..] => None,
        [before, a, b, c, ' ', ..] if ENDINGS.contains(&[*a, *b, *c]) => Some((5, vec![*before, ' ', *a, *b, *c, ' '])),
        _ => None,
    })
}

/// Two words that are written as one.
fn contractions(text: &[char]) -> Vec<char> {
    const JOINED: [(&str, &str); 8] = [
        ("can", "not"),
        ("d", "'ye"),
        ("gim", "me"),
        ("gon", "na"),
        ("got", "ta"),
        ("lem", "me"),
        ("more", "'n"),
        ("wan", "na"),
    ];
    let mut text = text.to_vec();
    for (first, second) in JOINED {
        text = rewrite(&text, |rest, before| {
            let end = spelled(rest, first, second)?;
            let next = rest.get(end);
            let ends = if first == "wan" {
                next.is_some_and(|c| is_space(*c))
            } else {
                !next.is_some_and(is_word)
            };
            (ends && !before.is_some_and(|c| is_word(&c))).then(|| (end, split(rest, first.len(), end)))
        });
    }
    for second in ["is", "was"] {
        text = rewrite(&text, |rest, _| {
            let [' ', rest @ ..] = rest else { return None };
            let end = spelled(rest, "'t", second)?;
            (!rest.get(end).is_some_and(is_word)).then(|| (end + 1, split(rest, 2, end)))
        });
    }
    text
}

/// Where the two words end, if the text begins with them in any case.
fn spelled(text: &[char], first: &str, second: &str) -> Option<usize> {
    let mut end = 0;
    for wanted in first.chars().chain(second.chars()) {
        let same = match text.get(end)? {
            // What ignoring case makes the same in Unicode.
            'ſ' => wanted == 's',
            'ı' | 'İ' => wanted == 'i',
            other => other.eq_ignore_ascii_case(&wanted),
        };
        if !same {
            return None;
        }
        end += 1;
    }
    Some(end)
}

fn split(text: &[char], at: usize, end: usize) -> Vec<char> {
    [&[' '], &text[..at], &[' '], &text[at..end], &[' ']].concat()
}

fn is_word(character: &char) -> bool {
    character.is_alphanumeric() || *character == '_'
}

fn padded(part: &[char]) -> Vec<char> {
    [&[' '], part, &[' ']].concat()
}

/// One pass: the rule sees what is left and the character before it, and says how many characters become which others.
fn rewrite(text: &[char], rule: impl Fn(&[char], Option<char>) -> Option<(usize, Vec<char>)>) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut at = 0;
    while at < text.len() {
        let before = at.checked_sub(1).map(|before| text[before]);
        match rule(&text[at..], before) {
            Some((length, replacement)) => {
                out.extend(replacement);
                at += length;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

/// Decimal digits of all scripts (Unicode's Nd), which come in tens.
fn is_digit(character: char) -> bool {
    const ZEROS: [u32; 66] = [
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
        0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
        0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
        0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
        0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
    ];
    let code = u32::from(character);
    let begin = ZEROS.partition_point(|zero| *zero <= code);
    begin > 0 && code < ZEROS[begin - 1] + 10
}

#[cfg(test)]
mod tests {
    use super::{split_at_blanks, words};

    fn split(text: &str) -> Vec<String> {
        let text: Vec<char> = text.chars().collect();
        words(&text)
            .expect("words")
            .into_iter()
            .map(|(begin, end)| text[begin..end].iter().collect())
            .collect()
    }

    #[test]
    fn a_sentence_is_split_as_the_treebank_does() {
        assert_eq!(
            split("\"I can't,\" said Dr. O'Hara's (3,36) dog: cannot... pay 50% -- gonna?"),
            [
                "\"", "I", "ca", "n't", ",", "\"", "said", "Dr.", "O'Hara", "'s", "(", "3,36", ")", "dog", ":", "can",
                "not", "...", "pay", "50", "%", "--", "gon", "na", "?"
            ]
        );
        assert_eq!(split("The end.)"), ["The", "end", ".", ")"]);
        assert!(split(" \n\u{2028}").is_empty());
    }

    #[test]
    fn text_that_the_rules_spoil_is_told_apart() {
        let text: Vec<char> = "\" x".chars().collect();
        assert_eq!(words(&text), Some(vec![(0, 1), (2, 3)]));
        let text: Vec<char> = "a  bc ".chars().collect();
        assert_eq!(split_at_blanks(&text), [(0, 1), (3, 5)]);
    }

    proptest::proptest! {
        #[test]
        fn words_never_overlap_and_hold_no_blanks(text in "[a-z'\"`.,:;() \n\u{e9}\u{1f600}0-9-]{0,60}") {
            let text: Vec<char> = text.chars().collect();
            let mut last = 0;
            for (begin, end) in words(&text).unwrap_or_else(|| split_at_blanks(&text)) {
                proptest::prop_assert!(last <= begin && begin < end && end <= text.len());
                proptest::prop_assert!(!text[begin..end].iter().any(|c| super::is_space(*c)));
                last = end;
            }
        }
    }
}
