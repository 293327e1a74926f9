//! The page's binary: the interface, without the checker.

fn main() {
    #[cfg(target_arch = "wasm32")]
    rubric_playground::ui::run();
}
