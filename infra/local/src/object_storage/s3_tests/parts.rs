//! Uploads in parts.

use super::*;

const MIB: usize = 1024 * 1024;

fn list(parts: &[(usize, &str)]) -> String {
    let part = |(number, etag): &(usize, &str)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", etag.replace('"', "&quot;"))
    };
    format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.iter().map(part).collect::<String>())
}

#[tokio::test]
async fn parts_become_one_object_in_the_order_of_their_numbers() {
    let rig = Rig::start().await;
    let upload = rig.begin("/plain/a").await;
    let third = rig.place("/plain/a", &upload, 3, b"the end".to_vec()).await;
    let first = rig.place("/plain/a", &upload, 1, vec![b'x'; 5 * MIB]).await;
    rig.place("/plain/a", &upload, 2, b"small".to_vec()).await;
    let again = rig.place("/plain/a", &upload, 2, vec![b'y'; 6 * MIB]).await;
    assert_eq!(rig.refusal("GET", "/plain/a", &[], "").await, "404 NoSuchKey");

    rig.done("POST", &format!("/plain/a?uploadId={upload}"), list(&[(1, &first), (2, &again), (3, &third)])).await;

    let whole = rig.done("GET", "/plain/a", "").await.body;
    assert_eq!(whole, [vec![b'x'; 5 * MIB], vec![b'y'; 6 * MIB], b"the end".to_vec()].concat());
    let across = format!("bytes={}-{}", 11 * MIB - 2, 11 * MIB + 2);
    assert_eq!(rig.ask("GET", "/plain/a", &[CREDENTIAL, ("range", &across)], "").await.text(), "yythe");
    let complete = format!("/plain/a?uploadId={upload}");
    assert_eq!(rig.refusal("POST", &complete, &[], list(&[(1, &first)])).await, "404 NoSuchUpload");
    rig.done("DELETE", "/plain/a", "").await;
    assert_eq!(rig.files(), 0);
}

#[tokio::test]
async fn an_upload_that_is_not_what_the_client_thinks_is_not_completed() {
    let rig = Rig::start().await;
    let upload = rig.begin("/plain/a").await;
    let small = rig.place("/plain/a", &upload, 1, b"small".to_vec()).await;
    let last = rig.place("/plain/a", &upload, 2, b"last".to_vec()).await;
    let complete = format!("/plain/a?uploadId={upload}");

    for (parts, refusal) in [
        (list(&[(1, &small), (2, &last)]), "400 EntityTooSmall"),
        (list(&[(2, &last), (1, &small)]), "400 InvalidPartOrder"),
        (list(&[(1, &last)]), "400 InvalidPart"),
        (list(&[(3, &last)]), "400 InvalidPart"),
        (list(&[]), "400 MalformedXML"),
    ] {
        assert_eq!(rig.refusal("POST", &complete, &[], parts).await, refusal);
    }
    let elsewhere = format!("/plain/b?uploadId={upload}");
    assert_eq!(rig.refusal("POST", &elsewhere, &[], list(&[(1, &small)])).await, "404 NoSuchUpload");
    let beyond = format!("/plain/a?partNumber=10001&uploadId={upload}");
    assert_eq!(rig.refusal("PUT", &beyond, &[], "x").await, "400 InvalidArgument");

    rig.done("DELETE", &complete, "").await;
    assert_eq!(rig.refusal("DELETE", &complete, &[], "").await, "404 NoSuchUpload");
    assert_eq!(rig.files(), 0);
}
