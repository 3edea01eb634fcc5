//! The sections of a doc comment.

use super::{Tree, Violation, in_crate};

/// The headings a doc comment may have, in the order in which it has them.
const SECTIONS: &[&str] = &["Shapes and units", "Errors", "Panics", "Cost", "Examples", "Source", "Settings"];

/// Who has read the docs of one item finds their way in all.
pub(super) fn public_names_have_fixed_doc_sections(tree: &Tree) -> Vec<Violation> {
    tree.rust(|path| in_crate(path).is_some_and(|(_, inside)| inside.starts_with("src/")))
        .flat_map(|(path, text)| sections_of(path, text))
        .collect()
}

fn sections_of(path: &str, text: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut fenced = false;
    let mut last: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let Some(doc) = line.strip_prefix("///").filter(|doc| !doc.starts_with('/')) else {
            // An attribute may stand between two lines of one comment.
            if !line.starts_with('#') {
                (fenced, last) = (false, None);
            }
            continue;
        };
        let doc = doc.trim();
        if doc.starts_with("```") || doc.starts_with("~~~") {
            fenced = !fenced;
        }
        let Some(heading) = doc.strip_prefix("# ").filter(|_| !fenced) else { continue };
        match (SECTIONS.iter().position(|section| *section == heading), last) {
            (None, _) => {
                let what = format!("section `{heading}`");
                violations.push(Violation::new(
                    path,
                    index + 1,
                    what,
                    format!("one of {}", SECTIONS.join(", ")),
                ));
            }
            (Some(place), Some(before)) if place <= before => {
                let what = format!("section `{heading}` after `{}`", SECTIONS[before]);
                violations.push(Violation::new(
                    path,
                    index + 1,
                    what,
                    format!("the order {}", SECTIONS.join(", ")),
                ));
            }
            (place, _) => last = place,
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, lines};
    use super::*;

    #[test]
    fn public_names_have_fixed_doc_sections() {
        assert_holds(super::public_names_have_fixed_doc_sections);
    }

    #[test]
    fn fixed_sections_in_order_pass() {
        let good = "//! # Any heading\n\n/// One.\n///\n/// # Errors\n/// Never.\n/// # Examples\n/// ```\n/// # use a::b;\n/// ```\nfn f() {}\n\n/// Two.\n/// # Shapes and units\n/// #Not a heading\nfn g() {}\n";
        assert_eq!(lines(&sections_of("a.rs", good)), [""; 0]);
    }

    #[test]
    fn other_sections_and_other_orders_are_found() {
        let bad = "/// One.\n/// # Notes\n/// # Examples\n#[inline]\n/// # Errors\nfn f() {}\n/// # Cost\n/// # Cost\nfn g() {}";
        let order = "Shapes and units, Errors, Panics, Cost, Examples, Source, Settings";
        assert_eq!(
            lines(&sections_of("a.rs", bad)),
            [
                format!("a.rs:2: section `Notes`; expected one of {order}"),
                format!("a.rs:5: section `Errors` after `Examples`; expected the order {order}"),
                format!("a.rs:8: section `Cost` after `Cost`; expected the order {order}"),
            ]
        );
    }
}
