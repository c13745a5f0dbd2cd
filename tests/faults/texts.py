"""The configuration of the site: an account or a vendor a piece."""

CONFIG = """\
[bridge]
ledger = "{ledger}"
spool = "{spool}"
"""
ACCOUNT = """
[accounts.{name}]
region = "na"
requests_per_second = 1000
endpoint = "{endpoint}"
auth_endpoint = "{auth}"
client_id = "{client_id}"
client_secret = "env:SECRET_OF_{name}"
refresh_token = "env:TOKEN_OF_{name}"
"""
VENDOR = """
[vendors.{name}]
account = "{account}"
selling_party = "{code}"
batch_size = 50
warehouses = ["ABCD"]
carrier = {{ scac = "UPSN", ship_method = "UPS_GR_RES" }}
timezone = "America/New_York"
oldest_date_days = 0

[vendors.{name}.location]
name = "Acme Fulfilment"
address_line1 = "100 Example Road"
country_code = "US"

[vendors.{name}.pickup]
interval = "0.1s"
"""
SFTP = """
[vendors.acme.sftp]
host = "{host}"
port = {port}
username = "acme"
password = "env:SFTP_PASSWORD"
host_key = "{fingerprint}"
"""
LOCAL = """
[vendors.{name}.local]
root = "{name}"
"""
FETCH = """
[vendors.{name}.fetch]
labels = true
packing_slips = true
invoices = true
every = "{every}"
"""
