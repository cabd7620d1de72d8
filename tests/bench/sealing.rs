//! What the vault costs once the keys are there.

use std::{hint::black_box, time::Instant};

use shared::{
    id::{KeyId, ObjectId, OrganizationId, PersonId, VisitId},
    settings::AwsSettings,
    vault::{LICENCE_NUMBER, MediaType, PHOTO, Vault},
};

use crate::{
    harness::stack,
    samples::median,
    table::{Table, Target},
    tenants::CLOCK,
};

const FIELD_BYTES: usize = 128;
const OBJECT_BYTES: u32 = 2 * 1024 * 1024;

pub(crate) async fn measure(table: &mut Table) {
    let now = CLOCK.now();
    let variables = stack::variables("fn_check_in", &[]);
    let vault = Vault::new(&AwsSettings::read(&variables).expect("AWS settings"), CLOCK);
    let kms_key = variables.required("KMS_KEY_ID").expect("a key").to_owned();
    let organization = OrganizationId::new(now);
    let wrapped = vault.create_tenant_key(organization, KeyId::new(now), &kms_key).await.expect("a tenant key");
    let tenant = vault.tenant_key(&wrapped).await.expect("a tenant key in memory");
    let person = tenant.new_person(PersonId::new(now)).expect("a person's key");

    let (visit, field) = (VisitId::new(now).uuid(), [7; FIELD_BYTES]);
    let field_s = seconds_each(20_000, || {
        black_box(person.seal(LICENCE_NUMBER.of(visit), black_box(&field)).expect("sealed"));
    });
    table.add("sealing a field of 128 bytes", (Target::AtMost(1.0), " µs"), field_s * 1e6);
    let (object, image) = (ObjectId::new(now).uuid(), vec![7; usize::try_from(OBJECT_BYTES).expect("small")]);
    let object_s = seconds_each(10, || {
        black_box(person.seal_object(PHOTO.of(object), MediaType::Jpeg, black_box(&image)).expect("sealed"));
    });
    let alone_s = seconds_each(10, || {
        black_box(person.seal(PHOTO.of(object), black_box(&image)).expect("sealed"));
    });
    let nonce_s = seconds_each(20_000, || {
        black_box(shared::secret::random_bytes::<12>().expect("random"));
    });
    let per_second = |seconds: f64| f64::from(OBJECT_BYTES) / seconds / 1e9;
    table.add("of it, the random nonce", (Target::None, " µs"), nonce_s * 1e6);
    table.add("sealing an object of 2 MiB, with its commitment", (Target::AtLeast(4.0), " GB/s"), per_second(object_s));
    table.add("the same without the commitment (SHA-256)", (Target::None, " GB/s"), per_second(alone_s));
}

/// The middle of eleven runs.
fn seconds_each(times: u32, mut work: impl FnMut()) -> f64 {
    let run = |work: &mut dyn FnMut()| {
        let started = Instant::now();
        (0..times).for_each(|_| work());
        started.elapsed().as_secs_f64() / f64::from(times)
    };
    median((0..11).map(|_| run(&mut work)).collect())
}
