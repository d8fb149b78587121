"""An invented city with people, papers and payments, deterministic: for the demo and the benches."""
