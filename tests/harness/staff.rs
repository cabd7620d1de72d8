//! The operator's staff on their way to a customer, and the customer who watches them: every step by its own function.

use serde_json::{Value, json};
use shared::{
    Result,
    access::{Permission, Role},
    authn::session::{Assurance, OPEN_SESSION, OWN_SESSION},
    id::MemberId,
    runtime::Invocation,
};

use super::{Event, World, event::Answer, stack};

/// Why staff of tests come.
pub(crate) const REASON: &str = "A badge does not print at the north gate";
/// Where staff ask.
pub(crate) const ASK: &str = "/v1/mission-control/impersonations";
/// Where they get a token.
pub(crate) const HAND_OFF: &str = "/v1/mission-control/impersonations/{impersonation_id}/hand-off";
/// Where they come in.
pub(crate) const BEGIN: &str = "/v1/session/impersonation";
/// Where the customer lets them in.
pub(crate) const APPROVE: &str = "/v1/impersonations/{impersonation_id}/approve";
/// Where the customer ends it.
pub(crate) const END: &str = "/v1/impersonations/{impersonation_id}/end";

/// Sends an event to a function that is told these variables.
macro_rules! send {
    ($event:expr, $changes:expr, $function:ident, $role:literal) => {{
        let variables = stack::variables($role, $changes);
        let deps = stack::connect::<$function::Deps>(&variables).await;
        $event.send(&deps, $function::handle).await
    }};
}

/// Sends an event to the function that has its route.
pub(crate) async fn ask(event: &Event) -> Answer {
    ask_at(0, event).await
}

/// The same so many seconds from now.
pub(crate) async fn ask_at(offset_s: i64, event: &Event) -> Answer {
    ask_told(&[("CLOCK_OFFSET_SECONDS", &offset_s.to_string())], event).await
}

/// The same of functions that are told other variables.
pub(crate) async fn ask_told(changes: &[(&str, &str)], event: &Event) -> Answer {
    match event.route() {
        ASK | HAND_OFF => send!(event, changes, request_impersonation, "fn_request_impersonation"),
        BEGIN => send!(event, changes, begin_impersonation, "fn_begin_impersonation"),
        "/v1/session" => send!(event, changes, manage_sessions, "fn_manage_sessions"),
        "/v1/visits" => send!(event, changes, list_visits, "fn_list_visits"),
        "/v1/visits/{visit_id}" => send!(event, changes, read_visit, "fn_read_visit"),
        "/v1/visits/{visit_id}/reveal" => send!(event, changes, reveal_visit, "fn_reveal_visit"),
        "/v1/sites" => send!(event, changes, manage_sites, "fn_manage_sites"),
        "/v1/api-tokens" => send!(event, changes, manage_api_tokens, "fn_manage_api_tokens"),
        _ => send!(event, changes, manage_impersonations, "fn_manage_impersonations"),
    }
}

/// Appoints or dismisses, as the operator does.
pub(crate) async fn appoint(world: &World, email: &str, is_staff: bool) -> Result<Value> {
    let variables = stack::variables("fn_appoint_staff", &[]);
    let deps = stack::connect::<appoint_staff::Deps>(&variables).await;
    let body = json!({ "slug": world.slug, "email": email, "is_staff": is_staff });
    let appointment = shared::http::read_json(body.to_string().as_bytes())?;
    let invocation = Invocation::new(uuid::Uuid::new_v4().to_string());
    let appointed = appoint_staff::handle(&deps, &invocation, appointment).await?;
    Ok(serde_json::to_value(appointed).expect("JSON"))
}

/// A member of the operator's staff, signed in at its own organization.
pub(crate) struct Staff {
    pub(crate) operator: World,
    pub(crate) member: MemberId,
    pub(crate) session: String,
}

/// An impersonation that is open.
pub(crate) struct Opened {
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) answer: Answer,
}

impl Staff {
    /// A member of this role, who proved a second factor.
    pub(crate) async fn of(role: Role) -> Self {
        let operator = World::new().await;
        let member = operator.member(role).await;
        appoint(&operator, &format!("{member}@example.com"), true).await.expect("an appointment");
        let session = session(&operator, member, role, Assurance::SecondFactor).await;
        Self { operator, member, session }
    }

    /// Takes the place among the staff away.
    pub(crate) async fn dismiss(&self) {
        appoint(&self.operator, &format!("{}@example.com", self.member), false).await.expect("a dismissal");
    }

    /// A request to act for a customer.
    pub(crate) fn asking(&self, customer: &World, role: Role) -> Event {
        let key = uuid::Uuid::new_v4().to_string();
        let body = json!({ "slug": customer.slug, "role": role, "reason": REASON });
        Event::new("POST", ASK, &[]).in_session(&self.session).idempotent(&key).json(&body)
    }

    /// Asks to act for a customer; which impersonation it is.
    pub(crate) async fn request(&self, customer: &World, role: Role) -> String {
        let answer = ask(&self.asking(customer, role)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["impersonation_id"].as_str().expect("an id").to_owned()
    }

    /// A request for a token.
    pub(crate) fn going_over(&self, customer: &World, impersonation: &str) -> Event {
        let key = uuid::Uuid::new_v4().to_string();
        let event = Event::new("POST", HAND_OFF, &[impersonation]).in_session(&self.session).idempotent(&key);
        event.json(&json!({ "slug": customer.slug }))
    }

    /// A token to come in with.
    pub(crate) async fn token(&self, customer: &World, impersonation: &str) -> String {
        let answer = ask(&self.going_over(customer, impersonation)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["token"].as_str().expect("a token").to_owned()
    }

    /// Asks, goes over and comes in.
    pub(crate) async fn open(&self, customer: &World, role: Role) -> Opened {
        let id = self.request(customer, role).await;
        self.come_in(customer, id).await
    }

    /// Goes over and comes in.
    pub(crate) async fn come_in(&self, customer: &World, id: String) -> Opened {
        let answer = ask(&coming_in(&self.token(customer, &id).await)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Opened { id, session: answer.session().to_owned(), answer }
    }
}

impl Opened {
    /// A reading request under it.
    pub(crate) fn reading(&self, route: &'static str) -> Event {
        Event::new("GET", route, &[]).in_session(&self.session)
    }

    /// A request under it that changes something.
    pub(crate) fn changing(
        &self,
        method: &'static str,
        route: &'static str,
        parameters: &[&str],
        body: &Value,
    ) -> Event {
        let key = uuid::Uuid::new_v4().to_string();
        Event::new(method, route, parameters).in_session(&self.session).idempotent(&key).json(body)
    }

    /// A site to be made under it.
    pub(crate) fn making_a_site(&self) -> Event {
        let site = json!({ "name": "Hall 2", "time_zone": "Europe/Berlin", "locale": "de" });
        self.changing("POST", "/v1/sites", &[], &site)
    }
}

/// A session of a member's, with what their role may.
pub(crate) async fn session(world: &World, member: MemberId, role: Role, proven: Assurance) -> String {
    let words: Vec<_> = role.permissions().map(Permission::word).chain([OPEN_SESSION, OWN_SESSION]).collect();
    world.session_of(member, &words, proven).await
}

/// The request that brings a token.
pub(crate) fn coming_in(token: &str) -> Event {
    Event::new("POST", BEGIN, &[]).json(&json!({ "token": token }))
}

/// A change of the customer's, with the token that may do everything.
pub(crate) fn by_customer(world: &World, method: &'static str, route: &'static str, parameters: &[&str]) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new(method, route, parameters).bearer(&world.token).idempotent(&key)
}

/// The customer lets staff in.
pub(crate) fn letting_in(world: &World, impersonation: &str, restricted: bool) -> Event {
    by_customer(world, "POST", APPROVE, &[impersonation]).json(&json!({ "restricted": restricted }))
}

/// The customer ends it.
pub(crate) fn ending(world: &World, impersonation: &str) -> Event {
    by_customer(world, "POST", END, &[impersonation]).json(&json!({}))
}
