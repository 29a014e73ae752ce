"""Feature engines: a dump in, one row of features for every record out."""
