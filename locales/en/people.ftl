# Reasons that only importing units and staff has.

people-import-differs = Differs from an earlier row about the same person or post
people-import-ring = The units above lead back to this one
people-import-login-taken = This login belongs to somebody else
people-import-no-login = The staff number cannot be a login; add a column of logins
people-import-post-elsewhere = This code belongs to a post of another unit
