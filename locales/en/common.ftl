# Words that more than one service uses.

common-yes = Yes
common-no = No
common-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
 }
