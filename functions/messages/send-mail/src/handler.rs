//! Sends the mail that was asked for, on a message and each minute. Contract in
//! `functions/messages/send-mail/README.md`. Promises T5, E1, R4.
//!
//! A mail is claimed, and its link made valid, in one transaction. It is handed over while no transaction is open. A second
//! transaction says that it was. A crash or a lost answer between them sends it once more with another link: both open the same door, once.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::{mail::MailKind, text::mailable},
    mail::{Mail, refused_address},
    queue::{MAIL_REQUEST, Message},
    schedule::{Outcome, Tick},
    secret::Secret,
    telemetry,
    work::SystemWork,
};

use crate::{
    Deps,
    letters::{self, Letter},
    link::Link,
    store::{self, Claimed},
};

/// How this function is named in entries and metrics.
const NAME: &str = "send-mail";
/// Seconds that a sender has a mail to itself: far longer than any call to SES takes.
const LEASE_SECONDS: i64 = 2 * 60;
/// Seconds before a mail that was not taken is tried again, for each time that it was tried.
const RETRY_SECONDS: i64 = 60;
/// Attempts after which a mail is given up.
const ATTEMPTS_MAX: i32 = 8;

/// Sends the mail of the organization that the message names.
///
/// # Errors
/// When the message is none of ours, or the database fails: it then comes again. What fails of one mail is kept with it.
pub async fn consume(deps: &Deps, message: &Message) -> Result<()> {
    if message.envelope().kind != MAIL_REQUEST {
        return Err(Error::malformed("/kind", "unknown_value"));
    }
    send_all(deps, &message.work(&deps.db), || message.has_time()).await.map(drop)
}

/// Sends the mail of every organization that has some waiting: what no message told of, and what is tried again.
///
/// # Errors
/// When the database does not say who has.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_due(&deps.db, "mail", async |work| send_all(deps, &work, || tick.has_time()).await).await
}

/// Each mail that is claimed waits for a minute at least before it is claimed again, so this ends.
async fn send_all(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let mut sent = 0;
    while goes_on() {
        let Some((claimed, link)) = claim(deps, work).await? else { break };
        if !claimed.kind.may_reach(claimed.state) {
            work.with_tenant(async |tx| tx.find(store::give_up(&claimed, false, deps.clock.now())).await).await?;
        } else if claimed.attempt > ATTEMPTS_MAX {
            give_up(deps, work, &claimed).await?;
        } else {
            match hand_over(deps, &claimed, link.as_ref()).await {
                Ok(()) => sent += record(deps, work, &claimed).await?,
                Err(Error::Unprocessable(_)) => refuse(deps, work, &claimed).await?,
                Err(error) => wait_or_give_up(deps, work, &claimed, &error).await?,
            }
        }
    }
    Ok(sent)
}

/// Takes a mail, with a link that is valid from now on. The mark stays while any mail is open.
async fn claim(deps: &Deps, work: &SystemWork) -> Result<Option<(Claimed, Option<Link>)>> {
    let now = deps.clock.now();
    work.with_tenant(async |tx| {
        tx.write(store::take_mark(work.organization())).await?;
        let claimed = tx.find(store::claim(now, now.plus_seconds(LEASE_SECONDS))).await?;
        tx.write(store::put_mark_back(work.organization(), now)).await?;
        let Some(claimed) = claimed else { return Ok(None) };
        if !claimed.kind.may_reach(claimed.state) || claimed.attempt > ATTEMPTS_MAX {
            return Ok(Some((claimed, None)));
        }
        let link = Link::of(claimed.kind, claimed.realm, work.organization())?;
        if let Some(link) = &link {
            tx.write(store::add_link(&claimed, link, now)).await?;
        }
        Ok(Some((claimed, link)))
    })
    .await
}

/// Gives the mail to SES. An address that was stored before addresses were checked may be none.
async fn hand_over(deps: &Deps, claimed: &Claimed, link: Option<&Link>) -> Result<()> {
    let to = mailable(&claimed.address).ok_or_else(refused_address)?;
    deps.mailer.send(&mail(deps, claimed, link, to)).await
}

fn mail(deps: &Deps, claimed: &Claimed, link: Option<&Link>, to: String) -> Mail {
    let (origin, organization) = (&deps.console_origin.0, &claimed.organization_name);
    let url = link.map(|link| link.url(origin));
    let place = url.as_ref().map_or(origin.as_str(), |url| url.expose_secret());
    let Letter { subject, text } = match claimed.kind {
        MailKind::AccessReviewDue => letters::access_review_due(organization, place),
        MailKind::CustomerLogBroken => letters::customer_log_broken(organization),
        MailKind::ImpersonationRequested => letters::impersonation_requested(organization, place),
        MailKind::LogBroken => letters::log_broken(organization),
        MailKind::MemberInvitation => letters::member_invitation(organization, place),
        MailKind::PasswordReset => letters::password_reset(organization, place),
        MailKind::PasswordChanged => letters::password_changed(organization, place),
        MailKind::SecondFactorChanged => letters::second_factor_changed(organization, place),
    };
    Mail { to, subject, text: Secret::new(text) }
}

/// Says that SES has it; 1 where it was this sender's to say.
async fn record(deps: &Deps, work: &SystemWork, claimed: &Claimed) -> Result<u64> {
    work.with_tenant(async |tx| {
        if tx.find(store::finish(claimed, deps.clock.now())).await? == 0 {
            tracing::warn!(mail.id = %claimed.mail, "another sender has it, and it was sent twice");
            return Ok(0);
        }
        if has_entry(claimed) {
            work.audit(tx, NAME, entry(Action::MailSent, claimed)).await?;
        }
        Ok(1)
    })
    .await
}

async fn wait_or_give_up(deps: &Deps, work: &SystemWork, claimed: &Claimed, error: &Error) -> Result<()> {
    let (cause, attempt) = (std::error::Error::source(error).map(ToString::to_string), claimed.attempt);
    tracing::warn!(mail.id = %claimed.mail, error.code = error.code().name(), error.cause = cause, attempt, "mail not taken");
    if attempt >= ATTEMPTS_MAX {
        return give_up(deps, work, claimed).await;
    }
    let at = deps.clock.now().plus_seconds(RETRY_SECONDS * i64::from(attempt));
    work.with_tenant(async |tx| tx.write(store::give_back(claimed, at)).await).await
}

/// Gives the mail up: tells the operator by an alarm, and the organization in its log.
async fn give_up(deps: &Deps, work: &SystemWork, claimed: &Claimed) -> Result<()> {
    end(deps, work, claimed, false).await?;
    telemetry::count(deps.clock, NAME, "mails_given_up", 1.0);
    tracing::error!(tenant.id = %work.organization(), mail.id = %claimed.mail, mail.kind = claimed.kind.word(), "mail given up");
    Ok(())
}

/// Ends a mail that SES refuses for good: the next attempt would be refused too. The member who invited sees it in the list of
/// members, and the organization in its log. It raises no alarm: the address is not ours to mend.
async fn refuse(deps: &Deps, work: &SystemWork, claimed: &Claimed) -> Result<()> {
    end(deps, work, claimed, true).await?;
    tracing::warn!(tenant.id = %work.organization(), mail.id = %claimed.mail, mail.kind = claimed.kind.word(), "mail refused for good");
    Ok(())
}

/// Ends a mail that was not sent, and writes so into the log.
async fn end(deps: &Deps, work: &SystemWork, claimed: &Claimed, is_refused: bool) -> Result<()> {
    work.with_tenant(async |tx| {
        if tx.find(store::give_up(claimed, is_refused, deps.clock.now())).await? == 1 && has_entry(claimed) {
            let diff = Diff::new().added("kind", claimed.kind).added_if_some("is_refused", is_refused.then_some(true));
            let entry = AuditEvent::new(Action::MailGivenUp, TargetKind::Member, claimed.member).with(diff);
            work.audit(tx, NAME, entry).await?;
        }
        Ok(())
    })
    .await
}

/// That the log is broken cannot be entered in it; `log.recovered` says it when it is over.
fn has_entry(claimed: &Claimed) -> bool {
    claimed.kind != MailKind::LogBroken
}

fn entry(action: Action, claimed: &Claimed) -> AuditEvent {
    AuditEvent::new(action, TargetKind::Member, claimed.member).with(Diff::new().added("kind", claimed.kind))
}
