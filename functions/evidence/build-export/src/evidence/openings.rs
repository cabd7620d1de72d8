//! The sealed values of a visit, opened: each with the salt that opens its commitment.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use shared::{
    Error,
    id::ObjectId,
    objects::ObjectKey,
    secret::Secret,
    vault::{AuditValue, PHOTO, PersonKey, SIGNATURE, Unopened, commitment},
};

use super::entry::{Shown, is_sealed, walk};
use crate::{
    Deps,
    stop::{Stop, log_differs},
};

/// A value that stands sealed in an entry, and where.
struct SealedValue<'e> {
    entry: &'e Shown,
    pointer: String,
    value: &'e Value,
}

/// A value as it was committed to.
pub(super) struct OpenedValue {
    pub(super) seq: u64,
    pub(super) pointer: String,
    salt: [u8; 32],
    pub(super) content: Content,
}

/// What was committed to.
pub(super) enum Content {
    Text(Secret<String>),
    /// Name of the member that holds it.
    File(String),
}

/// An image as a member of the bundle.
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) bytes: Secret<Vec<u8>>,
}

/// What could be opened, and what not.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) values: Vec<OpenedValue>,
    pub(super) files: Vec<File>,
    /// Entry and pointer of each value whose key was destroyed.
    pub(super) erased: Vec<(u64, String)>,
}

impl OpenedValue {
    /// The line of `audit/openings.jsonl`.
    pub(super) fn line(&self) -> String {
        let salt = BASE64_STANDARD.encode(self.salt);
        let line = match &self.content {
            Content::Text(text) => {
                let value = text.expose_secret();
                serde_json::json!({ "seq": self.seq, "pointer": self.pointer, "salt": salt, "value": value })
            }
            Content::File(file) => {
                serde_json::json!({ "seq": self.seq, "pointer": self.pointer, "salt": salt, "file": file })
            }
        };
        line.to_string()
    }
}

impl Opened {
    /// The text that stands sealed there.
    pub(super) fn text(&self, seq: u64, pointer: &str) -> Option<&str> {
        let value = self.values.iter().find(|value| value.seq == seq && value.pointer == pointer)?;
        Some(match &value.content {
            Content::Text(text) => text.expose_secret().as_str(),
            Content::File(name) => name,
        })
    }

    /// Whether the key was destroyed of what stands sealed there.
    pub(super) fn is_erased(&self, seq: u64, pointer: &str) -> bool {
        self.erased.iter().any(|(entry, erased)| *entry == seq && erased == pointer)
    }

    /// The image that a member is named after.
    pub(super) fn file(&self, stem: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name.split('.').next() == Some(stem))
    }

    fn push(&mut self, entry: &Shown, pointer: String, salt: [u8; 32], content: Content) {
        self.values.push(OpenedValue { seq: entry.logged.seq, pointer, salt, content });
    }
}

/// The keys that open what is sealed in a visit's entries.
pub(super) struct Keys {
    /// None once the person is erased.
    pub(super) person: Option<PersonKey>,
    /// None once documents are purged.
    pub(super) licence: Option<PersonKey>,
}

impl Keys {
    fn of(&self, pointer: &str) -> Option<&PersonKey> {
        if pointer == "/diff/added/licence_number" { self.licence.as_ref() } else { self.person.as_ref() }
    }
}

/// Opens what the keys open. What a destroyed key sealed is erased.
pub(super) async fn open(deps: &Deps, keys: &Keys, entries: &[Shown]) -> Result<Opened, Stop> {
    let mut opened = Opened::default();
    for entry in entries {
        let mut found = Vec::new();
        walk(String::new(), &entry.entry, &mut found);
        let mut sealed: Vec<_> = found.into_iter().filter(|(_, value)| is_sealed(value)).collect();
        sealed.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (pointer, value) in sealed {
            let Some(person) = keys.of(&pointer) else {
                opened.erased.push((entry.logged.seq, pointer));
                continue;
            };
            let sealed = SealedValue { entry, pointer, value };
            match value.get("object").and_then(Value::as_str) {
                Some(object) => open_image(deps, person, sealed, object, &mut opened).await?,
                None => open_text(person, sealed, &mut opened)?,
            }
        }
    }
    Ok(opened)
}

fn open_text(person: &PersonKey, sealed: SealedValue<'_>, opened: &mut Opened) -> Result<(), Stop> {
    let SealedValue { entry, pointer, value } = sealed;
    let sealed: AuditValue = serde_json::from_value(value.clone()).map_err(Error::internal)?;
    match person.open_audit(&pointer, entry.text("/request_id"), &sealed) {
        Ok(opening) => {
            opened.push(entry, pointer, opening.salt, Content::Text(opening.value));
            Ok(())
        }
        // Another person's, who is not whom this evidence is about.
        Err(error) if is_another_persons(&error) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn is_another_persons(error: &Error) -> bool {
    let reason = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Unopened>());
    reason == Some(&Unopened::OtherKey)
}

async fn open_image(
    deps: &Deps,
    person: &PersonKey,
    sealed: SealedValue<'_>,
    object: &str,
    opened: &mut Opened,
) -> Result<(), Stop> {
    let SealedValue { entry, pointer, value } = sealed;
    let object: ObjectId = object.parse().map_err(Error::internal)?;
    let stem = pointer.rsplit('/').next().unwrap_or_default().to_owned();
    let column = match stem.as_str() {
        "photo" => PHOTO,
        "signature" => SIGNATURE,
        _ => return Err(Error::internal("an entry speaks of an image of an unknown kind").into()),
    };
    let envelope = deps.objects.fetch_sealed(&ObjectKey::new(person.organization(), object)).await;
    let envelope = envelope.map_err(|error| match error {
        Error::NotFound => Error::internal("an object that an entry speaks of is missing"),
        other => other,
    })?;
    let image = person.open_object(column.of(object.uuid()), &envelope)?;
    let commit = BASE64_STANDARD.encode(commitment(&image.salt, image.bytes.expose_secret()));
    if value.get("commit").and_then(Value::as_str) != Some(commit.as_str()) {
        return Err(log_differs());
    }
    let ending = if image.media_type.name() == "image/png" { "png" } else { "jpg" };
    let earlier = opened.files.iter().filter(|file| file.name.starts_with(&stem)).count();
    let name = if earlier == 0 { format!("{stem}.{ending}") } else { format!("{stem}-{}.{ending}", earlier + 1) };
    opened.push(entry, pointer, image.salt, Content::File(name.clone()));
    opened.files.push(File { name, media_type: image.media_type.name(), bytes: image.bytes });
    Ok(())
}
