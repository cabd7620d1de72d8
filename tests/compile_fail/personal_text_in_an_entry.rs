//! E0277: What a person typed about a person is no fact that an entry shows in the clear.

use shared::{audit::Diff, domain::text::Name};

fn entry(name: Name) -> Diff {
    Diff::new().added("name", name)
}

fn main() {}
