//! The page that people read shows the table of roles that the code has (promise T8).

use shared::access::{Permission, Role};

use super::wiring::{Checked, read};

/// The table as the page shows it.
fn table() -> String {
    let roles: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut table = format!("| permission | {} |\n| --- |{}\n", roles.join(" | "), " --- |".repeat(roles.len()));
    for permission in Permission::ALL {
        let allowed: Vec<_> = Role::ALL.iter().map(|role| if role.allows(*permission) { "yes" } else { "" }).collect();
        table.push_str(&format!("| `{permission}` | {} |\n", allowed.join(" | ")));
    }
    table
}

#[test]
fn the_page_names_what_is_closed_to_staff_and_nothing_else() -> Checked {
    let page = read("docs/API.md")?;
    let never = page.split("but never: ").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_default();
    let named: Vec<_> = never.split('`').skip(1).step_by(2).collect();
    let closed = Permission::ALL.iter().filter(|permission| !permission.is_open_to_staff());
    assert_eq!(named, closed.map(|permission| permission.word()).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn the_page_shows_the_table_of_roles_that_the_code_has() -> Checked {
    let page = read("docs/API.md")?;
    assert!(page.contains(&table()), "docs/API.md shows another table of roles than this one:\n{}", table());
    assert!(page.contains("`GET /v1/roles`"), "docs/API.md does not say who serves the table");
    Ok(())
}
