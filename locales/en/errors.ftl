# What is said when something cannot be done: what happened, and what to do now.

errors-not-found-title = Page not found
errors-not-found-next =
    The address may be wrong, too old, or the page is gone.
    If you have a booking number or a link, please check it and enter it again.
errors-forbidden-title = You cannot open this page
errors-forbidden-next = Your post does not include it. If you need it, ask your administrator to add the role.
errors-foreign-title = Not accepted, because it was sent from another site
errors-foreign-next = Nothing was changed. Open the page on this site again and try once more.
errors-sign-in-title = Please sign in
errors-sign-in-next = You are not signed in, or your time has run out. Sign in and try again.
errors-moved-title = Moved to another page
errors-moved-next = Please see the new page.
errors-unreadable-title = We could not read what was sent
errors-unreadable-next = Nothing was changed. Go back and enter it again.
errors-not-text-title = It contains characters that cannot be used
errors-not-text-next = Nothing was changed. Go back and enter it with ordinary characters.
errors-invalid-title = Please check what you entered
errors-invalid-next = Correct the items below and send it again. Nothing was changed yet.
errors-conflict-title = Somebody else changed it first
errors-conflict-next = Open the page before again, check what it says now, and try once more.
errors-too-large-title = This is too large to send
errors-too-large-next = You can send up to { $kib } KB. Nothing was changed.
errors-wrong-type-title = This format is not accepted
errors-wrong-type-next = Please send it as { $wanted }.
errors-wrong-method-title = This cannot be done here
errors-wrong-method-next = Open the page again and use its buttons.
errors-too-many-title = Too many tries
errors-too-many-next = Please wait a little and try again. If it is urgent, call us.
errors-busy-title = We are very busy just now
errors-busy-next = We could not accept it. Please wait a little and try again. If it is urgent, call us.
errors-internal-title = Something is wrong on our side
errors-internal-next = We are sorry. Please try again later. If it goes on, call us.
errors-offline-title = You are offline
errors-offline-text =
    Open this page again where you have a connection.
    If you have your booking number, you can simply say it at the counter.

errors-step-home = To the first page
errors-step-staff = To the staff start page
errors-step-again = Open it again
errors-step-call = Ask by telephone { $phone }

errors-field-required = Please fill this in
errors-field-unreadable = Please check how this is written
errors-field-too-long = Use at most { $max } characters
errors-field-control = It contains characters that cannot be used
errors-field-named = { $field }: { $fault }
