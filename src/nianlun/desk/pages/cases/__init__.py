"""The agency's business on the staff's pages: worklist, counter, one case and everything done with it."""
