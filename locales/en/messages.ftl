# Letters to residents: what stands around every text; and the delivery record as staff read it.

messages-mail-subject = [{ $city }] { $subject }
messages-mail-closing =
    ----------------------------------------
    { $city }
    This mail was sent automatically. Replies to it are not read.
    If you have a question, please call or fax the office named above.
    If you did not ask for this mail, please delete it.

messages-state-queued = Waiting to be sent
messages-state-handed-over = Being sent
messages-state-accepted = Accepted by the other server
messages-state-failed = Not sent yet (will be tried again)
messages-state-dead = Could not be sent (needs your attention)
messages-state-stale = Not sent: it was too late
messages-state-withdrawn = Not sent: it was withdrawn
messages-state-discarded = Discarded by staff

messages-channel-mail = Mail
messages-channel-inbox = Inbox
messages-channel-simulator = Not sent: shown here instead

messages-why-unreachable = The mail server cannot be reached.
messages-why-unanswered = The mail server stopped answering. The message may or may not have arrived.
messages-why-busy = The other mail server asked us to try again later.
messages-why-setup = The mail server refuses messages from us. Please check the mail settings.
messages-why-recipient = The address does not exist or refuses our mail. It may be misspelled.
messages-why-content = The other mail server refused the content of the message.
messages-why-text = This program has no text for this message. During an upgrade it will be sent a little later.
messages-why-no-channel = There is no way to reach this recipient.
messages-why-exhausted = We tried many times and could not send it.

# In place of an empty list.
messages-mail-none = Nothing special.
