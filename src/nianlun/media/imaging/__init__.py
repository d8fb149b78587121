"""What lies on an offline medium and how it is read again: bag, package, image. Knows nothing of Django."""
