"""The pages of the journal, for the auditor: the list, and one entry with its proof."""
