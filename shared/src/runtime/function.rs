//! What a function crate exports: one value that says what the function is.

use serde::{Serialize, de::DeserializeOwned};

use super::{
    act::{Act, Requests, Work},
    http::Http,
    invocation::{Invocations, Invoke, Invoked},
    webhook::{Hook, Unverified, Verified},
    work::{Queued, Scheduled},
};
use crate::{
    clock::Clock,
    http::{Reply, Request},
    queue::Message,
    schedule::{Outcome, Tick},
    settings::Variables,
    telemetry,
    wiring::{Fatal, Needs, Part, Start},
};

/// What makes a function run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A request to a route.
    Http,
    /// A request to a route, signed by a third party.
    Webhook,
    /// Messages of a queue, and a schedule that finds what no message told of.
    Queue,
    /// A schedule.
    Schedule,
    /// A direct invocation by the operator.
    Invocation,
}

/// What serves, once everything that it holds is made.
pub(super) enum Service {
    Http(Box<dyn Requests>),
    Queue(Box<dyn Queued>),
    Schedule(Box<dyn Scheduled>),
    Invocation(Box<dyn Invocations>),
}

/// A function: its name, what makes it run, what it needs of a deployment, and its handler.
pub struct Function {
    name: &'static str,
    trigger: Trigger,
    needs: Needs,
    #[cfg(feature = "queue")]
    told: Option<crate::queue::Queue>,
    build: Build,
}

type Build = Box<dyn FnOnce(&mut Start) -> Result<Service, Fatal>>;

impl Function {
    fn new<D: Part + 'static>(
        name: &'static str,
        trigger: Trigger,
        serve: impl FnOnce(D) -> Service + 'static,
    ) -> Self {
        let build: Build = Box::new(|start| start.part::<D>().map(serve));
        #[cfg(feature = "queue")]
        return Self { name, trigger, needs: D::needs(), told: None, build };
        #[cfg(not(feature = "queue"))]
        return Self { name, trigger, needs: D::needs(), build };
    }

    /// A function that answers requests.
    #[must_use]
    pub fn http<D, H>(name: &'static str, handle: H) -> Self
    where
        D: Part + Send + Sync + 'static,
        H: for<'a> Act<'a, D, Request, Reply>,
    {
        Self::new(name, Trigger::Http, |held: D| Service::Http(Box::new(Http { held, handle })))
    }

    /// A function that answers a third party's signed requests. `verify` reads what was signed out of a request and refuses
    /// any other; the handler sees nothing but that.
    #[must_use]
    pub fn webhook<D, E, V, H>(name: &'static str, verify: V, handle: H) -> Self
    where
        D: Part + Send + Sync + 'static,
        E: Send + Sync + 'static,
        V: for<'a> Act<'a, D, Unverified<'a>, E>,
        H: for<'a> Act<'a, D, Verified<E>, Reply>,
    {
        Self::new(name, Trigger::Webhook, |held: D| Service::Http(Box::new(Hook::new(held, verify, handle))))
    }

    /// A function that consumes messages of a queue, and sweeps by a schedule what no message told of.
    #[must_use]
    pub fn queue<D, C, S>(name: &'static str, consume: C, sweep: S) -> Self
    where
        D: Part + 'static,
        C: for<'a> Work<'a, D, Message, ()>,
        S: for<'a> Work<'a, D, Tick, Outcome>,
    {
        Self::new(name, Trigger::Queue, |held: D| {
            Service::Queue(Box::new(super::work::Worker { held, consume, sweep }))
        })
    }

    /// A function that sweeps by a schedule.
    #[must_use]
    pub fn schedule<D, S>(name: &'static str, sweep: S) -> Self
    where
        D: Part + 'static,
        S: for<'a> Work<'a, D, Tick, Outcome>,
    {
        Self::new(name, Trigger::Schedule, |held: D| Service::Schedule(Box::new(super::work::Sweeper { held, sweep })))
    }

    /// A function that the operator invokes.
    #[must_use]
    pub fn invocation<D, Q, A, H>(name: &'static str, handle: H) -> Self
    where
        D: Part + Send + Sync + 'static,
        Q: DeserializeOwned + Send + Sync + 'static,
        A: Serialize + Send + Sync + 'static,
        H: for<'a> Invoke<'a, D, Q, A>,
    {
        Self::new(name, Trigger::Invocation, |held: D| Service::Invocation(Box::new(Invoked::new(held, handle))))
    }

    /// The same, telling a queue after each answer of what the answer left for later.
    #[cfg(feature = "queue")]
    #[must_use]
    pub fn telling(mut self, queue: crate::queue::Queue) -> Self {
        self.needs = self.needs.and(queue.needs());
        self.told = Some(queue);
        self
    }

    /// Its name, as `check-in`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What makes it run.
    #[must_use]
    pub const fn trigger(&self) -> Trigger {
        self.trigger
    }

    /// What it needs of a deployment, beside what every function reads.
    #[must_use]
    pub const fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Reads the environment, makes and opens what the function holds, and serves until the environment ends.
    ///
    /// # Errors
    /// [`Fatal`] that names what is missing or unsafe, or says why the Lambda runtime ended.
    pub fn run(self) -> Result<(), Fatal> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(crate::Error::internal)?.block_on(self.serve(Variables::of_process()))
    }

    async fn serve(self, variables: Variables) -> Result<(), Fatal> {
        #[cfg(feature = "queue")]
        let told = variables.clone();
        let mut start = Start::new(variables)?;
        telemetry::start(start.common());
        let clock: Clock = start.common().clock;
        let service = (self.build)(&mut start)?;
        #[cfg(feature = "queue")]
        if let (Service::Http(requests), Some(queue)) = (&service, self.told) {
            let queue = crate::queue::QueueSender::to(queue, &told)?;
            start.finish().await?;
            return super::http::serve_and_tell(self.name, clock, &**requests, queue).await;
        }
        start.finish().await?;
        match service {
            Service::Http(requests) => super::http::serve(&*requests).await,
            Service::Queue(worker) => super::work::serve_queue(clock, &*worker).await,
            Service::Schedule(sweeper) => super::work::serve_schedule(clock, &*sweeper).await,
            Service::Invocation(invoked) => super::invocation::serve(&*invoked).await,
        }
    }
}

/// The whole `main.rs` of a function crate: `shared::main!(check_in);`.
#[macro_export]
macro_rules! main {
    ($function:ident) => {
        fn main() -> ::std::result::Result<(), $crate::wiring::Fatal> {
            $function::function().run()
        }
    };
}
