//! Statements about hosts.

use shared::{
    clock::Timestamp,
    domain::text::dialled,
    door::Batch,
    http::Page,
    id::HostId,
    tenant::{Lookup, Statement},
    vault::PersonKey,
};

use crate::hosts::Host;

pub(crate) fn list_hosts(page: &Page<HostId>) -> Lookup<Vec<Host>> {
    Statement::new(concat!(
        "-- manage-sites.list_hosts\n",
        "SELECT host_id, person_id, name, email, phone, locale, created_at FROM hosts ",
        "WHERE $1 IS NULL OR host_id > $1 ORDER BY host_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(|row| {
        let phone: Option<String> = row.read("phone")?;
        Ok(Host {
            host_id: row.read("host_id")?,
            person_id: row.read("person_id")?,
            name: row.read("name")?,
            email: row.read("email")?,
            phone_dialled: phone.as_deref().and_then(dialled),
            phone,
            locale: row.read("locale")?,
            created_at: row.read("created_at")?,
        })
    })
}

/// The person that a host is, whose key seals what the log says of them.
pub(crate) fn insert_person(batch: &mut Batch, person: &PersonKey, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_person\n",
            "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
            "VALUES (app.organization_id(), $1, 'host', $2, $3, $4)",
        ))
        .bind(person.id())
        .bind(person.tenant_key())
        .bind(person.wrapped().to_vec())
        .bind(now),
    );
}

pub(crate) fn insert_host(batch: &mut Batch, host: &Host) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_host\n",
            "INSERT INTO hosts (organization_id, host_id, person_id, name, email, phone, locale, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
        ))
        .bind(host.host_id)
        .bind(host.person_id)
        .bind(host.name.clone())
        .bind(host.email.clone())
        .bind(host.phone.clone())
        .bind(host.locale.clone())
        .bind(host.created_at),
    );
}
