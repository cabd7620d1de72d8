//! What a part needs of a deployment: variables and rights.

/// A variable of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// When it has to be there.
    pub presence: Presence,
}

/// When a variable has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// A function refuses to start without it.
    Required,
    /// A function starts without it.
    Optional,
    /// Read only where `ENVIRONMENT` is `local`, and refused anywhere else.
    TestSwitch,
}

impl Variable {
    /// A variable without which a function refuses to start.
    #[must_use]
    pub const fn required(name: &'static str) -> Self {
        Self { name, presence: Presence::Required }
    }

    /// A variable that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str) -> Self {
        Self { name, presence: Presence::Optional }
    }

    /// A variable of tests, read only where `ENVIRONMENT` is `local`.
    #[must_use]
    pub const fn test_switch(name: &'static str) -> Self {
        Self { name, presence: Presence::TestSwitch }
    }
}

/// The variables that every function reads.
pub const COMMON_VARIABLES: [Variable; 6] = [
    Variable::required("CONSOLE_ORIGIN"),
    Variable::required("ENVIRONMENT"),
    Variable::optional("LOG_LEVEL"),
    Variable::test_switch("CLOCK_OFFSET_SECONDS"),
    Variable::test_switch("READS_PER_MINUTE"),
    Variable::test_switch("WRITES_PER_MINUTE"),
];

/// A permission of a function's IAM role. Actions, resources and conditions are written as in `template.yaml`, without
/// the names of CloudFormation's functions: `Keys.Outputs.TenantKeys`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    /// As `kms:Decrypt`.
    pub actions: &'static [&'static str],
    /// What they may be done to. `{role}` stands for the function's database role.
    pub resources: &'static [&'static str],
    /// Under which conditions.
    pub conditions: &'static [Condition],
}

/// Operator, key and value of a condition, as `("StringEquals", "kms:ViaService", …)`.
pub type Condition = (&'static str, &'static str, &'static str);

impl Right {
    /// A permission without a condition.
    #[must_use]
    pub const fn new(actions: &'static [&'static str], resources: &'static [&'static str]) -> Self {
        Self { actions, resources, conditions: &[] }
    }

    /// The same under conditions.
    #[must_use]
    pub const fn only(self, conditions: &'static [Condition]) -> Self {
        Self { conditions, ..self }
    }
}

/// Said of a key that S3 uses on a function's behalf.
pub const THROUGH_S3: Condition = ("StringEquals", "kms:ViaService", "s3.${AWS::Region}.${AWS::URLSuffix}");

/// What a part needs of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Variables beside those that every function reads, and those that Lambda sets.
    pub variables: Vec<Variable>,
    /// Permissions.
    pub rights: Vec<Right>,
}

impl Needs {
    /// These.
    #[must_use]
    pub fn of(variables: &[Variable], rights: &[Right]) -> Self {
        Self { variables: variables.to_vec(), rights: rights.to_vec() }
    }

    /// These and those of another part.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.variables.extend(other.variables);
        self.rights.extend(other.rights);
        self
    }
}
