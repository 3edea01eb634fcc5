//! What cargo and git say about this workspace.

use std::env;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::shell::{CommandLine, Failure, Outcome};

/// A package of the workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The path of its Cargo.toml from the root.
    pub(crate) manifest: String,
    pub(crate) published: bool,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: Vec<String>,
    pub(crate) has_binary: bool,
}

/// One line of a `[dependencies]` table.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: DependencyKind,
    /// The version asked for; `*` where none is.
    pub(crate) requirement: String,
    pub(crate) by_path: bool,
}

/// The folder of the workspace's Cargo.toml.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable for what it runs; the compiled-in value serves a binary started by hand.
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or(xtask.clone(), Path::to_path_buf)
}

/// The packages of the workspace, by name.
pub(crate) fn packages() -> Outcome<Vec<Package>> {
    let root = root();
    let metadata = metadata()?;
    let relative = |path: &Path| {
        path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    };
    let mut packages: Vec<Package> = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            manifest: relative(package.manifest_path.as_std_path()),
            published: package.publish.as_ref().is_none_or(|registries| !registries.is_empty()),
            dependencies: package
                .dependencies
                .iter()
                .map(|dependency| Dependency {
                    name: dependency.name.clone(),
                    kind: dependency.kind,
                    requirement: dependency.req.to_string(),
                    by_path: dependency.path.is_some(),
                })
                .collect(),
            features: package.features.keys().cloned().collect(),
            has_binary: package.targets.iter().any(cargo_metadata::Target::is_bin),
        })
        .collect();
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> Outcome<PathBuf> {
    Ok(metadata()?.target_directory.into_std_path_buf())
}

fn metadata() -> Outcome<cargo_metadata::Metadata> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| Failure::Check(format!("cargo metadata failed: {error}")))
}

/// The files that git tracks or would track, from the root, with `/` between folders.
pub(crate) fn files() -> Outcome<Vec<String>> {
    let root = root();
    let git = CommandLine::new("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut files: Vec<String> = git
        .read()?
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// Whether something in the tree is not committed.
pub(crate) fn is_dirty() -> Outcome<bool> {
    Ok(!CommandLine::new("git", ["status", "--porcelain"]).read()?.is_empty())
}

/// The published packages, in the order of `packages`.
pub(crate) fn published(packages: &[Package]) -> impl Iterator<Item = &Package> {
    packages.iter().filter(|package| package.published)
}

/// `--exclude NAME` for each package that is not published.
pub(crate) fn exclusions(packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .filter(|package| !package.published)
        .flat_map(|package| ["--exclude".to_owned(), package.name.clone()])
        .collect()
}

/// Makes a verification build take our crates from the tree.
///
/// Without it cargo unpacks them once into its home folder and takes that copy, stale or not, every time after.
pub(crate) fn from_the_tree(packages: &[Package]) -> Vec<String> {
    published(packages)
        .filter(|package| !package.has_binary)
        .flat_map(|package| {
            let folder = package.manifest.trim_end_matches("/Cargo.toml");
            ["--config".to_owned(), format!("patch.crates-io.{}.path=\"{folder}\"", package.name)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_knows_its_packages() {
        let packages = packages().unwrap();
        let xtask = packages.iter().find(|package| package.name == "xtask").unwrap();
        assert_eq!(xtask.manifest, "xtask/Cargo.toml");
        assert!(!xtask.published);
        assert!(xtask.has_binary);
        assert!(xtask.dependencies.iter().any(|d| d.name == "clap" && d.kind == DependencyKind::Normal));
        assert!(published(&packages).any(|package| package.name == "po-core"));
        assert_eq!(exclusions(&packages), ["--exclude", "po-benches", "--exclude", "xtask"]);
        let patches = from_the_tree(&packages);
        assert!(
            patches.contains(&"patch.crates-io.po-core.path=\"crates/po-core\"".to_owned()),
            "{patches:?}"
        );
        assert!(!patches.iter().any(|patch| patch.contains("po-cli")), "{patches:?}");
    }

    #[test]
    fn the_files_are_those_of_git() {
        let files = files().unwrap();
        assert!(files.iter().any(|path| path == "xtask/src/workspace.rs"));
        assert!(!files.iter().any(|path| path.starts_with("target/")));
    }
}
