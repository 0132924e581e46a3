"""Web, worker and database as processes of their own, which these tests kill. An app: its jobs are in jobs.py."""
