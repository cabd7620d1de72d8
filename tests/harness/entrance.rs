//! The functions by which a device takes a kiosk's place, as the device and the console meet them, at one moment.

use serde_json::{Value, json};

use super::{Event, World, event::Answer, stack};

/// What a device is given when it asks.
pub(crate) struct Device {
    /// What it shows.
    pub(crate) code: String,
    /// What it keeps.
    pub(crate) secret: String,
}

/// The functions, told the same time.
pub(crate) struct Entrance {
    pair: pair_kiosk::Deps,
    manage: manage_kiosks::Deps,
    check_in: check_in::Deps,
}

impl Entrance {
    /// As they are now.
    pub(crate) async fn now() -> Self {
        Self::at(0).await
    }

    /// As they are so many seconds from now.
    pub(crate) async fn at(offset_s: i64) -> Self {
        let offset = offset_s.to_string();
        let of = |role: &str| stack::variables(role, &[("CLOCK_OFFSET_SECONDS", offset.as_str())]);
        let (first, second, third) = (of("fn_pair_kiosk"), of("fn_manage_kiosks"), of("fn_check_in"));
        Self {
            pair: stack::connect::<pair_kiosk::Deps>(&first).await,
            manage: stack::connect::<manage_kiosks::Deps>(&second).await,
            check_in: stack::connect::<check_in::Deps>(&third).await,
        }
    }

    /// Sends the event to the function that has its route.
    pub(crate) async fn ask(&self, event: &Event) -> Answer {
        match event.route() {
            "/v1/kiosk-pairings" | "/v1/kiosk-pairings/token" => event.send(&self.pair, pair_kiosk::handle).await,
            "/v1/visits" => event.send(&self.check_in, check_in::handle).await,
            _ => event.send(&self.manage, manage_kiosks::handle).await,
        }
    }

    /// A device asks.
    pub(crate) async fn begin(&self, world: &World) -> Device {
        Device::of(&self.ask(&asking(&world.slug)).await)
    }

    /// A device asks how far it is.
    pub(crate) async fn fetch(&self, device: &Device) -> Answer {
        self.ask(&fetching(&device.secret)).await
    }

    /// A member with the permission types what a device shows.
    pub(crate) async fn confirm(&self, world: &World, code: &str) -> Answer {
        self.ask(&confirming(world, code)).await
    }

    /// A device that was let in: its kiosk and its credential.
    pub(crate) async fn paired(&self, world: &World) -> (String, String) {
        let device = self.begin(world).await;
        let confirmed = self.confirm(world, &device.code).await;
        assert_eq!(confirmed.status, 201, "{}", confirmed.text);
        (text(&confirmed, "kiosk_id"), text(&self.fetch(&device).await, "kiosk_token"))
    }

    /// Whether a visitor is let in by this credential, and at the kiosk's own site.
    pub(crate) async fn checks_in(&self, world: &World, token: &str) -> u16 {
        let key = uuid::Uuid::new_v4().to_string();
        let visitor = json!({ "type": "visitor", "name": "Vera Visitor" });
        let event = Event::new("POST", "/v1/visits", &[]).bearer(token).idempotent(&key).json(&visitor);
        let answer = self.ask(&event).await;
        assert!(answer.status != 201 || answer.body["site_id"] == json!(world.site), "{}", answer.text);
        answer.status
    }

    /// The kiosks of the world's site.
    pub(crate) async fn list(&self, world: &World) -> Value {
        let route = Event::new("GET", "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()]);
        self.ask(&route.bearer(&world.token)).await.body["items"].clone()
    }

    /// Revokes a kiosk.
    pub(crate) async fn revoke(&self, world: &World, kiosk: &str) -> Answer {
        self.ask(&change(world, "POST", "/v1/kiosks/{kiosk_id}/revoke", kiosk, &json!({}))).await
    }

    /// Gives a kiosk another name.
    pub(crate) async fn rename(&self, world: &World, kiosk: &str, name: &str) -> Answer {
        self.ask(&change(world, "PATCH", "/v1/kiosks/{kiosk_id}", kiosk, &json!({ "name": name }))).await
    }
}

impl Device {
    /// What the answer gave it.
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 201, "{}", answer.text);
        Self { code: text(answer, "pairing_code"), secret: text(answer, "device_code") }
    }
}

/// A device asks.
pub(crate) fn asking(slug: &str) -> Event {
    Event::new("POST", "/v1/kiosk-pairings", &[]).json(&json!({ "slug": slug }))
}

/// A device asks how far it is.
pub(crate) fn fetching(secret: &str) -> Event {
    Event::new("POST", "/v1/kiosk-pairings/token", &[]).json(&json!({ "device_code": secret }))
}

/// A member types a code at the world's site, with an Idempotency-Key of its own.
pub(crate) fn confirming(world: &World, code: &str) -> Event {
    let body = json!({ "name": "Main entrance", "pairing_code": code });
    change(world, "POST", "/v1/sites/{site_id}/kiosks", &world.site.to_string(), &body)
}

/// A change with an Idempotency-Key of its own.
pub(crate) fn change(world: &World, method: &'static str, route: &'static str, id: &str, body: &Value) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new(method, route, &[id]).bearer(&world.token).idempotent(&key).json(body)
}

/// A text of an answer.
pub(crate) fn text(answer: &Answer, field: &str) -> String {
    answer.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", answer.text)).to_owned()
}
