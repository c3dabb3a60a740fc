{
    "name": "Tour Loans: the Staff's Roles at PayU",
    "version": "19.0.1.1.0",
    "category": "Tour Loan",
    "summary": "Whoever looks after loans looks after their payments by PayU",
    "author": "Tour Loan Team",
    "license": "LGPL-3",
    "depends": ["tour_loan", "payu_connector"],
    "data": ["security/tour_loan_groups.xml"],
    "auto_install": True,
}
