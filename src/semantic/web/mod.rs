//! What is served, and what passes between clients and the application.
//!
//! `routes` (the paths that are served), `application` (what `app.state` keeps), `requests` (what comes from clients),
//! `responses` (what they are answered), `headers` (written by hand), `refusals` (what lets a request in or turns it away),
//! `limits` (what keeps one caller from taking everything).

pub(super) mod application;
pub(super) mod headers;
pub(super) mod limits;
pub(super) mod refusals;
pub(super) mod requests;
pub(super) mod responses;
pub(super) mod routes;
