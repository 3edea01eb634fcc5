//! Telling code from comments and from strings in a Rust file, without parsing it.

/// What a byte of a Rust file belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    Code,
    Comment,
    /// A string or character literal, its quotes included.
    Literal,
}

/// The text with everything but `keep` blanked: as many lines, and each as long.
pub(super) fn only(text: &str, keep: &[Part]) -> String {
    let mut kept = String::with_capacity(text.len());
    for (part, piece) in pieces(text) {
        if keep.contains(&part) {
            kept.push_str(piece);
        } else {
            kept.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
    }
    kept
}

/// The code alone.
pub(super) fn code(text: &str) -> String {
    only(text, &[Part::Code])
}

/// The identifiers and keywords of a text, with their lines, counted from one.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .map(move |word| (index + 1, word))
    })
}

/// Cuts the text where code, comments and literals meet.
fn pieces(text: &str) -> Vec<(Part, &str)> {
    let mut pieces = Vec::new();
    let mut code_from = 0;
    let mut at = 0;
    while at < text.len() {
        match token(text, at) {
            Some((part, end)) => {
                pieces.push((Part::Code, &text[code_from..at]));
                pieces.push((part, &text[at..end]));
                code_from = end;
                at = end;
            }
            None => at += word_or_char(&text[at..]),
        }
    }
    pieces.push((Part::Code, &text[code_from..]));
    pieces
}

/// The comment or literal that begins at `at`, and its end.
fn token(text: &str, at: usize) -> Option<(Part, usize)> {
    let rest = &text[at..];
    if rest.starts_with("//") {
        return Some((Part::Comment, at + rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Some((Part::Comment, at + block_comment(rest)));
    }
    if rest.starts_with('\'') {
        return character(rest).map(|length| (Part::Literal, at + length));
    }
    // r"…", r#"…"#, b"…", br"…", c"…": the prefix belongs to the literal.
    let prefix = rest.find(|c| !matches!(c, 'r' | 'b' | 'c')).filter(|&length| length <= 2)?;
    let hashes = rest[prefix..].bytes().take_while(|&byte| byte == b'#').count();
    let raw = rest[..prefix].contains('r');
    if !rest[prefix + hashes..].starts_with('"') || (hashes > 0 && !raw) {
        return None;
    }
    let open = prefix + hashes + 1;
    let length = if raw { raw_string(rest, open, hashes) } else { string(rest, open) };
    Some((Part::Literal, at + length))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += char_length(&rest[at..]);
        }
    }
    rest.len()
}

/// The length of a character literal; none where the quote begins a lifetime.
fn character(rest: &str) -> Option<usize> {
    let inside = &rest[1..];
    if inside.starts_with('\\') {
        // The escaped character may itself be a quote.
        return inside.get(2..).and_then(|tail| tail.find('\'')).map(|close| close + 4);
    }
    let length = char_length(inside);
    inside[length..].starts_with('\'').then_some(length + 2)
}

fn string(rest: &str, open: usize) -> usize {
    let mut escaped = false;
    for (index, c) in rest[open..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return open + index + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_string(rest: &str, open: usize, hashes: usize) -> usize {
    let close = format!("\"{}", "#".repeat(hashes));
    rest[open..].find(&close).map_or(rest.len(), |index| open + index + close.len())
}

/// A whole word at once, so that the `r` at the end of a name is not taken for the prefix of a string.
fn word_or_char(rest: &str) -> usize {
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if word > 0 { word } else { char_length(rest) }
}

fn char_length(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_not_code() {
        assert_eq!(code("a // b\nc /* d /* e */ f */ g"), "a     \nc                   g");
        assert_eq!(only("a // b", &[Part::Comment]), "  // b");
    }

    #[test]
    fn strings_are_not_code() {
        assert_eq!(code(r#"f("a // \" b", c)"#), "f(           , c)");
        assert_eq!(code(r###"f(r#"a " b"#, br"c", b"d")"###), "f(          ,      ,     )");
        assert_eq!(only(r#"f("é")"#, &[Part::Literal]), r#"  "é" "#);
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(code("f('\"', 'x', '\\'', '\\u{1F600}', 'é')"), "f(   ,    ,     ,            ,    )");
        assert_eq!(code("fn f<'a>(x: &'a str) -> &'static str"), "fn f<'a>(x: &'a str) -> &'static str");
    }

    #[test]
    fn the_end_of_a_name_is_not_the_prefix_of_a_string() {
        assert_eq!(code("r#type r#\"x\"# bar\"x\""), "r#type        bar   ");
    }

    #[test]
    fn what_is_not_closed_runs_to_the_end() {
        for text in ["a \"b", "a /* b", "a r#\"b", "a '\\"] {
            assert_eq!(code(text).len(), text.len(), "{text}");
        }
    }

    #[test]
    fn words_know_their_lines() {
        let text = "use a_b::c;\n\nfn d() {}";
        assert_eq!(words(text).collect::<Vec<_>>(), [(1, "use"), (1, "a_b"), (1, "c"), (3, "fn"), (3, "d")]);
    }
}
