"""The manager's desk: what needs the manager, by person and by age; and what is done about many rows at once."""
