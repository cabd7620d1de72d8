//! Warm check-ins: ours, pgbench's and Node's take turns over the same organizations.

use std::sync::Arc;

use crate::{
    cpu::{self, Bill, Server},
    driver::{self, Turn},
    node::Node,
    pgbench::Pgbench,
    plan::Plan,
    reference::Reference,
    samples::{median, number},
    table::{Table, Target},
    tenants::Tenants,
};

const EVERYBODY_LEAVES: &str = "UPDATE visits SET state = 'left', checked_out_at = now()
    WHERE organization_id = (SELECT organization FROM bench.tenants WHERE n = 2) AND state = 'on_site'";

/// The contestants, connected and warm.
pub(crate) struct Warm<'p> {
    plan: &'p Plan,
    tenants: &'p Tenants,
    functions: Vec<Arc<check_in::Deps>>,
    one_function: Pgbench,
    node: Node,
}

impl<'p> Warm<'p> {
    pub(crate) async fn start(plan: &'p Plan, tenants: &'p Tenants, reference: &Reference) -> Self {
        let mut functions = Vec::new();
        for _ in 0..plan.connections {
            functions.push(Arc::new(driver::warm_deps(tenants, &[]).await));
        }
        let script = format!("\\set n random(1, {})\nSELECT bench.check_in(:n);\n", plan.organizations);
        let one_function = Pgbench::new(&plan.scratch, "one-function", &script);
        let node = Node::start(plan, tenants, reference).await;
        let mut warm = Self { plan, tenants, functions, one_function, node };
        // The first turn of a contestant does not count, and the planner sees tables that are not empty.
        warm.ours(plan.connections).await;
        warm.one_function.turn(plan.connections, plan.turn).await;
        warm.node.turn(false, plan.turn).await;
        tenants.settle().await;
        warm
    }

    async fn ours(&self, connections: usize) -> Turn {
        driver::turn(&self.functions[..connections], &self.tenants.all, self.plan.turn).await
    }

    /// Latency without other requests, and CPU time, which the disk does not change.
    pub(crate) async fn one_connection(&mut self, table: &mut Table) {
        let server = Server::of(self.tenants).await;
        let (mut ours, mut function, mut node) = (Vec::new(), Vec::new(), Vec::new());
        let (mut our_bill, mut its_bill, mut node_bill) = (Bill::default(), Bill::default(), Bill::default());
        for _ in 0..self.plan.rounds {
            let before = (cpu::of_process("self"), server.ms());
            let turn = self.ours(1).await.took_ms;
            our_bill.add(number(turn.len()), before, (cpu::of_process("self"), server.ms()));
            ours.extend(turn);

            let (before, processes) = ((0.0, server.ms()), server.processes());
            let turn = self.one_function.turn(1, self.plan.turn).await.took_ms;
            server.wait_for_the_end_of_others(&processes).await;
            its_bill.add(number(turn.len()), before, (0.0, server.ms()));
            function.extend(turn);

            let before = (self.node.cpu_ms(), server.ms());
            let turn = self.node.turn(true, self.plan.turn).await.took_ms;
            node_bill.add(number(turn.len()), before, (self.node.cpu_ms(), server.ms()));
            node.extend(turn);
        }
        let (ours, function, node) = (median(ours), median(function), median(node));
        table.add("warm check-in, p50", (Target::None, " ms"), ours);
        table.add("the same calls in one server function (pgbench), p50", (Target::None, " ms"), function);
        table.add("the same in Node, p50", (Target::None, " ms"), node);
        table.add("warm check-in, p50 over pgbench's", (Target::AtMost(2.2), " ×"), ours / function);
        table.add("CPU of a check-in: our function", (Target::None, " ms"), our_bill.client_each());
        table.add(
            "CPU of a check-in: our function's server process",
            (Target::AtMost(2.6), " ms"),
            our_bill.server_each(),
        );
        table.add("CPU of a check-in: one server function", (Target::None, " ms"), its_bill.server_each());
        table.add("CPU of a check-in: Node", (Target::None, " ms"), node_bill.client_each());
        table.add("CPU of a check-in: Node's server process", (Target::None, " ms"), node_bill.server_each());
    }

    /// Throughput, spread over all organizations.
    pub(crate) async fn all_connections(&mut self, table: &mut Table) {
        let (mut ours, mut function, mut node) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.plan.rounds {
            ours.push(self.ours(self.plan.connections).await.per_second);
            function.push(self.one_function.turn(self.plan.connections, self.plan.turn).await.per_second);
            node.push(self.node.turn(false, self.plan.turn).await.per_second);
        }
        let (ours, function, node) = (median(ours), median(function), median(node));
        let at = format!("{} connections, {} organizations", self.plan.connections, self.plan.organizations);
        table.add(&format!("check-ins at {at}"), (Target::None, "/s"), ours);
        table.add("one server function (pgbench)", (Target::None, "/s"), function);
        table.add("Node, prepared statements", (Target::None, "/s"), node);
        table.add("check-ins, of pgbench's", (Target::AtLeast(0.85), " ×"), ours / function);
        table.add("check-ins, of Node's", (Target::AtLeast(1.5), " ×"), ours / node);
        table.note(
            "Check-ins run on the plan `benchmark`, which has no limits of rate; visitors with a host, without images.",
        );
    }

    /// Everybody at the door of one organization: they wait for one another, for as long as one flush takes.
    pub(crate) async fn one_organization(&mut self, table: &mut Table) {
        let commit = Pgbench::new(&self.plan.scratch, "commit", "INSERT INTO bench.commits VALUES (1);\n");
        let function = Pgbench::new(&self.plan.scratch, "one-organization", "SELECT bench.check_in(2);\n");
        let tenants = crate::tenants::one_of(&self.tenants.all, 1);
        let (mut ours, mut theirs, mut commits) = (Vec::new(), Vec::new(), Vec::new());
        // Half a turn, since a site has 9,999 badges; between turns everybody leaves.
        let turn = self.plan.turn / 2;
        for _ in 0..self.plan.rounds {
            commits.extend(commit.turn(1, turn).await.took_ms);
            ours.push(driver::turn(&self.functions, &tenants, turn).await.per_second);
            self.everybody_leaves().await;
            theirs.push(function.turn(self.plan.connections, turn).await.per_second);
            self.everybody_leaves().await;
        }
        let (ours, theirs, commit_ms) = (median(ours), median(theirs), median(commits));
        table.add("latency of a commit (pgbench, one row)", (Target::None, " ms"), commit_ms);
        table.add("one organization alone, 16 connections", (Target::None, "/s"), ours);
        table.add("one server function, same organization", (Target::None, "/s"), theirs);
        table.add(
            "one organization alone, of 1 / latency of a commit",
            (Target::AtLeast(1.0), " ×"),
            ours * commit_ms / 1e3,
        );
    }

    async fn everybody_leaves(&self) {
        self.tenants.script(EVERYBODY_LEAVES).await;
        self.tenants.script("VACUUM visits").await;
    }

    pub(crate) async fn stop(self) {
        self.node.stop().await;
    }
}
