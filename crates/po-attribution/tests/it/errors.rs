//! What is refused, and how it reads.

use po_attribution::Error;
use po_core::{InputError, Universe};

#[test]
fn an_error_of_the_input_is_told_as_it_is_and_by_name() {
    let universe = Universe::new(["ash", "oak"]).unwrap();
    let error = Error::Input(InputError::NeverObserved { asset: 1 });
    assert_eq!(error.to_string(), InputError::NeverObserved { asset: 1 }.to_string());
    assert!(error.named(&universe).contains("oak"));
}
