"""The demo: the bridge itself, between a stand-in SFTP server and a stand-in Amazon."""
