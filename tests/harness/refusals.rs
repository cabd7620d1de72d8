//! What every route refuses, in the same words.

use shared::{
    authn::{CredentialKind, NewCredential, Realm},
    http::{Reply, Request},
    runtime::Act,
};

use super::{Event, World};

/// A credential whose check sum is wrong, whatever its last character was.
pub(crate) fn spoiled(credential: &str) -> String {
    let (whole, last) = credential.split_at(credential.len() - 1);
    format!("{whole}{}", if last == "0" { "1" } else { "0" })
}

/// No, an ill-formed, an unknown and a foreign kind of credential are all 401, before anything else is read.
pub(crate) async fn without_a_credential<D: Send + Sync>(
    world: &World,
    event: &Event,
    deps: &D,
    handler: impl for<'a> Act<'a, D, Request, Reply> + Copy,
) {
    let stranger = NewCredential::generate(CredentialKind::ApiToken, Realm::Test, world.organization).unwrap();
    let spoiled = spoiled(&world.token);
    for event in [
        event.again().without_header("authorization").text("{").query("limit=x"),
        event.again().bearer(&spoiled).text("{").query("limit=x"),
        event.again().header("authorization", "Basic abc"),
        event.again().bearer(stranger.text.expose_secret()),
    ] {
        let answer = event.send(deps, handler).await;
        assert_eq!(answer.problem(), "401 unauthenticated");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

/// A credential without the permission is 403, and the log says so.
pub(crate) async fn without_the_permission<D: Send + Sync>(
    world: &World,
    event: &Event,
    token: &str,
    deps: &D,
    handler: impl for<'a> Act<'a, D, Request, Reply> + Copy,
) {
    let before = world.actions().await;

    let answer = event.again().bearer(token).send(deps, handler).await;

    assert_eq!(answer.problem(), "403 forbidden");
    assert_eq!(world.actions().await, [before, vec!["access.refused".to_owned()]].concat());
}

/// Another organization's thing is answered like one that is not there, and like what is no id at all.
pub(crate) async fn of_another_organization<D: Send + Sync>(
    theirs: &Event,
    absent: &Event,
    no_id: &Event,
    deps: &D,
    handler: impl for<'a> Act<'a, D, Request, Reply> + Copy,
) {
    let theirs = theirs.send(deps, handler).await;
    for other in [absent, no_id] {
        let other = other.send(deps, handler).await;
        assert_eq!(theirs.problem(), "404 not_found");
        assert_eq!(theirs.without_request_id(), other.without_request_id());
        assert_eq!(theirs.headers.len(), other.headers.len());
    }
}
