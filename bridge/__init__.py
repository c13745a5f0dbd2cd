"""edibridge: shipment EDI from vendors' SFTP folders to Amazon's Vendor Direct Fulfillment API and back."""

__version__ = "0.1.0"
