//! Turns the paths of `docs/openapi.json` into a table, so that the routes are not said a second time.

use std::{env, error::Error, fs, path::Path};

const DOCUMENT: &str = "../../../docs/openapi.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(DOCUMENT)?)?;
    let paths = document.get("paths").and_then(|paths| paths.as_object()).ok_or("the document has no paths")?;
    let mut table = String::from("/// Every path of the API with its methods.\nconst ROUTES: &[(&str, &str)] = &[\n");
    for (path, operations) in paths {
        let operations = operations.as_object().ok_or("a path without operations")?;
        let mut methods: Vec<String> = operations.keys().map(|method| method.to_uppercase()).collect();
        // The document leaves HEAD out: it is GET without a body.
        if operations.contains_key("get") {
            methods.push("HEAD".to_owned());
        }
        methods.sort();
        table.push_str(&format!("    ({path:?}, {:?}),\n", methods.join(", ")));
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    fs::write(Path::new(&out).join("routes.rs"), table)?;
    Ok(())
}
