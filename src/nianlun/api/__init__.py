"""The door for programs: policy questions over HTTP, answered from what is asked and the policy tables alone."""
