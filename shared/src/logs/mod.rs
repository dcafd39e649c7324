//! Log signatures: catalogue, formats, diagnosis.
