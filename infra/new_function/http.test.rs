//! `@name@` promises: SAY WHAT.

use crate::harness::{Event, World, refusals, stack};

async fn deps(changes: &[(&str, &str)]) -> @snake@::Deps {
    stack::connect(&stack::variables("fn_@snake@", changes)).await
}

fn request(world: &World) -> Event {
    Event::new("GET", "/v1/@noun@", &[]).bearer(&world.token)
}

#[tokio::test]
async fn answers_the_callers_organization() {
    let (world, deps) = (World::new().await, deps(&[]).await);

    let answer = request(&world).send(&deps, @snake@::handle).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["organization_id"], world.organization.to_string());
}

#[tokio::test]
async fn refuses_without_a_credential_before_anything_else() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    refusals::without_a_credential(&world, &request(&world), &deps, @snake@::handle).await;
}
