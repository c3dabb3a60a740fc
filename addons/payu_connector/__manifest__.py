{
    "name": "Payment Provider: PayU Russia (YPMN)",
    "version": "19.0.1.1.0",
    "category": "Accounting/Payment Providers",
    "summary": "Cards, SBP, SberPay and T-Pay through PayU's hosted page (REST v4)",
    "author": "Tour Loan Team",
    "license": "LGPL-3",
    "depends": ["payment"],
    "data": [
        "security/payu_connector_groups.xml",
        "security/ir.model.access.csv",
        "security/payu_ru_notice_security.xml",
        "data/ir_cron_data.xml",
        "views/payu_ru_templates.xml",
        "data/payment_method_data.xml",
        "data/payment_provider_data.xml",  # Depends on the redirect form and the methods.
        "views/payment_provider_views.xml",
        "views/res_config_settings_views.xml",
        "views/payu_ru_notice_views.xml",
        "views/payu_ru_refund_views.xml",
        "views/payment_transaction_views.xml",  # Depends on the window of refunds.
        "views/payu_connector_menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
