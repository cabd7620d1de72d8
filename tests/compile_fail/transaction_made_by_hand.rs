//! E0451: A `TenantTx` comes from `with_tenant` alone.

use shared::tenant::TenantTx;

fn open<'c>() -> TenantTx<'c> {
    TenantTx { client: unreachable!() }
}

fn main() {}
