"""The tables of the agency's business."""
