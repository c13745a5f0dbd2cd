"""edibridge: fulfilment documents from partners' SFTP folders to Amazon's fulfilment APIs and back."""

__version__ = "0.1.0"
