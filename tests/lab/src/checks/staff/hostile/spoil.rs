//! Puts markup wherever a report has room for words.

use anyhow::{Result, anyhow};
use pushcheck_store::schema::Schema;
use serde_json::Value;

/// What would act where it is taken for more than text.
pub(super) const MARKUP: [&str; 6] = [
    "<img src=x onerror=acted=1>",
    "<svg onload=acted=1><x-acted>",
    "javascript:acted=1//",
    "</script><script>acted=1</script>",
    "\u{202e}\u{2066}<a href=javascript:acted=1>\u{2069}",
    "\"><iframe srcdoc='<script>parent.acted=1</script>'>{{acted}}",
];

/// The longest of them, characters.
const LONGEST: usize = 1_500;

/// One of them after another, each as long as it may be.
#[derive(Debug, Default)]
struct Pen(usize);

impl Pen {
    fn write(&mut self, most: usize) -> String {
        self.0 += 1;
        let one = MARKUP[self.0 % MARKUP.len()];
        // Every ninth is as long as there is room.
        let long = if self.0.is_multiple_of(9) {
            most.min(LONGEST)
        } else {
            0
        };
        let text = one.chars().chain(std::iter::repeat_n('W', long));
        text.take(most.min(LONGEST)).collect()
    }
}

/// A report that the intake takes, with markup in every string whose words are free.
pub(super) fn within_the_schema(mut report: Value) -> Result<Value> {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../../www/report.schema.json"))?;
    // Enough of each kind: what is long takes browsers long.
    for (part, most) in [("traces", 8), ("sightings", 8)] {
        if let Some(all) = report["evidence"][part].as_array_mut() {
            all.truncate(most);
        }
    }
    write(&mut report, &schema, &schema, &mut Pen::default());
    let fits = Schema::new()?.check(report.to_string().as_bytes());
    fits.map_err(|fault| anyhow!("the intake would not take it: {fault:?}"))?;
    Ok(report)
}

/// Follows a value through its schema.
fn write(value: &mut Value, schema: &Value, root: &Value, pen: &mut Pen) {
    if let Some(named) = schema["$ref"]
        .as_str()
        .and_then(|at| root.pointer(at.trim_start_matches('#')))
    {
        return write(value, named, root, pen);
    }
    for either in ["anyOf", "oneOf"] {
        let mut all = schema[either].as_array().into_iter().flatten();
        if let Some(one) = all.find(|one| may_be(value, one, root)) {
            write(value, one, root, pen);
        }
    }
    match value {
        Value::String(text) => {
            let free = ["pattern", "enum", "const"]
                .iter()
                .all(|word| schema.get(word).is_none());
            if let (true, Some(most)) = (free, schema["maxLength"].as_u64()) {
                *text = pen.write(usize::try_from(most).unwrap_or(LONGEST));
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| write(item, &schema["items"], root, pen)),
        Value::Object(fields) => {
            for (name, field) in fields {
                write(field, &schema["properties"][name.as_str()], root, pen);
            }
        }
        _ => {}
    }
}

/// Whether it is that one of several.
fn may_be(value: &Value, schema: &Value, root: &Value) -> bool {
    if schema["type"] == "null" {
        return value.is_null();
    }
    let schema = schema["$ref"]
        .as_str()
        .and_then(|at| root.pointer(at.trim_start_matches('#')))
        .unwrap_or(schema);
    let fields = schema["properties"].as_object().into_iter().flatten();
    let mut fixed = fields.filter_map(|(name, field)| Some((name, field.get("const")?)));
    fixed.all(|(name, word)| value.get(name) == Some(word))
}

/// In every string, whatever it may be: what the intake refuses, and pages that read files do not. Keys stay, so that it is read.
pub(super) fn everywhere(value: &mut Value) {
    fn write(value: &mut Value, pen: &mut Pen) {
        match value {
            Value::String(text) => *text = pen.write(LONGEST),
            Value::Array(items) => items.iter_mut().for_each(|item| write(item, pen)),
            Value::Object(fields) => fields.values_mut().for_each(|field| write(field, pen)),
            _ => {}
        }
    }
    write(value, &mut Pen::default());
}
