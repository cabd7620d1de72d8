//! Texts that people sign or are shown. The text of a version never changes, so its hash binds a signature.

use serde::{Deserialize, Serialize};
use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, PublicHash, TargetKind, hex},
    authn::sha256,
    clock::Timestamp,
    domain::{
        BoundedText, Locale,
        notice::{NoticeKind, NoticeText},
        text::Name,
    },
    http::{List, Nothing, Reply, Request},
    id::NoticeVersionId,
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// A version to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// What the text is for.
    pub(crate) kind: NoticeKind,
    /// Its language.
    pub(crate) locale: Locale,
    /// Title.
    title: Name,
    /// The text, kept exactly as it is sent.
    pub(crate) text: NoticeText,
}

/// A version of a text, without the text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notice {
    /// The version.
    pub version_id: NoticeVersionId,
    /// What the text is for.
    pub kind: NoticeKind,
    /// Its language.
    pub locale: String,
    /// 1, 2, 3 … for each kind and language.
    pub version: i32,
    /// Title.
    pub title: String,
    /// SHA-256 of the text in UTF-8, in hex: what a signature is bound to.
    pub text_sha256: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// Since when it cannot be signed any more; signatures given stay valid.
    pub retired_at: Option<Timestamp>,
}

/// A version of a text, with the text.
#[derive(Debug, Serialize, ToSchema)]
pub struct FullNotice {
    /// The version.
    #[serde(flatten)]
    pub notice: Notice,
    /// The text, exactly as it was sent.
    pub text: String,
}

/// Publishes a version. Those before it stay as they are until they are retired.
pub(crate) async fn publish(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewNotice = request.json()?;
    let text_sha256 = sha256(new.text.as_str().as_bytes());

    let lookup = store::count_versions_of_notice(&new);
    let (admitted, versions) = deps.door.admit(request, Permission::NoticeManage, lookup).await?;

    let notice = Notice {
        version_id: NoticeVersionId::new(admitted.now()),
        kind: new.kind,
        locale: new.locale.as_str().to_owned(),
        version: versions + 1,
        title: new.title.as_str().to_owned(),
        text_sha256: hex(&text_sha256),
        published_at: admitted.now(),
        retired_at: None,
    };
    let diff = Diff::new()
        .added("kind", notice.kind)
        .added("locale", Internal(&notice.locale))
        .added("version", notice.version)
        .added("title", Internal(&notice.title))
        .added("text_sha256", PublicHash(&text_sha256));
    let reply = Reply::created(&notice)?;
    admitted
        .record(reply, |batch| {
            store::insert_notice(batch, &notice, new.text);
            batch.audit(AuditEvent::new(Action::NoticePublished, TargetKind::Notice, notice.version_id).with(diff));
        })
        .await
}

/// Lists versions without their texts, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let kind = query.take_with("kind", NoticeKind::of_word)?;
    let locale = query.take_with("locale", |text| serde_json::from_value::<Locale>(text.into()).ok())?;
    let page = query.take_page::<NoticeVersionId>()?;
    query.finish()?;

    let lookup = store::list_notices(kind, locale, &page);
    let (_, notices) = deps.reads.admit(request, Permission::VisitRead, lookup).await?;

    Reply::ok(&List::cut(&page, notices, |notice| notice.version_id)?)
}

/// One version with its text.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_full_notice(request.target("version_id"));
    let (_, notice) = deps.reads.admit(request, Permission::VisitRead, lookup).await?;

    Reply::ok(&notice)
}

/// Retires a version. One that is retired already stays so.
pub(crate) async fn retire(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let lookup = store::load_notice(request.target("version_id"));
    let (admitted, found) = deps.door.admit(request, Permission::NoticeManage, lookup).await?;

    let now = admitted.now();
    let notice = Notice { retired_at: found.retired_at.or(Some(now)), ..found.clone() };
    let reply = Reply::ok(&notice)?;
    admitted
        .record(reply, |batch| {
            if found.retired_at.is_none() {
                store::retire_notice(batch, found.version_id, now);
                let diff = Diff::new().added("retired_at", now);
                batch.audit(AuditEvent::new(Action::NoticeRetired, TargetKind::Notice, found.version_id).with(diff));
            }
        })
        .await
}
