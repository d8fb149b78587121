"""The register of offline media on the screen."""
