//! The worker's binary: the checker, without the page.

fn main() {
    #[cfg(target_arch = "wasm32")]
    rubric_playground::worker::scope::serve();
}
