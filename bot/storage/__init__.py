"""All SQL and every file of the data folder: the queue, the journal, the pictures, backups."""
