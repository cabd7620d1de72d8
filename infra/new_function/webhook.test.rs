//! `@name@` promises: SAY WHAT.

use shared::runtime::Trigger;

#[test]
fn what_is_not_signed_is_not_acted_on() {
    // Only `Function::webhook` puts a verification before the handler.
    assert_eq!(@snake@::function().trigger(), Trigger::Webhook);
}
