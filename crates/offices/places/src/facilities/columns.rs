//! Finds out what the columns of a city's facility list mean, whatever they are called.

/// What the columns of a table mean, as positions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// The number or ID of a row.
    pub number: Option<usize>,
    /// The name.
    pub name: Option<usize>,
    /// The name's reading.
    pub kana: Option<usize>,
    /// What sort of place it is.
    pub kind: Option<usize>,
    /// The address.
    pub address: Option<usize>,
    /// The telephone number.
    pub phone: Option<usize>,
    /// Degrees north.
    pub latitude: Option<usize>,
    /// Degrees east.
    pub longitude: Option<usize>,
}

const NUMBER: &[&str] = &["no", "id", "番号", "施設番号", "管理番号", "共通id", "通し番号"];
const KIND: &[&str] = &["種別", "区分", "分類", "施設種別", "施設区分"];
const ADDRESS: &[&str] = &["住所", "所在地", "所在地連結表記", "住所番地まで", "address"];
const PHONE: &[&str] = &["電話番号", "電話", "tel", "問合せ先電話番号", "連絡先電話番号"];
const LATITUDE: &[&str] = &["緯度", "lat", "latitude"];
const LONGITUDE: &[&str] = &["経度", "lon", "lng", "long", "longitude"];
const NAME: &[&str] = &["名称", "施設名", "施設名称", "名前", "name"];

/// Headings that end like a name but name something else than the place.
const NOT_A_NAME: &[&str] =
    &["都道府県名", "市区町村名", "地方公共団体名", "団体名", "町字名", "担当課名", "所管課名", "設置者名"];

/// A heading as `intake` compares it, without dots, brackets and joining lines besides.
pub(super) fn heading(text: &str) -> String {
    intake::header_key(text).chars().filter(|c| !"._・()（）[]【】\u{feff}".contains(*c)).collect()
}

impl Columns {
    /// Reads the headings. The name may stand under any word, so what is left undecided goes to [`Columns::stand_in`].
    pub fn of(headings: &[String]) -> Columns {
        let headings: Vec<String> = headings.iter().map(|text| heading(text)).collect();
        let called = |words: &[&str]| {
            words.iter().find_map(|word| headings.iter().position(|heading| heading == &self::heading(word)))
        };
        let name = called(NAME).or_else(|| {
            headings.iter().position(|heading| {
                let ending = ["名称", "名"].iter().any(|ending| heading.ends_with(ending));
                ending && !NOT_A_NAME.iter().any(|other| heading == &self::heading(other))
            })
        });
        let kana = headings.iter().position(|heading| heading.ends_with("かな") || heading.ends_with("ふりがな"));
        Columns {
            number: called(NUMBER),
            name,
            kana,
            kind: called(KIND),
            address: called(ADDRESS),
            phone: called(PHONE),
            latitude: called(LATITUDE),
            longitude: called(LONGITUDE),
        }
    }

    /// The column that holds names although its heading does not say so: the first that means nothing else, is filled on
    /// every row and nearly always different.
    pub fn stand_in(&self, headings: &[String], rows: &[Vec<String>]) -> Option<usize> {
        let taken = [self.number, self.kana, self.kind, self.address, self.phone, self.latitude, self.longitude];
        (0..headings.len()).filter(|column| !taken.contains(&Some(*column))).find(|column| {
            let known = headings.get(*column).map(|text| heading(text)).unwrap_or_default();
            if NOT_A_NAME.iter().any(|other| known == heading(other))
                || ["コード", "番地以下", "町字", "url", "備考", "id"].iter().any(|end| known.ends_with(&heading(end)))
            {
                return false;
            }
            let texts: Vec<&str> = rows.iter().filter_map(|row| row.get(*column)).map(|text| text.trim()).collect();
            let different: std::collections::HashSet<&str> = texts.iter().copied().collect();
            let plain = |text: &&str| {
                !text.is_empty()
                    && text.chars().count() <= 60
                    && text.chars().any(|c| !c.is_ascii_digit() && !c.is_ascii_punctuation())
            };
            rows.len() > 1 && texts.iter().all(plain) && different.len() * 10 >= rows.len() * 9
        })
    }
}
