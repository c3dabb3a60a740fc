from . import test_agency_rpc
