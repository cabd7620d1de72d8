//! Whatever fails, a mail waits its turn, goes out in the end or is given up aloud.

use std::collections::BTreeSet;

use super::*;
use crate::harness::{Event, tap::Tap};

/// A sender on whose way to SES a tap sits, with its clock ahead.
async fn sender_by(url: &str, seconds: i64) -> send_mail::Deps {
    sender(&[("AWS_ENDPOINT_URL_SESV2", url), ("CLOCK_OFFSET_SECONDS", &seconds.to_string())]).await
}

#[tokio::test]
async fn what_ses_does_not_take_is_tried_later_each_time_later_still() {
    let world = World::posting_by_hand().await;
    let (_, address) = invited(&world).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_SESV2")).await;
    tap.close();

    for (attempt, now, wait) in [(1, 0, 60), (2, 61, 120), (3, 200, 180)] {
        let deps = sender_by(&url, now).await;
        assert!(send(&world, &deps).await && send(&world, &deps).await);
        let [(attempts, false, false, seconds)] = standing(&world).await[..] else { panic!("it is not open any more") };
        assert_eq!(attempts, attempt);
        assert!((now + wait - 10..=now + wait + 30).contains(&seconds), "{seconds} s after attempt {attempt}");
        assert_eq!(marks(&world).await, 1);
    }
    assert!(mails::to(&address).is_empty());
    tap.open();
    assert!(send(&world, &sender_by(&url, 600).await).await);

    assert_eq!((mails::to(&address).len(), marks(&world).await), (1, 0));
    assert!(matches!(standing(&world).await[..], [(4, true, false, _)]));
}

#[tokio::test]
async fn one_that_waits_does_not_hold_up_another() {
    let world = World::new().await;
    let waiting = invited(&world).await.1;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_SESV2")).await;
    tap.close();
    assert!(send(&world, &sender_by(&url, 0).await).await);

    let (_, address) = invited(&world).await;

    let due = "SELECT due_at <= now() FROM pending_work WHERE organization_id = $1 AND kind = 'mail'";
    assert!(world.own_rows(due).await[0].get::<_, bool>(0), "the mark of the first one is due for the second");
    assert!(send(&world, &sender(&[]).await).await);
    assert_eq!((mails::to(&waiting).len(), mails::to(&address).len(), marks(&world).await), (0, 1, 1));
}

#[tokio::test]
async fn after_eight_attempts_it_is_given_up_and_the_log_says_so() {
    let world = World::posting_by_hand().await;
    let (member, address) = invited(&world).await;
    world.execute("UPDATE mails SET attempts = 6 WHERE organization_id = $1", &[&world.organization]).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_SESV2")).await;
    tap.close();

    assert!(send(&world, &sender_by(&url, 0).await).await);
    assert!(matches!(standing(&world).await[..], [(7, false, false, 400..=450)]));
    assert!(send(&world, &sender_by(&url, 500).await).await);
    tap.open();
    assert!(send(&world, &sender_by(&url, 5000).await).await);

    assert!(matches!(standing(&world).await[..], [(8, false, true, _)]));
    assert_eq!((mails::to(&address).len(), marks(&world).await), (0, 0));
    let entries = world.entries().await;
    assert_eq!((entries.len(), &entries[0]["action"]), (1, &json!("mail.given_up")));
    assert_eq!(entries[0]["target"], json!({ "kind": "member", "id": member }));
}

#[tokio::test]
async fn what_ses_refuses_for_good_is_tried_once_and_shown_to_who_invited() {
    // One that SES refuses, and one that was stored before addresses were checked and is none.
    for address in ["ada@refused.invalid", "adä@example.com"] {
        let world = World::posting_by_hand().await;
        let (member, _) = invited(&world).await;
        world.execute("UPDATE members SET email = $2 WHERE member_id = $1", &[&member, &address]).await;
        let shown = async || {
            let deps = stack::connect::<manage_members::Deps>(&stack::variables("fn_manage_members", &[])).await;
            let read = Event::new("GET", "/v1/members/{member_id}", &[&member.to_string()]).bearer(&world.token);
            read.send(&deps, manage_members::handle).await.body["invitation_refused"].clone()
        };
        assert_eq!(shown().await, json!(false));

        assert!(send(&world, &sender(&[]).await).await && send(&world, &sender(&[]).await).await);

        assert!(matches!(standing(&world).await[..], [(1, false, true, _)]), "{address}");
        assert_eq!((marks(&world).await, shown().await), (0, json!(true)), "{address}");
        let entries = world.entries().await;
        assert_eq!((entries.len(), &entries[0]["action"]), (1, &json!("mail.given_up")));
        assert_eq!(entries[0]["diff"]["added"], json!({ "kind": "member_invitation", "is_refused": true }));

        // The next invitation is another mail.
        world.ask_for_mail(member, "member_invitation").await;
        assert_eq!(shown().await, json!(false));
    }
}

#[tokio::test]
async fn a_domain_beyond_ascii_is_mailed_by_its_a_labels() {
    let world = World::posting_by_hand().await;
    let (member, _) = invited(&world).await;
    let local = uuid::Uuid::new_v4().simple().to_string();
    world
        .execute("UPDATE members SET email = $2 WHERE member_id = $1", &[&member, &format!("{local}@münchen.example")])
        .await;

    assert!(send(&world, &sender(&[]).await).await);

    assert_eq!(mails::to(&format!("{local}@xn--mnchen-3ya.example")).len(), 1);
}

#[tokio::test]
async fn senders_that_die_over_it_are_counted_too() {
    let world = World::posting_by_hand().await;
    let (_, address) = invited(&world).await;
    // As eight senders leave it that died before they could say anything.
    world.execute("UPDATE mails SET attempts = 8 WHERE organization_id = $1", &[&world.organization]).await;
    let before = world.count("credentials").await;

    assert!(send(&world, &sender(&[]).await).await);

    assert!(matches!(standing(&world).await[..], [(9, false, true, _)]));
    assert!(mails::to(&address).is_empty());
    assert_eq!((world.count("credentials").await, world.actions().await), (before, vec!["mail.given_up".to_owned()]));
}

#[tokio::test]
async fn an_answer_of_ses_that_is_lost_costs_a_second_mail_whose_link_opens_too() {
    let world = World::posting_by_hand().await;
    let (member, address) = invited(&world).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_SESV2")).await;
    tap.lose_answers_after(0);

    assert!(send(&world, &sender_by(&url, 0).await).await);
    let unheard = mails::to(&address);
    assert!(!unheard.is_empty() && sent(&world).await == 0);
    tap.open();
    assert!(send(&world, &sender_by(&url, 90).await).await);

    assert_eq!((mails::to(&address).len(), sent(&world).await), (unheard.len() + 1, 1));
    let links: BTreeSet<_> = mails::to(&address).iter().map(|mail| mail.credential().to_owned()).collect();
    assert_eq!(links.len(), 2);
    for link in &links {
        assert_eq!(opened_by(&world, link).await.1, member);
    }
    assert_eq!(world.actions().await, ["mail.sent"]);
}

/// The claim takes six round trips, the record four, and the look for another mail five.
#[tokio::test]
async fn whichever_answer_of_the_database_is_lost_the_mail_goes_out_and_is_recorded_once() {
    let mut sent_twice = 0;
    for lost in 0..15 {
        let world = World::posting_by_hand().await;
        let (member, address) = invited(&world).await;
        let variables = stack::variables("fn_send_mail", &[]);
        let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
        let deps = sender(&[("DATABASE_URL", &url)]).await;
        tap.lose_one_answer_after(lost);

        assert!(!send(&world, &deps).await, "{lost} answers");
        let late = sender(&[("CLOCK_OFFSET_SECONDS", "121")]).await;
        assert!(send(&world, &late).await, "{lost} answers");

        // A session whose answer was lost may end later than the next sender looks; the mark then stays for another look.
        for _ in 0..100 {
            if marks(&world).await == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            assert!(send(&world, &late).await, "{lost} answers");
        }

        let mails = mails::to(&address);
        assert!((1..=2).contains(&mails.len()), "{} mails after {lost} answers", mails.len());
        sent_twice += mails.len() - 1;
        for mail in &mails {
            assert_eq!(opened_by(&world, mail.credential()).await.1, member, "{lost} answers");
        }
        assert_eq!(world.actions().await, ["mail.sent"], "{lost} answers");
        assert_eq!((sent(&world).await, marks(&world).await), (1, 0), "{lost} answers");
    }
    // BEGIN, the mail's end and its entry: until COMMIT no other session knows that it was sent.
    assert_eq!(sent_twice, 3);
}

#[tokio::test]
async fn a_name_that_would_add_a_header_is_not_sent() {
    let world = World::posting_by_hand().await;
    let (member, address) = invited(&world).await;
    let other = format!("{member}@elsewhere.example");
    // Past every function, which lets no such name in.
    let name = format!("Test\r\nBcc: {other}");
    world.execute("UPDATE organizations SET name = $2 WHERE organization_id = $1", &[&world.organization, &name]).await;

    assert!(send(&world, &sender(&[]).await).await);

    assert!(mails::to(&address).is_empty() && mails::to(&other).is_empty());
    assert!(matches!(standing(&world).await[..], [(1, false, false, 50..=60)]));
}

#[tokio::test]
async fn one_that_was_taken_over_is_not_recorded_by_who_had_it_before() {
    let world = World::posting_by_hand().await;
    let (_, address) = invited(&world).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_SESV2")).await;
    tap.delay(Duration::from_millis(1500));
    let (slow, next) = (sender_by(&url, 0).await, sender(&[]).await);
    let quick = async {
        while standing(&world).await[0].0 == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let over = "UPDATE mails SET not_before = now() - interval '1 second' WHERE organization_id = $1";
        world.execute(over, &[&world.organization]).await;
        send(&world, &next).await
    };

    let (first, second) = tokio::join!(send(&world, &slow), quick);

    assert!(first && second);
    assert_eq!(mails::to(&address).len(), 2);
    assert_eq!(world.actions().await, ["mail.sent"]);
    assert!(matches!(standing(&world).await[..], [(2, true, false, _)]));
}
