//! I4: something can be reached from outside that should not be, or a secret goes out.
//!
//! Each way is a file of this folder; this one hands the places over to them.

mod allowed_origins;
mod answered_secrets;
mod browser_secrets;
mod certificates;
mod cluster;
mod containers;
mod origin_headers;
mod proxy;

use super::Findings;
use crate::semantic::Model;

/// Ports of databases, caches and queues.
const STORE_PORTS: [u16; 14] =
    [1433, 2379, 3306, 5432, 5672, 6333, 6334, 6379, 8123, 9092, 9200, 11211, 19530, 27017];
/// Words in the names of databases, caches and queues.
const STORES: [&str; 14] = [
    "postgres",
    "postgresql",
    "pgvector",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "valkey",
    "qdrant",
    "weaviate",
    "milvus",
    "elasticsearch",
    "rabbitmq",
];

// What is told condition by condition, of several files.

const ORIGINS: &str = "origins that may call from a browser";
const OUTSIDE: &str = "a database that can be reached from outside";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for call in model.calls() {
        allowed_origins::check(call, findings);
    }
    for (call, _) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        certificates::check(call, findings);
    }
    for assignment in model.assignments() {
        certificates::check_context(assignment, findings);
    }
    origin_headers::check(model, findings);
    for handler in model.functions().filter(|function| !function.is_outside_production()) {
        answered_secrets::check(handler, findings);
    }
    for workload in model.workloads() {
        match (&workload.service, workload.containers.first()) {
            (Some(service), Some(container)) => {
                containers::check(model, workload, service, container, findings)
            }
            _ => {
                containers::host_network(model, workload, false, findings);
                containers::host_ports(model, workload, findings);
            }
        }
    }
    containers::open_stores(model, findings);
    cluster::check(model, findings);
    cluster::check_ingresses(model, findings);
    proxy::check(model, findings);
    allowed_origins::check_variables(model, findings);
    browser_secrets::check(model, findings);
}
