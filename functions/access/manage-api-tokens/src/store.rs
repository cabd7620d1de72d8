//! Every SQL statement that `manage-api-tokens` may run.

use shared::{
    Error, Result,
    access::Permission,
    clock::Timestamp,
    door::Batch,
    http::Page,
    id::{CredentialId, SiteId},
    tenant::{Lookup, Row, Statement},
};

use crate::token::ApiToken;

/// False for a site that is none of the organization's.
pub(crate) fn has_site(site: Option<SiteId>) -> Lookup<bool> {
    Statement::new(concat!(
        "-- manage-api-tokens.has_site\n",
        "SELECT $1 IS NULL OR EXISTS (SELECT FROM sites WHERE site_id = $1) AS has_site",
    ))
    .bind(site)
    .one(|row| row.read("has_site"))
}

pub(crate) fn load_token(token: CredentialId) -> Lookup<ApiToken> {
    Statement::new(concat!(
        "-- manage-api-tokens.load_token\n",
        "SELECT credential_id, name, permissions, site_id, created_at, expires_at, revoked_at, last_used_at ",
        "FROM credentials WHERE credential_id = $1 AND kind = 'api_token'",
    ))
    .bind(token)
    .one(read_token)
}

pub(crate) fn list_tokens(page: &Page<CredentialId>) -> Lookup<Vec<ApiToken>> {
    Statement::new(concat!(
        "-- manage-api-tokens.list_tokens\n",
        "SELECT credential_id, name, permissions, site_id, created_at, expires_at, revoked_at, last_used_at ",
        "FROM credentials WHERE kind = 'api_token' AND ($1 IS NULL OR credential_id > $1) ",
        "ORDER BY credential_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(read_token)
}

fn read_token(row: &Row) -> Result<ApiToken> {
    let scopes: Vec<String> = row.read("permissions")?;
    let scope = |word: &String| Permission::of_word(word).ok_or_else(|| Error::internal("an unknown permission"));
    Ok(ApiToken {
        api_token_id: row.read("credential_id")?,
        name: row.read("name")?,
        scopes: scopes.iter().map(scope).collect::<Result<_>>()?,
        site_id: row.read("site_id")?,
        created_at: row.read("created_at")?,
        expires_at: row.read("expires_at")?,
        revoked_at: row.read("revoked_at")?,
        last_used_at: row.read("last_used_at")?,
    })
}

/// Adds the token, if its maker still has what it passes on. This role has no right to write credentials.
pub(crate) fn add_token(batch: &mut Batch, token: &ApiToken, maker: CredentialId, secret_sha256: [u8; 32]) {
    let permissions: Vec<&'static str> = token.scopes.iter().map(|scope| scope.word()).collect();
    batch.write(
        Statement::new(concat!(
            "-- manage-api-tokens.add_token\n",
            "SELECT app.add_api_token($1, $2, $3, $4, $5, $6, $7, $8)",
        ))
        .bind(maker)
        .bind(token.api_token_id)
        .bind(secret_sha256.to_vec())
        .bind(token.name.clone())
        .bind(permissions)
        .bind(token.site_id)
        .bind(token.expires_at)
        .bind(token.created_at),
    );
}

/// The tokens that were made with one and have not ended.
pub(crate) fn list_made_with(token: CredentialId) -> Lookup<Vec<CredentialId>> {
    Statement::new("-- manage-api-tokens.list_made_with\nSELECT app.tokens_made_with($1) AS made_with")
        .bind(token)
        .one(|row| row.read("made_with"))
}

/// Ends a token and those that were made with it, if they are these still.
pub(crate) fn revoke_token(batch: &mut Batch, token: CredentialId, made_with: &[CredentialId], now: Timestamp) {
    batch.write(
        Statement::new("-- manage-api-tokens.revoke_token\nSELECT app.revoke_api_token($1, $2, $3)")
            .bind(token)
            .bind(made_with.to_vec())
            .bind(now),
    );
}
