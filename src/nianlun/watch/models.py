"""The tables of alarms, stops and exports."""
