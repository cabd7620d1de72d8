//! What a function holds. Each part says for itself which variables it reads, which rights it needs and how it is made;
//! `template.yaml` and the READMEs are compared with that.

mod needs;

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    pin::Pin,
};

use crate::{
    clock::Clock,
    domain::text::Slug,
    error::{Error, Result},
    settings::{CommonSettings, Environment, LogSettings, Unsafe, Variables},
};

pub use needs::{COMMON_VARIABLES, Condition, Needs, Presence, Right, THROUGH_S3, Variable};

/// What happens while a function starts, or serves.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The same, on the thread where it was begun.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a function holds, or a part of it.
pub trait Part: Sized {
    /// What it needs of a deployment.
    fn needs() -> Needs;

    /// Makes it of the variables that it needs. Nothing is called yet: what has to be opened before the first request
    /// is left with [`Start::open`], so that independent parts are opened at the same time.
    ///
    /// # Errors
    /// [`Fatal`] that names a variable which is missing or unsafe.
    fn build(start: &mut Start) -> Result<Self, Fatal>;
}

/// Makes a struct a [`Part`] whose fields are parts: `wire!(Deps { door, objects })`.
#[macro_export]
macro_rules! wire {
    ($held:ident { $($part:ident),* $(,)? }) => {
        impl $crate::wiring::Part for $held {
            fn needs() -> $crate::wiring::Needs {
                $crate::wiring::Needs::default()$(.and($crate::wiring::needs_of(|held: &Self| &held.$part)))*
            }

            fn build(start: &mut $crate::wiring::Start) -> ::std::result::Result<Self, $crate::wiring::Fatal> {
                ::std::result::Result::Ok(Self { $($part: start.part()?),* })
            }
        }
    };
}

/// The needs of the part that a field holds.
#[must_use]
pub fn needs_of<H, P: Part>(_field: impl Fn(&H) -> &P) -> Needs {
    P::needs()
}

/// Nothing is held.
impl Part for () {
    fn needs() -> Needs {
        Needs::default()
    }

    fn build(_: &mut Start) -> Result<Self, Fatal> {
        Ok(())
    }
}

/// A function that is starting.
pub struct Start {
    variables: Variables,
    told: Variables,
    common: CommonSettings,
    kept: HashMap<TypeId, Box<dyn Any + Send>>,
    openings: Vec<BoxFuture<'static, Result<()>>>,
}

impl Start {
    /// Reads what every function reads.
    ///
    /// # Errors
    /// [`Unsafe`] that names the variable.
    pub fn new(variables: Variables) -> Result<Self, Unsafe> {
        let common = CommonSettings::read(&variables)?;
        Ok(Self { variables, told: Variables::default(), common, kept: HashMap::new(), openings: Vec::new() })
    }

    /// Makes a part. It is told the variables that it says it needs, and no other.
    ///
    /// # Errors
    /// As [`Part::build`].
    pub fn part<P: Part>(&mut self) -> Result<P, Fatal> {
        let names: Vec<_> = P::needs().variables.iter().map(|variable| variable.name).collect();
        let told = self.variables.only(&names);
        let outer = std::mem::replace(&mut self.told, told);
        let part = P::build(self);
        self.told = outer;
        part
    }

    /// A part that all who hold it share, made when it is first asked for.
    ///
    /// # Errors
    /// What making it answers.
    pub fn shared<P: Clone + Send + 'static>(
        &mut self,
        make: impl FnOnce(&mut Self) -> Result<P, Fatal>,
    ) -> Result<P, Fatal> {
        if let Some(kept) = self.kept.get(&TypeId::of::<P>()).and_then(|kept| kept.downcast_ref::<P>()) {
            return Ok(kept.clone());
        }
        let made = make(self)?;
        self.kept.insert(TypeId::of::<P>(), Box::new(made.clone()));
        Ok(made)
    }

    /// What is done before the first request, at the same time as what other parts open.
    pub fn open(&mut self, opening: impl Future<Output = Result<()>> + Send + 'static) {
        self.openings.push(Box::pin(opening));
    }

    /// The variables of the part that is being made.
    #[must_use]
    pub const fn told(&self) -> &Variables {
        &self.told
    }

    /// What every function reads.
    #[must_use]
    pub const fn common(&self) -> &CommonSettings {
        &self.common
    }

    /// Opens everything that the parts left to be opened.
    ///
    /// # Errors
    /// What the first that failed answers.
    pub async fn finish(self) -> Result<()> {
        futures_util::future::try_join_all(self.openings).await.map(drop)
    }
}

/// Makes what a function holds, ready for the first request.
///
/// # Errors
/// [`Fatal`] that says what to mend.
pub async fn connect<P: Part>(variables: &Variables) -> Result<P, Fatal> {
    let mut start = Start::new(variables.clone())?;
    let held = start.part()?;
    start.finish().await?;
    Ok(held)
}

impl Part for Clock {
    fn needs() -> Needs {
        Needs::default()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(start.common().clock)
    }
}

impl Part for Environment {
    fn needs() -> Needs {
        Needs::default()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(start.common().environment)
    }
}

/// The name under which this deployment's logs are known.
impl Part for LogSettings {
    fn needs() -> Needs {
        Needs::of(&[Variable::required("LOG_ORIGIN")], &[])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::read(start.told())?)
    }
}

/// Where the console is served, as `https://console.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleOrigin(pub String);

impl Part for ConsoleOrigin {
    fn needs() -> Needs {
        Needs::default()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(start.common().console_origin.clone()))
    }
}

/// Handle of the operator's own organization, if it has one.
#[derive(Clone, Debug)]
pub struct OperatorSlug(pub Option<Slug>);

impl Part for OperatorSlug {
    fn needs() -> Needs {
        Needs::of(&[Variable::optional("OPERATOR_SLUG")], &[])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        let name = "OPERATOR_SLUG";
        let slug = start.told().optional(name).map(|text| serde_json::from_value(text.into())).transpose();
        Ok(Self(slug.map_err(|_| Unsafe::Refused { name, problem: "must be the handle of an organization" })?))
    }
}

/// Why a function cannot start. Shows what to mend, in one line.
pub struct Fatal(String);

impl std::fmt::Debug for Fatal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Unsafe> for Fatal {
    fn from(refusal: Unsafe) -> Self {
        Self(format!("refuses to start: {refusal}"))
    }
}

impl From<Error> for Fatal {
    fn from(error: Error) -> Self {
        let mut text = format!("cannot start: {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(reason) = cause {
            text.push_str(&format!(": {reason}"));
            cause = reason.source();
        }
        Self(text)
    }
}

impl From<lambda_runtime::Error> for Fatal {
    fn from(error: lambda_runtime::Error) -> Self {
        Self(format!("the Lambda runtime ended: {error}"))
    }
}
