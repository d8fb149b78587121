"""Who looks at whom: unusual reading is found, shown and stopped; what leaves in bulk is asked for first."""
