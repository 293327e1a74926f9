//! Runs the server inside a worker's global scope. It uses no network API: what it is given stays in it.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::worker::protocol::{Progress, SILENT_MILLISECONDS};
use crate::worker::server::Server;

/// How far an answer is is told no oftener than this.
const BETWEEN_MILLISECONDS: f64 = 100.0;

/// Listens for requests, and says so to the page.
pub fn serve() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let out = scope.clone();
    let mut server = Server::default();
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let request: Array = event.data().unchecked_into();
        let text = String::from(request.get(1).unchecked_ref::<JsString>());
        let started = now(&out);
        let mut next = started + SILENT_MILLISECONDS;
        let mut told = |progress: Progress| {
            let time = now(&out);
            if time >= next {
                next = time + BETWEEN_MILLISECONDS;
                let Progress { has_read, done, all, share } = progress;
                let told = Array::of2(&request.get(0), &JsValue::NULL);
                told.push(&has_read.into());
                for number in [done as f64, all as f64, share] {
                    told.push(&number.into());
                }
                out.post_message(&told).expect_throw("numbers can be posted");
            }
        };
        let reports = server.answer(&text, &mut told).ok().expect_throw("the page sends valid requests");
        let reply = Array::of2(&request.get(0), &(now(&out) - started).into());
        for report in reports {
            reply.push(&report.into());
        }
        out.post_message(&reply).expect_throw("strings and numbers can be posted");
    });
    scope.set_onmessage(Some(handler.as_ref().unchecked_ref()));
    handler.forget();
    scope.post_message(&JsValue::NULL).expect_throw("null can be posted");
}

fn now(scope: &DedicatedWorkerGlobalScope) -> f64 {
    scope.performance().map_or(0.0, |performance| performance.now())
}
