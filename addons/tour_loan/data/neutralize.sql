-- forget the agencies' addresses and keys: the copy neither calls nor is called
UPDATE tour_loan_agency
   SET callbacks_on = false,
       callback_url = NULL,
       actualize_url = NULL;
DELETE FROM tour_loan_agency_key;

-- nothing of what waits is sent
UPDATE tour_loan_callback SET state = 'dropped' WHERE state IN ('pending', 'stuck');
UPDATE tour_loan_sms SET state = 'dropped' WHERE state IN ('pending', 'stuck');
UPDATE tour_loan_mail SET state = 'dropped' WHERE state IN ('pending', 'stuck');
