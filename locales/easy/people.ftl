# Reasons that only importing units and staff has.

people-import-differs = まえの ぎょうと ちがいます (おなじ 人、または おなじ 職)
people-import-ring = うえの 部署を たどると じぶんに もどります
people-import-login-taken = この ログインIDは べつの 人が つかっています
people-import-no-login = 職員番号を ログインIDに できません。ログインIDの れつを いれてください
people-import-post-elsewhere = この 職コードは べつの 部署の ものです
