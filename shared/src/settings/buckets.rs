//! Which buckets a function is told of.

use super::{Unsafe, Variables};

/// Where sealed objects are kept.
#[derive(Clone, Debug)]
pub struct ObjectsSettings {
    /// Name of the bucket.
    pub bucket: String,
}

impl ObjectsSettings {
    /// Reads `OBJECTS_BUCKET`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { bucket: variables.required("OBJECTS_BUCKET")?.to_owned() })
    }
}

/// Where anchors of logs are kept.
#[derive(Clone, Debug)]
pub struct AnchorsSettings {
    /// Name of the bucket.
    pub bucket: String,
}

impl AnchorsSettings {
    /// Reads `ANCHORS_BUCKET`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { bucket: variables.required("ANCHORS_BUCKET")?.to_owned() })
    }
}

/// Where bundles lie until they are taken away.
#[derive(Clone, Debug)]
pub struct BundlesSettings {
    /// Name of the bucket.
    pub bucket: String,
}

impl BundlesSettings {
    /// Reads `BUNDLES_BUCKET`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { bucket: variables.required("BUNDLES_BUCKET")?.to_owned() })
    }
}
