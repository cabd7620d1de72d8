//! The member whose password is set.

use shared::{
    Result,
    access::Role,
    authn::password::{LENGTH_MIN, LENGTH_MIN_WITH_SECOND_FACTOR, Password},
    id::MemberId,
};

/// A member, with what others know about them, and whether they also prove a second factor.
pub(crate) struct Holder {
    pub(crate) member: MemberId,
    pub(crate) role: Role,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) organization_name: String,
    pub(crate) slug: String,
    pub(crate) requires_mfa: bool,
}

impl Holder {
    /// Refuses a password that others would think of first, or that is too short for all that this member has to prove.
    /// A second factor that is merely there does not count: its member may give it up.
    pub(crate) fn refuse_weak(&self, password: &Password, pointer: &'static str) -> Result<()> {
        let is_second_factor_demanded = self.requires_mfa || self.role.demands_second_factor();
        let length_min = if is_second_factor_demanded { LENGTH_MIN_WITH_SECOND_FACTOR } else { LENGTH_MIN };
        let local_part = self.email.rsplit_once('@').map_or(self.email.as_str(), |(local, _)| local);
        let mut about = vec![self.name.as_str(), local_part, &self.organization_name, &self.slug];
        about.extend(self.name.split_whitespace());
        password.refuse_weak(pointer, length_min, &about)
    }
}
