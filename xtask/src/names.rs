//! The names by which the widget's bindings and its module know each other: long, with a number of sixteen digits each,
//! and read by nobody. Short ones save the visitor 0.9 kB.

use std::collections::BTreeMap;
use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::{CustomSectionReader, Export, Import, Imports, Parser, Payload};

/// Old names and new ones, of imports and exports.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Those of a module that only its bindings use: they begin with two underscores.
    pub(crate) fn of(module: &[u8]) -> Result<Self> {
        let mut names = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        names.add(import?.name);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        names.add(export?.name);
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }

    fn add(&mut self, name: &str) {
        if name.starts_with("__") && !self.0.contains_key(name) {
            let short = short(self.0.len());
            self.0.insert(name.to_owned(), short);
        }
    }

    fn shortened<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }

    /// The script or its types, with each name shortened where it stands as a whole word.
    pub(crate) fn in_script(&self, text: &str) -> String {
        let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let mut rest = text;
        let mut out = String::new();
        while !rest.is_empty() {
            let word = rest.find(|c| !part_of_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(word);
            out.push_str(self.shortened(word));
            let next = after.find(part_of_word).unwrap_or(after.len());
            let (between, after) = after.split_at(next);
            out.push_str(between);
            rest = after;
        }
        out
    }

    /// The module with each name shortened, and without what only tools read.
    pub(crate) fn in_module(&mut self, module: &[u8]) -> Result<Vec<u8>> {
        let mut out = Module::new();
        self.parse_core_module(&mut out, Parser::new(0), module)
            .map_err(|error| anyhow!("cannot shorten the widget's names: {error}"))?;
        Ok(out.finish())
    }
}

impl Reencode for Names {
    type Error = Infallible;

    fn parse_imports(
        &mut self,
        section: &mut ImportSection,
        imports: Imports<'_>,
    ) -> Result<(), reencode::Error> {
        let Imports::Single(at, import) = imports else {
            return reencode::utils::parse_imports(self, section, imports);
        };
        let name = self.shortened(import.name).to_owned();
        let import = Import {
            name: &name,
            ..import
        };
        reencode::utils::parse_imports(self, section, Imports::Single(at, import))
    }

    fn parse_export(
        &mut self,
        section: &mut ExportSection,
        export: Export<'_>,
    ) -> Result<(), reencode::Error> {
        let name = self.shortened(export.name).to_owned();
        let export = Export {
            name: &name,
            ..export
        };
        reencode::utils::parse_export(self, section, export)
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        Ok(())
    }
}

/// `a` to `z`, `a1` to `z1`, …
fn short(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use wasm_encoder::{
        CodeSection, CustomSection, ExportKind, ExportSection, Function, FunctionSection,
        ImportSection, Module, TypeSection,
    };
    use wasmparser::{Parser, Payload};

    fn module() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import(
            "./x.js",
            "__wbg_a_0123",
            wasm_encoder::EntityType::Function(0),
        );
        module.section(&imports);
        let mut functions = FunctionSection::new();
        functions.function(0);
        module.section(&functions);
        let mut exports = ExportSection::new();
        exports.export("run", ExportKind::Func, 1);
        exports.export("__start", ExportKind::Func, 1);
        module.section(&exports);
        let mut code = CodeSection::new();
        let mut body = Function::new([]);
        body.instructions().call(0).end();
        code.function(&body);
        module.section(&code);
        let (name, data) = ("producers".into(), (&[0_u8]).into());
        module.section(&CustomSection { name, data });
        module.finish()
    }

    fn outside(module: &[u8]) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(all) => {
                    for import in all.into_imports() {
                        names.push(import?.name.to_owned());
                    }
                }
                Payload::ExportSection(all) => {
                    for export in all {
                        names.push(export?.name.to_owned());
                    }
                }
                Payload::CustomSection(section) => names.push(section.name().to_owned()),
                _ => {}
            }
        }
        Ok(names)
    }

    #[test]
    fn only_the_bindings_own_names_are_shortened_and_custom_sections_go() -> anyhow::Result<()> {
        let module = module();
        let mut names = Names::of(&module)?;
        assert_eq!(outside(&names.in_module(&module)?)?, ["a", "run", "b"]);
        Ok(())
    }

    #[test]
    fn in_a_script_only_whole_words_are_names() -> anyhow::Result<()> {
        let names = Names::of(&module())?;
        let script = "run: wasm.__start2() + wasm.__start() /* __wbg_a_0123 */ + x__start";
        let short = "run: wasm.__start2() + wasm.b() /* a */ + x__start";
        assert_eq!(names.in_script(script), short);
        Ok(())
    }
}
