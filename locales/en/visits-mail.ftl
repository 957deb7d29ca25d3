# Letters about a visit to a counter. Subjects name no procedure: they show on locked screens.
# $number, $service, $day, $time, $place, $bring (a list), $link, $office, $phone, $fax, $hours.

visits-mail-confirmed-subject = Your counter visit is booked (booking number { $number })
visits-mail-confirmed-body =
    Your counter visit is booked. We look forward to seeing you.

    Booking number: { $number }
    Procedure: { $service }
    When: { $day }, { $time }
    Where: { $place }

    What to bring
    { $bring }

    On the day
    Please come to the counter about 5 minutes early.
    Tell us your booking number, or show this email.

    See or cancel your booking
    { $link }
    Anybody who can open this page can see and cancel the booking.
    Please do not pass it on.
    If you cannot come, please cancel here: somebody else can use the time.

    Questions
    { $office }
    Telephone { $phone }
    Fax { $fax }
    Open { $hours }

visits-mail-cancelled-subject = Your counter visit is cancelled (booking number { $number })
visits-mail-cancelled-body =
    This booking is cancelled. You do not need to come.

    Booking number: { $number }
    Procedure: { $service }
    When: { $day }, { $time }
    Where: { $place }

    To book again
    { $link }

    If you did not cancel it yourself, please call us.

    Questions
    { $office }
    Telephone { $phone }
    Fax { $fax }
    Open { $hours }

visits-mail-reminder-subject = Your counter visit is coming up ({ $day }, { $time })
visits-mail-reminder-body =
    Your counter visit is coming up.

    Booking number: { $number }
    Procedure: { $service }
    When: { $day }, { $time }
    Where: { $place }

    What to bring (please check before you leave home)
    { $bring }

    If you cannot come
    Please cancel on this page, so that somebody else can use the time.
    { $link }

    Questions
    { $office }
    Telephone { $phone }
    Fax { $fax }
    Open { $hours }

visits-mail-link-subject = The page to see your booking
visits-mail-link-body =
    Somebody asked us to send the page of your booking again. Here it is.

    Booking number: { $number }
    Procedure: { $service }
    When: { $day }, { $time }
    Where: { $place }

    See or cancel your booking
    { $link }
    Anybody who can open this page can see and cancel the booking.
    Please do not pass it on.

    If it was not you who asked, you do not need to do anything.
    Your booking stays as it is.

    Questions
    { $office }
    Telephone { $phone }
    Fax { $fax }
    Open { $hours }

visits-mail-survey-subject = How was your visit? (one question only)
visits-mail-survey-body =
    Thank you for visiting our counter.
    Please help us to do better and answer one question.
    It takes less than a minute.

    { $link }

    We do not ask for your name.
    Answers are not used to judge single members of staff.
    If you prefer not to answer, nothing changes for your procedure.

    Questions
    { $office }
    Telephone { $phone }
    Fax { $fax }
    Open { $hours }
