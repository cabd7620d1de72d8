//! Sites, their hosts and texts, and the devices at their doors.

mod manage_kiosks;
mod manage_sites;
mod pair_kiosk;
