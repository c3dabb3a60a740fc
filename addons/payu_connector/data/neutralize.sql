-- forget PayU's credentials and its addresses
UPDATE payment_provider
   SET payu_ru_merchant_code = NULL,
       payu_ru_secret_key = NULL,
       payu_ru_secret_key_before = NULL,
       payu_ru_secret_key_before_until = NULL,
       payu_ru_api_url = NULL,
       payu_ru_api_url_is_live = FALSE,
       payu_ru_notice_url = NULL;
