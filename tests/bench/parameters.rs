//! The types of a statement's parameters, which our driver says and a log does not show.

use std::collections::HashMap;

use crate::tenants::Tenants;

/// The same INSERT, in which every parameter that is a column's value is cast to the column's type. PostgreSQL finds
/// the types in other statements by itself.
pub(crate) async fn with_types(tenants: &Tenants, sql: &str) -> String {
    let Some((table, values)) = inserted(sql) else { return sql.to_owned() };
    let types = types_of(tenants, table).await;
    replaced(sql, |number| {
        let column = values.iter().find(|(of, _)| *of == number).map(|(_, column)| *column)?;
        Some(format!("${number}::{}", types[column]))
    })
}

/// The statement with something else in the places of some of its parameters.
pub(crate) fn replaced(sql: &str, with: impl Fn(usize) -> Option<String>) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        let instead = number.parse().ok().and_then(&with);
        text.push_str(&instead.unwrap_or_else(|| format!("${number}")));
        text.push_str(rest);
    }
    text
}

async fn types_of(tenants: &Tenants, table: &str) -> HashMap<String, String> {
    let sql = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0";
    let asked = tenants.database.query_typed(sql, &[(&table, tokio_postgres::types::Type::TEXT)]).await;
    asked.expect("columns").iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// `INSERT INTO table (a, b) VALUES ($1, f($2))`: the table, and which parameter stands for which column.
fn inserted(sql: &str) -> Option<(&str, Vec<(usize, &str)>)> {
    let (table, rest) = sql.split_once("INSERT INTO ")?.1.split_once(" (")?;
    let (columns, rest) = rest.split_once(')')?;
    let values = at_commas(rest.split_once("VALUES (")?.1);
    let columns = columns.split(',').map(str::trim);
    let named = values
        .iter()
        .zip(columns)
        .filter_map(|(value, column)| Some((value.trim().strip_prefix('$')?.parse().ok()?, column)));
    Some((table, named.collect()))
}

/// Splits at the commas that stand in no parentheses, up to the one that closes the list.
fn at_commas(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, letter) in list.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => {
                parts.push(&list[start..at]);
                break;
            }
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}
