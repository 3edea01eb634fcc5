//! Who may depend on whom.

use std::collections::BTreeMap;

use cargo_metadata::DependencyKind;

use super::{Tree, Violation};
use crate::workspace::{Dependency, Package};

/// The layers, lowest first: a crate depends on crates of lower layers only.
const LAYERS: &[&[&str]] =
    &[&["po-core"], &["po-convex"], METHODS, &["po-engine"], &["po-backtest"], &["po-cli", "po-python"]];

/// The crates that hold one method each.
pub(crate) const METHODS: &[&str] = &[
    "po-attribution",
    "po-correlation",
    "po-factor",
    "po-hrp",
    "po-liquidity",
    "po-ml",
    "po-multi-objective",
    "po-regime",
    "po-risk-budget",
    "po-tail",
];

fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|crates| crates.contains(&name))
}

/// Each crate under crates/ with each of its dependencies.
fn edges(tree: &Tree) -> impl Iterator<Item = (&Package, &Dependency)> {
    tree.crates().flat_map(|package| package.dependencies.iter().map(move |dependency| (package, dependency)))
}

/// What two methods need moves down, or is passed in as a value; composition is the engine's.
pub(super) fn a_method_crate_never_depends_on_another_method_crate(tree: &Tree) -> Vec<Violation> {
    edges(tree)
        .filter(|(package, dependency)| is_method(&package.name) && is_method(&dependency.name))
        .map(|(package, dependency)| {
            Violation::new(
                &package.manifest,
                tree.line_of_key(&package.manifest, &dependency.name),
                format!("{} depends on {}, another method crate", package.name, dependency.name),
                "the shared part in po-core or po-convex, or passed in as a value",
            )
        })
        .collect()
}

/// Normal and build dependencies go down the layers; dev-dependencies on our own crates are by path and make no cycle.
pub(super) fn dependencies_point_one_way(tree: &Tree) -> Vec<Violation> {
    let mut violations: Vec<Violation> = tree.crates().filter_map(without_layer).collect();
    for (package, dependency) in edges(tree) {
        let what = wrong_direction(package, dependency).or_else(|| versioned_dev(dependency));
        violations.extend(what.map(|(what, expected)| {
            let line = tree.line_of_key(&package.manifest, &dependency.name);
            Violation::new(&package.manifest, line, what, expected)
        }));
    }
    violations.extend(cycle(&tree.packages));
    violations
}

fn without_layer(package: &Package) -> Option<Violation> {
    layer(&package.name).is_none().then(|| {
        let what = format!("{} has no layer", package.name);
        Violation::new(&package.manifest, 1, what, "its name in LAYERS of xtask/src/tidy/dependencies.rs")
    })
}

fn wrong_direction(package: &Package, dependency: &Dependency) -> Option<(String, String)> {
    let (upper, lower) = (layer(&package.name)?, layer(&dependency.name)?);
    // Two methods are the business of the rule above.
    let two_methods = is_method(&package.name) && is_method(&dependency.name);
    let against = dependency.kind != DependencyKind::Development && lower >= upper && !two_methods;
    against.then(|| {
        let what = format!("{} depends on {}", package.name, dependency.name);
        (what, "po-core <- po-convex <- methods <- po-engine <- po-backtest <- po-cli, po-python".to_owned())
    })
}

/// A version on a dev-dependency would make publishing wait for what is not published yet.
fn versioned_dev(dependency: &Dependency) -> Option<(String, String)> {
    let Dependency { name, kind, requirement, by_path } = dependency;
    (*kind == DependencyKind::Development && *by_path && requirement != "*").then(|| {
        let what = format!("the dev-dependency {name} asks for version {requirement}");
        (what, format!("{name} = {{ path = \"../{name}\" }}"))
    })
}

/// A cycle through dependencies of any kind, told once.
fn cycle(packages: &[Package]) -> Option<Violation> {
    let manifests: BTreeMap<&str, &str> =
        packages.iter().map(|package| (package.name.as_str(), package.manifest.as_str())).collect();
    let below: BTreeMap<&str, Vec<&str>> = packages
        .iter()
        .map(|package| {
            let ours = package.dependencies.iter().map(|dependency| dependency.name.as_str());
            (package.name.as_str(), ours.filter(|name| manifests.contains_key(name)).collect())
        })
        .collect();
    let mut done = Vec::new();
    let path = below.keys().find_map(|name| walk(name, &below, &mut Vec::new(), &mut done))?;
    let manifest = path.first().and_then(|first| manifests.get(first))?;
    Some(Violation::new(
        manifest,
        1,
        format!("{} is a cycle", path.join(" -> ")),
        "no cycle, dev edges included",
    ))
}

/// Goes down from `name` and returns the first way that comes back to itself.
fn walk<'a>(
    name: &'a str,
    below: &BTreeMap<&'a str, Vec<&'a str>>,
    way: &mut Vec<&'a str>,
    done: &mut Vec<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(start) = way.iter().position(|seen| *seen == name) {
        return Some(way[start..].iter().copied().chain([name]).collect());
    }
    if done.contains(&name) {
        return None;
    }
    way.push(name);
    let found = below.get(name)?.iter().find_map(|next| walk(next, below, way, done));
    way.pop();
    done.push(name);
    found
}

#[cfg(test)]
mod tests {
    use DependencyKind::{Development, Normal};

    use super::super::tests::{assert_holds, lines, package};
    use super::*;

    fn of(packages: Vec<Package>) -> Tree {
        Tree { packages, ..Tree::default() }
    }

    #[test]
    fn a_method_crate_never_depends_on_another_method_crate() {
        assert_holds(super::a_method_crate_never_depends_on_another_method_crate);
    }

    #[test]
    fn dependencies_point_one_way() {
        assert_holds(super::dependencies_point_one_way);
    }

    #[test]
    fn a_method_may_stand_on_the_core_only() {
        let good = of(vec![package("po-hrp", &[(Normal, "po-core", "^0.1"), (Normal, "kodama", "^0.3")])]);
        assert!(super::a_method_crate_never_depends_on_another_method_crate(&good).is_empty());
        assert!(super::dependencies_point_one_way(&good).is_empty());

        let bad = of(vec![package("po-tail", &[(Normal, "po-hrp", "^0.1")])]);
        let found = lines(&super::a_method_crate_never_depends_on_another_method_crate(&bad));
        assert_eq!(
            found,
            ["crates/po-tail/Cargo.toml:1: po-tail depends on po-hrp, another method crate; \
              expected the shared part in po-core or po-convex, or passed in as a value"]
        );
        assert!(super::dependencies_point_one_way(&bad).is_empty(), "told once");
    }

    #[test]
    fn the_core_does_not_know_the_engine() {
        let bad = of(vec![package("po-core", &[(Normal, "po-engine", "^0.1")])]);
        let found = lines(&super::dependencies_point_one_way(&bad));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("po-core depends on po-engine"), "{found:?}");
    }

    #[test]
    fn our_dev_dependencies_have_no_version() {
        let good = of(vec![package("po-hrp", &[(Development, "po-core", "*"), (Development, "toml", "^1")])]);
        assert!(super::dependencies_point_one_way(&good).is_empty());
        let bad = of(vec![package("po-hrp", &[(Development, "po-core", "^0.1.0")])]);
        let found = lines(&super::dependencies_point_one_way(&bad));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("the dev-dependency po-core asks for version ^0.1.0"), "{found:?}");
    }

    #[test]
    fn a_dev_dependency_closes_no_cycle() {
        let bad = of(vec![
            package("po-core", &[(Development, "po-hrp", "*")]),
            package("po-hrp", &[(Normal, "po-core", "^0.1")]),
        ]);
        let found = lines(&super::dependencies_point_one_way(&bad));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("po-core -> po-hrp -> po-core is a cycle"), "{found:?}");
    }

    #[test]
    fn a_new_crate_is_given_its_layer() {
        let found = lines(&super::dependencies_point_one_way(&of(vec![package("po-new", &[])])));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("po-new has no layer"), "{found:?}");
    }
}
