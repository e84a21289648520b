//! Elements that leptos 0.8.23 writes unescaped may stand only where they are escaped by hand.

use std::fs;
use std::path::Path;

fn scan(folder: &Path, needle: &str, allowed: &[&str], wrong: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("source folder").flatten() {
        let path = entry.path();
        let name = path.to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            scan(&path, needle, allowed, wrong);
        } else if name.ends_with(".rs") && !allowed.iter().any(|a| name.ends_with(a)) {
            let text = fs::read_to_string(&path).expect("readable source");
            if text.contains(needle) {
                wrong.push(format!("{name}: {needle}"));
            }
        }
    }
}

#[test]
fn raw_elements_stay_behind_their_seam() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = vec![];
    scan(&root, concat!("<text", "area"), &["ui/field.rs"], &mut wrong);
    scan(&root, concat!("<Ti", "tle "), &["ui/title.rs"], &mut wrong);
    scan(&root, concat!("inner", "_html"), &[], &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
