# Words that more than one service uses.

common-yes = はい
common-no = いいえ
common-minutes = { $n }分
