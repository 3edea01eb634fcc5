//! Settings in parts, each of which a configuration file may hold under the command line.

use std::path::{Path, PathBuf};

/// Settings that belong together; each is `None` unless it was given.
pub(crate) trait Part: Sized {
    /// Each setting, or else the one of `lower`.
    fn over(self, lower: Self) -> Self;

    /// The settings with paths relative to `folder`.
    fn beside(self, folder: &Path) -> Self;
}

/// All settings of a command.
pub(crate) trait Settings: Sized {
    /// The configuration file that is named.
    fn config(&self) -> Option<&Path>;

    /// The settings of a configuration file, whose keys were checked.
    fn read(text: &str) -> Result<Self, toml::de::Error>;

    /// Each setting, or else the one of `lower`.
    fn over(self, lower: Self) -> Self;

    /// The settings with paths relative to `folder`.
    fn beside(self, folder: &Path) -> Self;
}

/// Makes a struct of options a [`Part`]: its fields, and of these the ones that name a file.
macro_rules! part {
    ($name:ident { $($field:ident),* $(,)? } $(paths { $($path:ident: $place:expr),* $(,)? })?) => {
        impl $crate::args::Part for $name {
            fn over(self, lower: Self) -> Self {
                // No `..`: a new setting that is forgotten here does not compile.
                Self { $($field: self.$field.or(lower.$field)),* }
            }

            #[allow(unused_mut, unused_variables, reason = "not each part names files")]
            fn beside(mut self, folder: &std::path::Path) -> Self {
                $($(self.$path = self.$path.map(|given| $place(given, folder));)*)?
                self
            }
        }
    };
}

/// Makes a struct of parts, and of the path of a configuration file, the [`Settings`] of a command.
macro_rules! settings {
    ($name:ident { $($part:ident),* $(,)? }) => {
        impl $crate::args::Settings for $name {
            fn config(&self) -> Option<&std::path::Path> {
                self.config.as_deref()
            }

            fn read(text: &str) -> Result<Self, toml::de::Error> {
                Ok(Self { config: None, $($part: toml::from_str(text)?),* })
            }

            fn over(self, lower: Self) -> Self {
                use $crate::args::Part;
                Self { config: self.config, $($part: self.$part.over(lower.$part)),* }
            }

            fn beside(self, folder: &std::path::Path) -> Self {
                use $crate::args::Part;
                Self { config: self.config, $($part: self.$part.beside(folder)),* }
            }
        }
    };
}

pub(super) use part;
pub(super) use settings;

/// A file beside the configuration file.
pub(super) fn file(path: PathBuf, folder: &Path) -> PathBuf {
    folder.join(path)
}

/// A file beside the configuration file, or standard input.
pub(super) fn file_or_stream(path: PathBuf, folder: &Path) -> PathBuf {
    if path == Path::new("-") { path } else { folder.join(path) }
}

/// Several files beside the configuration file.
pub(super) fn files(paths: Vec<PathBuf>, folder: &Path) -> Vec<PathBuf> {
    paths.into_iter().map(|path| folder.join(path)).collect()
}
