//! Every SQL statement that `read-visit` may run.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::{
    Error, Result,
    audit::hex,
    clock::Timestamp,
    domain::{
        text,
        visit::{DocumentSide, ImageKind, RestrictedField, VisitDecision},
    },
    id::VisitId,
    tenant::{Lookup, Row, Statement},
};

use crate::visit::{
    AcceptedNda, CarriedGoods, DocumentCheck, FaceVerdict, FieldVerdict, Load, Restricted, Visit, VisitDecided,
    VisitedHost,
};

const LOAD_VISIT: &str = "-- read-visit.load_visit
SELECT v.visit_id, v.type, v.state, v.hold_reasons, v.site_id, v.person_id, v.name, v.company, v.email, v.phone,
  v.host_id, h.name AS host_name, v.purpose, v.visit_type_id, v.answers, v.badge_number,
  v.nda_version_id, n.locale AS nda_locale, n.title AS nda_title, v.nda_text_sha256, v.nda_signed_at,
  v.carrier, v.bills_of_lading, v.appointment, v.load_type, v.seal, v.un_number, v.hazard_class, v.dangerous_goods, v.trailer,
  v.co_driver, v.tractor_plate, v.trailer_plate, v.created_at, v.checked_in_at, v.occurred_at, v.device_seq,
  v.checked_out_at, v.checked_out_occurred_at, v.checked_out_device_seq,
  v.decision, v.decided_at, v.decided_by, v.decided_by_member, v.licence_purged_at, v.legal_hold_since
FROM visits AS v
LEFT JOIN hosts AS h ON h.organization_id = v.organization_id AND h.host_id = v.host_id
LEFT JOIN notices AS n ON n.organization_id = v.organization_id AND n.version_id = v.nda_version_id
WHERE v.visit_id = $1 AND app.reaches_site(v.site_id)";

/// The visit, where the caller sees its site.
pub(crate) fn load_visit(visit: VisitId) -> Lookup<Visit> {
    Statement::new(LOAD_VISIT).bind(visit).one(read_visit)
}

/// The images of the visit. They are asked for beside the visit, and count for nothing where that is not found.
pub(crate) fn list_objects(visit: VisitId) -> Lookup<Vec<Restricted>> {
    Statement::new(concat!(
        "-- read-visit.list_objects\n",
        "SELECT kind, media_type, bytes FROM visit_objects WHERE visit_id = $1 ORDER BY kind",
    ))
    .bind(visit)
    .all(|row| {
        let field = match row.read("kind")? {
            ImageKind::Photo => RestrictedField::Photo,
            ImageKind::Signature => RestrictedField::Signature,
        };
        Ok(Restricted { field, media_type: row.read("media_type")?, bytes: row.read("bytes")? })
    })
}

/// What the last scan of a document for the visit keeps: the number, and the images of its sides.
pub(crate) fn list_document(visit: VisitId) -> Lookup<Vec<Restricted>> {
    Statement::new(concat!(
        "-- read-visit.list_document\n",
        "WITH scan AS (SELECT id_scan_id, number_index IS NOT NULL AS has_number FROM id_scans ",
        "WHERE visit_id = $1 AND purged_at IS NULL ORDER BY id_scan_id DESC LIMIT 1) ",
        "SELECT NULL AS side, NULL AS media_type, NULL::integer AS bytes FROM scan WHERE has_number ",
        "UNION ALL SELECT o.side, o.media_type, o.bytes FROM id_scan_objects AS o JOIN scan USING (id_scan_id)",
    ))
    .bind(visit)
    .all(|row| {
        let field = match row.read::<Option<DocumentSide>>("side")? {
            None => RestrictedField::DocumentNumber,
            Some(DocumentSide::Front) => RestrictedField::DocumentFront,
            Some(DocumentSide::Back) => RestrictedField::DocumentBack,
        };
        Ok(Restricted { field, media_type: row.read("media_type")?, bytes: row.read("bytes")? })
    })
}

/// What the last scan of a document for the visit found.
pub(crate) fn load_id_check(visit: VisitId) -> Lookup<Option<DocumentCheck>> {
    #[derive(serde::Deserialize)]
    struct Stored {
        fields: BTreeMap<String, FieldVerdict>,
        warnings: Vec<String>,
    }
    Statement::new(concat!(
        "-- read-visit.load_id_check\n",
        "SELECT id_scan_id, verdicts, algorithm, score::integer AS score, purged_at, face_verdict, face_reason, ",
        "face_score::integer AS face_score, face_min::integer AS face_min FROM id_scans WHERE visit_id = $1 ",
        "ORDER BY id_scan_id DESC LIMIT 1",
    ))
    .bind(visit)
    .optional(|row| {
        let stored: Stored = serde_json::from_value(row.read("verdicts")?).map_err(Error::internal)?;
        Ok(DocumentCheck {
            id_scan_id: row.read("id_scan_id")?,
            verdicts: stored.fields,
            warnings: stored.warnings,
            algorithm: row.read("algorithm")?,
            score: row.read("score")?,
            face: read_face(row)?,
            purged_at: row.read("purged_at")?,
        })
    })
}

fn read_face(row: &Row) -> Result<Option<FaceVerdict>> {
    let verdict: Option<String> = row.read("face_verdict")?;
    verdict
        .map(|verdict| {
            let (reason, min) = (row.read("face_reason")?, row.read("face_min")?);
            Ok(FaceVerdict { verdict, reason, score: row.read("face_score")?, min })
        })
        .transpose()
}

fn read_visit(row: &Row) -> Result<Visit> {
    let load = read_load(row)?;
    let phone: Option<String> = row.read("phone")?;
    let Value::Object(answers) = row.read("answers")? else {
        return Err(Error::internal("answers are no object"));
    };
    let licence_purged_at: Option<Timestamp> = row.read("licence_purged_at")?;
    // Every driver has a licence number until it is purged, and no visitor has one: the table sees to it.
    let licence = load.carrier.as_ref().filter(|_| licence_purged_at.is_none()).map(|_| Restricted::licence_number());
    Ok(Visit {
        visit_id: row.read("visit_id")?,
        r#type: row.read("type")?,
        state: row.read("state")?,
        hold_reasons: row.read("hold_reasons")?,
        decided: read_decided(row)?,
        id_check: None,
        site_id: row.read("site_id")?,
        person_id: row.read("person_id")?,
        name: row.read("name")?,
        company: row.read("company")?,
        email: row.read("email")?,
        phone_dialled: phone.as_deref().and_then(text::dialled),
        phone,
        host: read_host(row)?,
        purpose: row.read("purpose")?,
        visit_type_id: row.read("visit_type_id")?,
        answers,
        nda: read_nda(row)?,
        badge_number: row.read("badge_number")?,
        restricted: licence.into_iter().collect(),
        licence_purged_at,
        legal_hold_since: row.read("legal_hold_since")?,
        load,
        created_at: row.read("created_at")?,
        checked_in_at: row.read("checked_in_at")?,
        occurred_at: row.read("occurred_at")?,
        device_seq: row.read("device_seq")?,
        checked_out_at: row.read("checked_out_at")?,
        checked_out_occurred_at: row.read("checked_out_occurred_at")?,
        checked_out_device_seq: row.read("checked_out_device_seq")?,
    })
}

fn read_decided(row: &Row) -> Result<Option<VisitDecided>> {
    let decision: Option<VisitDecision> = row.read("decision")?;
    decision
        .map(|decision| {
            Ok(VisitDecided {
                decision,
                decided_at: row.read("decided_at")?,
                decided_by: row.read("decided_by")?,
                member_id: row.read("decided_by_member")?,
            })
        })
        .transpose()
}

fn read_load(row: &Row) -> Result<Load> {
    let goods: Option<Value> = row.read("dangerous_goods")?;
    let (un_number, hazard_class): (Option<String>, Option<String>) =
        (row.read("un_number")?, row.read("hazard_class")?);
    let dangerous_goods = match (goods, un_number.clone().zip(hazard_class.clone())) {
        (Some(goods), _) => Some(serde_json::from_value(goods).map_err(Error::internal)?),
        // Written before a load could have several.
        (None, Some((un_number, hazard_class))) => {
            Some(vec![CarriedGoods { un_number, hazard_class, packing_group: None, quantity: None }])
        }
        (None, None) => None,
    };
    Ok(Load {
        carrier: row.read("carrier")?,
        bills_of_lading: row.read("bills_of_lading")?,
        appointment: row.read("appointment")?,
        load_type: row.read("load_type")?,
        seal: row.read("seal")?,
        un_number,
        hazard_class,
        dangerous_goods,
        trailer: row.read("trailer")?,
        co_driver: row.read("co_driver")?,
        tractor_plate: row.read("tractor_plate")?,
        trailer_plate: row.read("trailer_plate")?,
    })
}

fn read_host(row: &Row) -> Result<Option<VisitedHost>> {
    match row.read("host_id")? {
        None => Ok(None),
        Some(host_id) => Ok(Some(VisitedHost { host_id, name: row.read("host_name")? })),
    }
}

fn read_nda(row: &Row) -> Result<Option<AcceptedNda>> {
    match row.read("nda_version_id")? {
        None => Ok(None),
        Some(version_id) => Ok(Some(AcceptedNda {
            version_id,
            locale: row.read("nda_locale")?,
            title: row.read("nda_title")?,
            text_sha256: hex(&row.read_hash("nda_text_sha256")?),
            signed_at: row.read("nda_signed_at")?,
        })),
    }
}
