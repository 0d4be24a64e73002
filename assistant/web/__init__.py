"""The decision log in a browser: Datasette over the tables of the reports, on this computer alone, for reading only."""
