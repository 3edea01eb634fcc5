//! The invariants of docs/ARCHITECTURE.md and the tests that hold them.

use super::{Tree, Violation};

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";

/// The words that introduce the name of a test.
const HELD_BY: &str = "Held by";

/// An invariant without a test is a wish.
pub(super) fn invariants_have_tests_of_the_same_name(tree: &Tree) -> Vec<Violation> {
    let Some(text) = tree.files.get(ARCHITECTURE) else {
        return vec![Violation::new(ARCHITECTURE, 1, "is not there", "the invariants and their tests")];
    };
    let names = held_by(text);
    if names.is_empty() {
        return vec![Violation::new(ARCHITECTURE, 1, "names no test", "\"Held by `name_of_the_test`.\"")];
    }
    let mut violations = unheld(text);
    for (line, name) in names {
        let ours = |path: &str| path.starts_with("crates/") || path.starts_with("xtask/");
        if !tree.rust(ours).any(|(_, text)| has_test(text, name)) {
            let what = format!("no test is called {name}");
            violations.push(Violation::new(ARCHITECTURE, line, what, format!("#[test] fn {name}()")));
        }
    }
    violations
}

/// The test names in backticks in a sentence that begins with "Held by".
fn held_by(text: &str) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for sentence in line.split(HELD_BY).skip(1) {
            let sentence = sentence.split(". ").next().unwrap_or_default();
            let quoted = sentence.split('`').skip(1).step_by(2);
            names.extend(quoted.filter(|name| is_snake_case(name)).map(|name| (index + 1, name)));
        }
    }
    names
}

fn is_snake_case(name: &str) -> bool {
    name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The invariants that name no test: list items, or sub-sections where there are some, under a heading that
/// speaks of invariants.
fn unheld(text: &str) -> Vec<Violation> {
    let level = |line: &str| line.bytes().take_while(|&byte| byte == b'#').count();
    let lines: Vec<&str> = text.lines().collect();
    let Some(start) = lines.iter().position(|line| level(line) > 0 && line.contains("nvariants")) else {
        return Vec::new();
    };
    let depth = level(lines[start]);
    let section = &lines[start + 1..];
    let end = section.iter().position(|line| (1..=depth).contains(&level(line))).unwrap_or(section.len());
    let section = &section[..end];
    let by_heading = section.iter().any(|line| level(line) > 0);
    let begins = |line: &str| if by_heading { level(line) > 0 } else { line.starts_with("- ") };

    let starts: Vec<usize> = (0..section.len()).filter(|&index| begins(section[index])).collect();
    let ends = starts.iter().skip(1).copied().chain([section.len()]);
    starts
        .iter()
        .zip(ends)
        .filter(|&(&from, to)| !section[from..to].iter().any(|line| line.contains(HELD_BY)))
        .map(|(&from, _)| {
            let expected = format!("\"{HELD_BY} `name_of_the_test`.\"");
            Violation::new(ARCHITECTURE, start + from + 2, "an invariant that no test holds", expected)
        })
        .collect()
}

/// Whether the text defines `fn name` with `#[test]` among the attributes above it.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let defines = |line: &str| {
        line.strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    };
    lines.iter().enumerate().filter(|(_, line)| defines(line)).any(|(index, _)| {
        let above = lines[..index].iter().rev();
        above
            .take_while(|line| line.starts_with('#') || line.starts_with("//"))
            .any(|line| *line == "#[test]")
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, lines, tree};
    use super::*;

    const TESTS: &str =
        "//! X.\n#[test]\n// Why.\n#[cfg(unix)]\nfn the_sky_is_blue() {}\n\nfn not_a_test() {}\n";

    #[test]
    fn invariants_have_tests_of_the_same_name() {
        assert_holds(super::invariants_have_tests_of_the_same_name);
    }

    #[test]
    fn a_held_invariant_passes() {
        let text =
            "# Invariants\n\n- **The sky is blue.**\n  Held by `the_sky_is_blue` in `tests/it`. See `a_b`.\n";
        let good = tree(&[(ARCHITECTURE, text), ("crates/po-core/tests/it/main.rs", TESTS)]);
        assert_eq!(lines(&super::invariants_have_tests_of_the_same_name(&good)), [""; 0]);
    }

    #[test]
    fn a_test_that_is_not_there_is_named() {
        let text = "Held by `the_sky_is_blue` and `not_a_test`.\n\nHeld by `the_sky`.\n";
        let bad = tree(&[(ARCHITECTURE, text), ("crates/po-core/src/sky.rs", TESTS)]);
        assert_eq!(
            lines(&super::invariants_have_tests_of_the_same_name(&bad)),
            [
                "docs/ARCHITECTURE.md:1: no test is called not_a_test; expected #[test] fn not_a_test()",
                "docs/ARCHITECTURE.md:3: no test is called the_sky; expected #[test] fn the_sky()",
            ]
        );
    }

    #[test]
    fn an_invariant_must_name_its_test() {
        let items = "## Invariants\n\n- One.\n  Held by `the_sky_is_blue`.\n- Two.\n\n## Else\n\n- Three.\n";
        assert_eq!(
            lines(&unheld(items)),
            [
                "docs/ARCHITECTURE.md:5: an invariant that no test holds; expected \"Held by `name_of_the_test`.\""
            ]
        );
        let headings = "## Invariants\n\n- A list.\n\n### One\n\nHeld by `a_b`.\n\n### Two\n\nWords.\n";
        assert_eq!(unheld(headings).iter().map(|violation| violation.line).collect::<Vec<_>>(), [9]);
        assert!(unheld("# Else\n\n- One.\n").is_empty());
    }

    #[test]
    fn the_document_must_be_there_and_name_tests() {
        let missing = lines(&super::invariants_have_tests_of_the_same_name(&tree(&[])));
        assert_eq!(
            missing,
            ["docs/ARCHITECTURE.md:1: is not there; expected the invariants and their tests"]
        );
        let silent =
            lines(&super::invariants_have_tests_of_the_same_name(&tree(&[(ARCHITECTURE, "# Words\n")])));
        assert_eq!(silent.len(), 1);
    }
}
