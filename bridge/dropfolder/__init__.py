"""Vendors' folders: one port, an SFTP and a local adapter."""
