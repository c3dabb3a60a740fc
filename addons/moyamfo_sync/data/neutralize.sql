-- nothing of what waits for 1C is sent
UPDATE moyamfo_message SET state = 'dropped' WHERE state IN ('pending', 'stuck');
