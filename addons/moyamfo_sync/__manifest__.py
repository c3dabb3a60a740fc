{
    "name": "Tour Loan: 1C:MoyaMFO",
    "summary": "Exchange with the lender's accounting system over SOAP",
    "version": "19.0.1.0.0",
    "category": "Services",
    "author": "Tour Loan Team",
    "license": "LGPL-3",
    "depends": ["tour_loan", "queue_job"],
    "external_dependencies": {"python": ["lxml", "requests", "zeep"]},
    "data": [
        "security/ir.model.access.csv",
        "data/queue_job_data.xml",
        "data/ir_cron_data.xml",
        "views/moyamfo_message_views.xml",
        "views/moyamfo_run_views.xml",
        "views/moyamfo_menus.xml",
        "views/tour_loan_application_views.xml",
    ],
}
