# 窓口の予約: pages for residents and the API's refusals.

visits-refused-no-service = This procedure cannot be booked. Please choose another one.
visits-refused-no-slot = There is no such time. Please choose a day and time again.
visits-refused-past = This time has passed. Please choose a later one.
visits-refused-not-yet = Booking for this day opens on { $day }. Please choose an earlier day.
visits-refused-too-late = Booking for this time has closed. Please choose a later day.
visits-refused-closed = The counter is closed at this time. Please choose another day.
visits-refused-full-title = This time has just become full
visits-refused-full-next = Nothing is booked yet. Please choose another time.
visits-refused-cancel-late-title = This booking cannot be cancelled
visits-refused-cancel-late-next = Your visit has begun or is over. Please speak to the staff at the counter.
visits-refused-key-title = This Idempotency-Key was used for another request
visits-refused-key-next = Send a different request with a new key.
visits-field-day = Write the date as 2026-11-24
visits-field-days = Write a number of days from 1 to { $max }
visits-field-name = Write a name of up to 80 characters on one line
visits-field-email = Write an email address like name@example.jp
visits-field-phone = Write a telephone number like 090-1234-5678
visits-field-locale = The language must be ja, easy or en
visits-field-key = An Idempotency-Key has up to 255 visible ASCII characters
