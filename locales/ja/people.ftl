# Reasons that only importing units and staff has.

people-import-differs = 同じ職員または同じ職の前の行と内容が違います
people-import-ring = 上位部署をたどると自分に戻ります
people-import-login-taken = このログインIDは別の職員が使っています
people-import-no-login = 職員番号がログインIDに使えない文字です。ログインIDの列を加えてください
people-import-post-elsewhere = この職コードは別の部署の職です
