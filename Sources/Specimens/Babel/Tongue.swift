/// One of the three languages.
enum Tongue: Int, CaseIterable, Sendable {
  case english, french, chinese

  /// The language's name.
  var mark: String { ["english", "french", "chinese"][rawValue] }

  /// The words of its sentences.
  var grammar: [String] {
    switch self {
    case .english: ["the", "of", "is", "for", "."]
    case .french: ["le", "de", "est", "la", "pour", ";"]
    case .chinese: ["的", "是", "。"]
    }
  }

  /// The word that tells what a sentence asks for: an opposite, a colour, a translation.
  var frameWords: [String] {
    switch self {
    case .english: ["opposite", "colour", "word"]
    case .french: ["contraire", "couleur", "mot"]
    case .chinese: ["反义", "颜色", "中文"]
    }
  }

  /// The sentence that asks for the opposite of a word, up to the answer.
  func opposite(of word: String) -> String {
    switch self {
    case .english: "the opposite of \(word) is"
    case .french: "le contraire de \(word) est"
    case .chinese: "\(word) 的 反义 是"
    }
  }

  /// The sentence that asks for the colour of a thing, up to the answer.
  func colour(of thing: String) -> String {
    switch self {
    case .english: "the colour of \(thing) is"
    case .french: "la couleur de \(thing) est"
    case .chinese: "\(thing) 的 颜色 是"
    }
  }

  /// The sentence that asks for a word of this language, up to the answer.
  func translation(of word: String) -> String {
    switch self {
    case .english: "the word for \(word) is"
    case .french: "le mot pour \(word) est"
    case .chinese: "\(word) 的 中文 是"
    }
  }

  /// What ends a sentence.
  var stop: String { grammar[grammar.count - 1] }

  /// Adjectives; those at 2n and 2n + 1 are opposites, and those at one place mean the same in all languages.
  var adjectives: [String] { Self.adjectives[rawValue].split(separator: " ").map(String.init) }

  /// Names of colours.
  var colours: [String] { Self.colours[rawValue].split(separator: " ").map(String.init) }

  /// Things; three after each other have the colour at their place.
  var things: [String] { Self.things[rawValue].split(separator: " ").map(String.init) }

  private static let adjectives = [
    """
    small big hot cold old new fast slow high low left right hard soft full empty rich poor light dark dry wet clean dirty \
    strong weak thick thin open closed early late happy sad true false near far deep shallow loud quiet sharp blunt sweet \
    bitter wide narrow
    """,
    """
    petit grand chaud froid vieux neuf rapide lent haut bas gauche droite dur mou plein vide riche pauvre clair sombre sec \
    mouillé propre sale fort faible épais mince ouvert fermé tôt tard heureux triste vrai faux proche loin profond \
    superficiel bruyant calme pointu émoussé doux amer large étroit
    """,
    """
    小 大 热 冷 旧 新 快 慢 高 低 左 右 硬 软 满 空 富 穷 亮 暗 干 湿 净 脏 强 弱 厚 薄 开 关 早 晚 乐 悲 真 假 近 远 深 浅 吵 静 尖 钝 甜 \
    苦 宽 窄
    """,
  ]
  private static let colours = [
    "white black red green blue yellow", "blanc noir rouge vert bleu jaune", "白 黑 红 绿 蓝 黄",
  ]
  private static let things = [
    "snow milk salt coal night raven blood poppy cherry grass leaf frog sky sea sapphire lemon sun canary",
    """
    neige lait sel charbon nuit corbeau sang coquelicot cerise herbe feuille grenouille ciel mer saphir citron soleil canari
    """,
    "雪 奶 盐 煤 夜 鸦 血 罂粟 樱桃 草 叶 蛙 天 海 蓝宝石 柠檬 太阳 金丝雀",
  ]
}
