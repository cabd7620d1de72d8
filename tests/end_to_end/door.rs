//! What people, clients and attackers send to the door, case by case of `../shared/vectors/cases/door.json`, asked of the
//! running binaries.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http_body_util::Full;
use hyper::{Method, body::Bytes};
use image::{ImageFormat, RgbaImage};
use serde_json::{Value, json};

use super::{
    client::{Answer, Client},
    running::Running,
};
use crate::harness::{mails, pictures};

/// The kinds whose cases are run here.
const KINDS: [&str; 12] =
    ["time", "text", "phone", "hazard", "locale", "mail", "json", "refusal", "http", "image", "csv", "url"];
/// Cases that a unit test runs, by the file which names them.
const IN_UNITS: [(&str, &str); 1] = [("csv-fullwidth", "functions/evidence/build-export/src/csv.rs")];

/// What is asked, and by whom.
struct Desk<'r> {
    running: &'r Running,
    owner: Client,
    site: String,
    nda: String,
}

fn cases() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/cases/door.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the cases")).expect("JSON");
    let all = file["cases"].as_array().expect("cases").iter();
    all.filter(|case| KINDS.contains(&case["kind"].as_str().expect("a kind"))).cloned().collect()
}

impl Desk<'_> {
    fn visitor(&self) -> Value {
        json!({ "type": "visitor", "name": "Vera Sample", "site_id": self.site })
    }

    async fn check_in(&self, body: &Value) -> Answer {
        self.owner.ask(Method::POST, "/v1/visits", Some(body)).await
    }

    /// Sends a visitor with headers of its own in the place of others.
    async fn check_in_with(&self, headers: &Value) -> Answer {
        let mut request = self.owner.request("POST", "/v1/visits");
        for (name, value) in headers.as_object().expect("headers") {
            request = request.header(name, value.as_str().expect("a value"));
        }
        if headers.get("content-type").is_none() {
            request = request.header("content-type", "application/json");
        }
        let body = Full::new(Bytes::from(self.visitor().to_string()));
        self.owner.send_raw(request.body(body).expect("a request")).await.expect("an answer")
    }

    /// A case that says method, path and body. A visit is of the site that there is.
    async fn ask(&self, case: &Value) -> Answer {
        let request = &case["request"];
        let path = request["path"].as_str().expect("a path").to_owned();
        let path = match path.contains("{visit_id}") {
            true => path
                .replace("{visit_id}", self.check_in(&self.visitor()).await.body["visit_id"].as_str().expect("an id")),
            false => path,
        };
        let mut body = request["body"].clone();
        if path == "/v1/visits" && body.is_object() {
            body["site_id"] = json!(self.site);
        }
        let mut sent = self.owner.request(request["method"].as_str().expect("a method"), &path);
        if body.is_object() || request["headers"].is_object() {
            sent = sent.header("content-type", "application/json");
        }
        let bytes = if body.is_null() { String::new() } else { body.to_string() };
        self.owner.send_raw(sent.body(Full::new(Bytes::from(bytes))).expect("a request")).await.expect("an answer")
    }

    /// A case that only says what is special about it.
    async fn ask_specially(&self, case: &Value) -> Answer {
        let request = &case["request"];
        match case["id"].as_str().expect("an id") {
            "reason-invisible" => {
                let visit = self.check_in(&self.visitor()).await.body["visit_id"].as_str().expect("an id").to_owned();
                let body = json!({ "fields": ["photo"], "reason": request["reveal_reason"] });
                self.owner.ask(Method::POST, &format!("/v1/visits/{visit}/reveal"), Some(&body)).await
            }
            "number-rounded" => {
                let number = request["answers"]["badge"].as_str().expect("a text").split(' ').next().expect("a number");
                let kind = uuid::Uuid::new_v4();
                let body = format!(
                    r#"{{"type":"visitor","name":"Vera Sample","site_id":"{}","visit_type_id":"{kind}","answers":{{"badge":{number}}}}}"#,
                    self.site
                );
                let sent = self.owner.request("POST", "/v1/visits").header("content-type", "application/json");
                self.owner
                    .send_raw(sent.body(Full::new(Bytes::from(body))).expect("a request"))
                    .await
                    .expect("an answer")
            }
            "answers-key-named" => {
                let mut body = self.visitor();
                body["visit_type_id"] = json!(self.visit_type(&request["schema"]).await);
                body["answers"] = request["answers"].clone();
                self.check_in(&body).await
            }
            "charset-utf8" | "gzip-body" => self.check_in_with(&request["headers"]).await,
            "image-kind" => {
                let mut body = self.visitor();
                body["photo"] = json!(BASE64_STANDARD.encode(b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0"));
                self.check_in(&body).await
            }
            "signature-empty" => {
                let mut png = std::io::Cursor::new(Vec::new());
                RgbaImage::new(300, 100).write_to(&mut png, ImageFormat::Png).expect("an image");
                let mut body = self.visitor();
                body["nda_version_id"] = json!(self.nda);
                body["signature"] = json!(pictures::png());
                assert_eq!(self.check_in(&body).await.status, 201, "a drawing is taken");
                body["signature"] = json!(BASE64_STANDARD.encode(png.into_inner()));
                self.check_in(&body).await
            }
            id => panic!("no test runs the case {id}"),
        }
    }

    /// A visit type that asks this.
    async fn visit_type(&self, schema: &Value) -> String {
        let name = format!("Case {}", uuid::Uuid::new_v4());
        let body = json!({ "site_id": self.site, "name": name, "applies_to": "visitor", "answers_schema": schema });
        let made = self.owner.ask(Method::POST, "/v1/visit-types", Some(&body)).await;
        made.body["visit_type_id"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned()
    }

    /// What is wrong about the answer to a case.
    async fn faults(&self, case: &Value, answer: &Answer) -> Vec<String> {
        let right = &case["right"];
        let right = right["either"].as_array().and_then(|either| either.last()).unwrap_or(right);
        let mut wrong = Vec::new();
        let mut expect = |holds: bool, what: String| wrong.extend((!holds).then_some(what));
        let statuses = match &right["status"] {
            Value::Array(list) => list.clone(),
            Value::Null => vec![json!(201)],
            one => vec![one.clone()],
        };
        expect(statuses.contains(&json!(answer.status)), format!("is {} {}", answer.status, answer.body));
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let named = |pointer: &Value| errors.iter().any(|error| error["pointer"] == *pointer);
        for pointer in right["pointers"].as_array().into_iter().flatten().chain(right.get("pointer")) {
            expect(named(pointer), format!("does not name {pointer}: {}", answer.body));
        }
        if let Some(code) = right.get("code") {
            expect(
                !errors.is_empty() && errors.iter().all(|error| error["code"] == *code),
                format!("does not say {code}: {}", answer.body),
            );
        }
        if let Some(header) = right["header"].as_str() {
            expect(answer.headers.contains_key(header), format!("lacks {header}"));
        }
        if let (Some(visit), true) = (answer.body["visit_id"].as_str(), answer.status == 201) {
            let read = self.owner.get(&format!("/v1/visits/{visit}")).await.body;
            if let Some(stored) = right.get("stored") {
                expect(read["un_number"] == *stored, format!("is stored as {}", read["un_number"]));
            }
            if let Some(hidden) = right["stored_without"].as_str() {
                expect(
                    !read["name"].as_str().expect("a name").contains(hidden),
                    format!("is stored as {}", read["name"]),
                );
            }
        }
        if let Some(address) = right["mailed_to"].as_str() {
            self.running.tick("send-mail");
            let sent = mails::all_in(&self.running.local().join("mail.jsonl"));
            expect(sent.iter().any(|mail| mail.to == address), format!("is not mailed to {address}"));
        }
        wrong
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_of_the_door_is_answered_as_it_says() {
    let running = Running::shared().await;
    let owner = running.owner(0);
    let notice =
        json!({ "kind": "nda", "locale": "en", "title": "Cases", "text": "You keep to yourself what you see here." });
    let nda = owner.ask(Method::POST, "/v1/notices", Some(&notice)).await.body["version_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let desk = Desk { running: &running, owner, site: running.told(0, "site_id"), nda };
    let (mut wrong, cases) = (Vec::new(), cases());
    for case in &cases {
        let id = case["id"].as_str().expect("an id");
        if let Some((_, file)) = IN_UNITS.iter().find(|(unit, _)| *unit == id) {
            let text = std::fs::read_to_string(format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
            assert!(text.contains(id), "{file} does not run the case {id}");
            continue;
        }
        let is_whole = case["request"]["method"].is_string() && case["request"]["path"].is_string();
        let answer = if is_whole { desk.ask(case).await } else { desk.ask_specially(case).await };
        wrong.extend(desk.faults(case, &answer).await.into_iter().map(|fault| format!("{id} {fault}")));
    }
    assert!(cases.len() >= 30 && wrong.is_empty(), "{}", wrong.join("\n"));
}
