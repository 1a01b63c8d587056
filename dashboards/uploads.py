"""Text that a visitor brings: a scenario file, or a measured series. Untrusted: bounded, strict, and no way to a file."""
