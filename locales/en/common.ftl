# Words that more than one service uses.

common-minutes = { $n } min
