//! Which scenarios there are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{FILE, Scenario};

/// The scenarios of some folders, by name. A folder that is one itself counts as one.
///
/// # Errors
/// One of them is malformed, or two have the same name.
pub(crate) fn all(folders: &[PathBuf]) -> Result<Vec<Scenario>> {
    let mut found: Vec<Scenario> = Vec::new();
    for folder in folders {
        for folder in within(folder)? {
            let scenario = Scenario::read(&folder)?;
            if let Some(twin) = found.iter().find(|other| other.name == scenario.name) {
                bail!(
                    "{} and {} have the same name",
                    twin.folder.display(),
                    folder.display()
                );
            }
            found.push(scenario);
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// The names of a folder's scenarios.
#[cfg(test)]
pub(crate) fn names(folder: &Path) -> Result<Vec<String>> {
    let all = all(&[folder.to_owned()])?;
    Ok(all.into_iter().map(|scenario| scenario.name).collect())
}

fn within(folder: &Path) -> Result<Vec<PathBuf>> {
    if folder.join(FILE).is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let folders = entries.flatten().map(|entry| entry.path());
    Ok(folders.filter(|path| path.join(FILE).is_file()).collect())
}

/// Those of the given names, in the order of all; a name that ends in `*` means every one that begins so. No names: all.
///
/// # Errors
/// Names the one that there is not.
pub(crate) fn chosen(all: Vec<Scenario>, names: &[String]) -> Result<Vec<Scenario>> {
    let fits = |scenario: &Scenario, name: &str| match name.strip_suffix('*') {
        Some(beginning) => scenario.name.starts_with(beginning),
        None => scenario.name == name,
    };
    for name in names {
        if !all.iter().any(|scenario| fits(scenario, name)) {
            bail!("there is no scenario {name}; `lab list` names them");
        }
    }
    let wanted =
        |scenario: &Scenario| names.is_empty() || names.iter().any(|name| fits(scenario, name));
    Ok(all.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(root: &Path, name: &str) -> Result<()> {
        fs::create_dir_all(root.join(name))?;
        fs::write(
            root.join(name).join(FILE),
            "about = \"something\"\n[expect]\n",
        )?;
        Ok(())
    }

    fn names(scenarios: &[Scenario]) -> Vec<&str> {
        scenarios
            .iter()
            .map(|scenario| scenario.name.as_str())
            .collect()
    }

    #[test]
    fn folders_and_single_scenarios_are_found_and_chosen() -> Result<()> {
        let root = tempfile::tempdir()?;
        let (ours, theirs) = (root.path().join("ours"), root.path().join("theirs"));
        for name in ["b", "a-one", "a-two"] {
            lay(&ours, name)?;
        }
        lay(&theirs, "c")?;
        fs::create_dir(ours.join("no-scenario"))?;
        let found = all(&[ours, theirs.join("c")])?;
        assert_eq!(names(&found), ["a-one", "a-two", "b", "c"]);
        assert_eq!(
            names(&chosen(found.clone(), &["a-*".into(), "c".into()])?),
            ["a-one", "a-two", "c"]
        );
        assert_eq!(chosen(found.clone(), &[])?.len(), 4);
        let error = chosen(found, &["d".into()]).expect_err("there is none");
        assert!(error.to_string().contains("no scenario d"));
        Ok(())
    }

    #[test]
    fn two_of_one_name_are_refused() -> Result<()> {
        let root = tempfile::tempdir()?;
        lay(&root.path().join("x"), "same")?;
        lay(&root.path().join("y"), "same")?;
        assert!(all(&[root.path().join("x"), root.path().join("y")]).is_err());
        Ok(())
    }
}
