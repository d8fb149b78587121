"""An OCFL 1.1 storage root in a bucket of an S3-compatible object store."""
