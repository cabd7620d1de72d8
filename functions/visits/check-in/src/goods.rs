//! Dangerous goods of a load.

use serde::{Deserialize, Serialize};
use shared::domain::{
    BoundedText as _,
    text::{HazardClass, PackingGroup, ShortText, UnNumber},
};
use utoipa::ToSchema;

/// Most dangerous goods of one load.
pub const DANGEROUS_GOODS_MAX: usize = 50;

/// One of the dangerous goods of a load, as its papers name it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DangerousGoods {
    /// UN number.
    pub un_number: UnNumber,
    /// Hazard class, with subsidiary hazards.
    pub hazard_class: HazardClass,
    /// Packing group, where the goods have one.
    pub packing_group: Option<PackingGroup>,
    /// How much, as it is printed: `3 drums, 600 L`.
    pub quantity: Option<ShortText>,
}

impl DangerousGoods {
    /// All of a load: one that was said by its number and class alone, or several.
    pub(crate) fn of(one: Option<(UnNumber, HazardClass)>, several: Option<Vec<Self>>) -> Vec<Self> {
        match one {
            Some((un_number, hazard_class)) => {
                vec![Self { un_number, hazard_class, packing_group: None, quantity: None }]
            }
            None => several.unwrap_or_default(),
        }
    }

    /// The line of a transport document (ADR 5.4.1.1.1): number, class, packing group, quantity.
    pub(crate) fn line(&self) -> String {
        let group = self.packing_group.as_ref().map(|group| format!("PG {}", group.as_str()));
        let quantity = self.quantity.as_ref().map(|quantity| quantity.as_str().to_owned());
        let parts =
            [Some(self.un_number.as_str().to_owned()), Some(self.hazard_class.as_str().to_owned()), group, quantity];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
