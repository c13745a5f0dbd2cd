"""A stand-in Amazon and SFTP server for demo, tests and rehearsals."""
