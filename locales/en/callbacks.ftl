# Call-backs: a resident asks to be called; staff see who waits for a call.

callbacks-nav = Call-backs
callbacks-title = Ask City Hall to call you
callbacks-lead = Leave your telephone number and the right division will call you.
callbacks-unit = Who will call: { $unit }
callbacks-counter-which = Which counter is it about?
callbacks-counter-unsure = I am not sure, or something else
callbacks-counter-missing = Choose a counter. If you do not know which, choose “I am not sure, or something else”
callbacks-phone = Telephone number
callbacks-phone-hint = For example 090-0000-1234. Give a number you can answer in the daytime
callbacks-phone-missing = Enter your telephone number
callbacks-phone-shape = Enter the telephone number in digits, for example 090-0000-1234
callbacks-when = Best time to call
callbacks-when-morning = Morning
callbacks-when-afternoon = Afternoon
callbacks-when-any = Any time
callbacks-about = What you want to ask
callbacks-about-hint = For example: what do I need to collect my card? Do not write your My Number or anything about your health (up to 200 characters)
callbacks-about-long = Write what you want to ask in one line of up to 200 characters
callbacks-name = Your name
callbacks-name-hint = You can leave this empty
callbacks-name-long = Write your name in up to 80 characters
callbacks-not-given = Not given
callbacks-who-calls = Who will call

callbacks-check-title = Is this correct?
callbacks-check-lead = Nothing has been sent yet. Please check the telephone number once more.
callbacks-send = Ask for a call

callbacks-done-title = We have your request for a call
callbacks-done-morning = { $unit } will call you on the morning of { $day }.
callbacks-done-afternoon = { $unit } will call you on the afternoon of { $day }.
callbacks-done-any = { $unit } will call you by { $day }.
callbacks-number = Reference number
callbacks-done-hours = When we call
callbacks-done-next = Good to know
callbacks-done-again = If you do not answer, we will try again at another time.
callbacks-done-cancel = If you no longer need the call, phone { $phone } and give your reference number.
callbacks-done-fraud = City Hall never asks for a PIN or for money on the telephone.
callbacks-done-home = Go to home

callbacks-list-title = Call-backs
callbacks-list-lead = { $n ->
    [one] One person is waiting for a call.
   *[other] { $n } people are waiting for a call.
} Open a number to see the telephone number (looking is recorded).
callbacks-none = Nobody is waiting for a call
callbacks-none-text = When residents ask to be called, they are listed here.
callbacks-due = Call on
callbacks-late = overdue
callbacks-tries = Not answered
callbacks-tries-n = { $n ->
    [one] once
   *[other] { $n } times
}
callbacks-tried = { $n ->
    [one] Once ({ $time })
   *[other] { $n } times (last on { $time })
}
callbacks-made = Asked
callbacks-counter = Counter
callbacks-language = Language
callbacks-asked-on = Open the page the resident was on
callbacks-one-title = Call-back { $number }
callbacks-ended = This request has ended
callbacks-ended-text = No call is needed any more.
callbacks-act-called = I called
callbacks-act-not-reached = No answer
callbacks-act-closed = Close without a call
callbacks-act-hint = “I called” and “Close without a call” take it off the list. The telephone number and the name are deleted { $days } days later.
callbacks-said-called = Recorded: called.
callbacks-said-not-reached = Recorded: no answer. Please try again at another time.
callbacks-said-closed = Closed without a call.
callbacks-said-changed = A colleague recorded something first. This is the list now.
