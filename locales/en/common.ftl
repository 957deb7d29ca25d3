# Words that more than one service uses.

common-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
 }
