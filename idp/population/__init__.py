"""How the people of the mock school are invented: one register for each thing that no two persons may share."""
